"""Structure files through `molgen pack`: what moves, what stays, and how exact what was built is.

    python -m benchmarks.side_chains.structures proteins complexes/dev --limit 300 --most 400 -o structures.jsonl

Of each file all side chains are packed, or, where there are more than `--most` residues, so many of the first ones; the
packing is written and read again. `kept` is the longest way of an atom that was to stay, `written` that in the file,
which has three decimals; `bonds` how far bond lengths of side chains that were built are from the ideal ones; all in
Angstrom. A refusal is an error of one line, anything else that is raised is a fault. Rows that the output has are not
run again.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.common import Results, chosen, markdown_table, read_rows
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein
from molgen.chem.side_chains.geometry import set_chi, templates
from molgen.chem.side_chains.records import SideChainRecord, plain_type, side_chain_record
from molgen.chem.side_chains.residues import CHIS, HAS_ATOM, INDEX
from molgen.errors import MolgenError
from molgen.models.side_chains.model import SideChainModel
from molgen.models.side_chains.task import TASK
from molgen.packing.pack import pack
from molgen.packing.records import PackConfig, Packing
from molgen.packing.writing import write_packing

SUFFIXES = (".pdb", ".cif", ".ent", ".pdb.gz", ".cif.gz")
LONGEST = 2.0  # Angstrom, of a bond in a side chain
_BACKBONE = ("N", "CA", "C", "O", "OXT", "OT1", "OT2")


def structure_files(places: Sequence[Path]) -> list[Path]:
    """The structure files among some files and in some folders."""
    inside = [path for place in places for path in (sorted(place.rglob("*")) if place.is_dir() else [place])]
    return [path for path in inside if path.name.lower().endswith(SUFFIXES)]


def row_of(path: Path, most: int, model: SideChainModel) -> dict[str, Any]:
    """What comes of one file."""
    row: dict[str, Any] = {"file": str(path), "refused": None, "fault": None}
    try:
        protein = read_protein(path)
        record = side_chain_record(protein)
        first = [protein.residues[k].label.split(":", 1)[1] for k in record.residues[:most].tolist()]
        config = PackConfig(residues=",".join(first) if len(record) > most else "")
        packing = pack(protein, config, model)
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / "packed.cif"
            write_packing(written, packing)
            again = read_protein(written)
    except MolgenError as error:
        return row | {"refused": str(error)}
    except Exception as error:
        return row | {"fault": repr(error)}
    return row | {
        "kinds": kinds(protein, record),
        "packed": len(packing.residues),
        "kept": farthest_kept(protein, packing.protein, packing),
        "written": farthest_kept(protein, again, packing),
        "bonds": bond_error(packing),
    }


def kinds(protein: Protein, record: SideChainRecord) -> list[str]:
    """What of the things that are hard a structure has."""
    known = {residue.name for residue in protein.residues if residue.kind == "polymer"}
    amino = [k for k, one in enumerate(protein.residues) if one.kind == "polymer" and plain_type(one.name)[0] in INDEX]
    needed = HAS_ATOM[record.types].copy()
    needed[:, 3] = False
    has = {
        "insertions": any(residue.insertion for residue in protein.residues),
        "alternative locations": bool(protein.alternatives),
        "modified residues": any(plain_type(name)[0] not in INDEX or name not in INDEX for name in known - NUCLEOTIDES),
        "no whole backbone": len(amino) > len(record),
        "missing side-chain atoms": bool((needed & ~record.present).any()),
        "nucleic acids": bool(known & NUCLEOTIDES),
        "ligands or metals": any(residue.kind in ("ligand", "metal") for residue in protein.residues),
    }
    return [kind for kind, there in has.items() if there]


NUCLEOTIDES = {"A", "C", "G", "U", "I", "DA", "DC", "DG", "DT", "DU", "DI"}


def farthest_kept(before: Protein, after: Protein, packing: Packing) -> float:
    """How far an atom moved that was to stay, Angstrom; infinite where one is not there any more."""
    moved = {residue.label for residue in packing.residues}
    new = dict(_atoms(after))
    away = [
        np.linalg.norm(new[key] - place) if key in new else np.inf
        for key, place in _atoms(before)
        if key[0] not in moved or key[1] in _BACKBONE
    ]
    return float(max(away, default=0.0))


def _atoms(protein: Protein) -> Iterator[tuple[tuple[str, str, int], np.ndarray]]:
    """Residue and name of every atom, which of those of this name it is, and where."""
    count: Counter[tuple[str, str]] = Counter()
    for k, name, place in zip(protein.residue_index.tolist(), protein.atom_names, protein.positions, strict=True):
        label = protein.residues[k].label
        count[label, name] += 1
        yield (label, name, count[label, name]), place


def bond_error(packing: Packing) -> float:
    """The largest difference of a bond length of a side chain that was built to the ideal one, Angstrom."""
    record, labels = side_chain_record(packing.protein), {residue.label for residue in packing.residues}
    built = [r for r, k in enumerate(record.residues.tolist()) if packing.protein.residues[k].label in labels]
    types, atoms = torch.from_numpy(record.types[built]), torch.from_numpy(record.atoms[built])
    ideal = set_chi(types, templates()[types], torch.full((len(types), CHIS), torch.pi))  # no two ends touch
    lengths, own = torch.cdist(ideal, ideal), torch.cdist(atoms.double(), atoms.double())
    exists = torch.from_numpy(HAS_ATOM[types.numpy()])
    exists[:, [0, 2, 3]] = False
    bonded = exists[:, :, None] & exists[:, None] & (lengths < LONGEST)
    return float((own - lengths).abs()[bonded].max()) if bonded.any() else 0.0


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Markdown: how many structures of each kind, and the largest errors."""
    good = [row for row in rows if not row["refused"] and not row["fault"]]
    count = Counter(kind for row in good for kind in row["kinds"])
    lines = [
        ["structures", str(len(rows))],
        ["packed", str(len(good))],
        *([f"with {kind}", str(number)] for kind, number in count.most_common()),
        ["side chains built", str(sum(row["packed"] for row in good))],
        ["longest way of an atom that stays / A", f"{max(row['kept'] for row in good):.1e}"],
        ["the same, in the file that was written", f"{max(row['written'] for row in good):.1e}"],
        ["largest error of a bond length / A", f"{max(row['bonds'] for row in good):.1e}"],
        ["refused with one line", str(sum(bool(row["refused"]) and "\n" not in row["refused"] for row in rows))],
        ["faults", str(sum(bool(row["fault"]) or "\n" in (row["refused"] or "") for row in rows))],
    ]
    return markdown_table(("", ""), lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", type=Path, nargs="+", help="structure files, and folders of them")
    parser.add_argument("--limit", type=int, default=None, help="files, the first of a shuffle")
    parser.add_argument("--largest", type=float, default=1e9, help="bytes; larger files are left out")
    parser.add_argument("--most", type=int, default=400, help="residues to pack of each")
    parser.add_argument("-o", "--output", type=Path, required=True, help="JSON lines, one a structure")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = TASK.load("default")[0]
    small = [path for path in structure_files(options.places) if path.stat().st_size <= options.largest]
    with Results(options.output, lambda row: (row["file"],)) as results:
        for path in chosen(small, str, options.limit, seed=0):
            if {"file": str(path)} not in results:
                row = row_of(path, options.most, model)
                results.add(row, json.dumps(row))
    print(table(read_rows([options.output], lambda row: (row["file"],))))


if __name__ == "__main__":
    main()
