"""How much of the accuracy of conformers is due to crystals of like molecules in the library of torsions."""

from collections.abc import Mapping, Sequence

import numpy as np
from rdkit import Chem

from benchmarks.common import Row, markdown_table
from molgen.chem.features.molecule_features import molecule_graph
from molgen.conformers.torsion_library import TorsionLibrary, find_matches, resolve_library

BINS = ((0.0, 0.3), (0.3, 0.6), (0.6, 1.01))
COUNTS = (1, 10, 50)
PAIR = ("molgen-no-library", "molgen")


def likeness(smiles: str, library: TorsionLibrary) -> float:
    """How alike the rotatable bonds are to those of one molecule of the library, the most alike: from 0 to 1."""
    mol = Chem.MolFromSmiles(smiles)
    matches = find_matches(mol, molecule_graph(mol), library)
    return float(matches.likeness.mean(1).max()) if len(matches) else 0.0


def likeness_table(tables: Mapping[str, Sequence[Row]]) -> str:
    """Markdown: mean best RMSD without and with the library, by how alike the nearest molecule of it is.

    Args:
        tables: generator -> rows, of the same molecules.
    """
    library = resolve_library("default")
    assert library is not None
    done = {name: {row["mol_id"]: row for row in tables[name] if row["kind"] == "ok"} for name in PAIR}
    nearest = {
        mol_id: likeness(row["smiles"], library) for mol_id, row in done[PAIR[0]].items() if mol_id in done[PAIR[1]]
    }
    body = []
    for low, high in BINS:
        members = [mol_id for mol_id, value in nearest.items() if low <= value < high]
        cells = [f"{low:g} to {min(high, 1):g}", str(len(members))]
        for count in COUNTS:
            means = [np.mean([done[name][mol_id][f"best_{count}"] for mol_id in members]) for name in PAIR]
            cells.append(f"{means[0]:.2f} → {means[1]:.2f}")
        body.append(cells)
    return markdown_table(["bonds like those of the nearest crystal", "molecules", *(f"N = {n}" for n in COUNTS)], body)
