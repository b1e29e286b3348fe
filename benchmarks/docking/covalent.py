"""Covalent ligands docked back through their bond, from SMILES: RMSD of the first pose and of the best of nine.

    python -m benchmarks.docking.covalent --structures pdb/ --effort quick -o covalent.csv

The complexes are those of `covalent_complexes.csv`: the PDB entry, the component of the ligand, the bond as
`molgen dock --covalent` takes it, and the ligand before the reaction. The structures, `<pdb id>.pdb` or `.pdb.gz`,
need their ligands. The residue is as in the crystal structure; the place, the torsions and the stereo that the reaction
makes are not given. Rows that are there already are not docked again.
"""

import argparse
import csv
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from rdkit import Chem

import molgen
from benchmarks.common import markdown_table
from molgen.chem.covalent.request import CovalentBond
from molgen.chem.proteins.structure import Protein
from molgen.docking.covalent.residue import bound_group
from molgen.errors import MolgenError

COMPLEXES = Path(__file__).with_name("covalent_complexes.csv")
_LONGEST = 1.95  # Angstrom, of a bond between two atoms of a ligand; S-S 2.05 is allowed for
_FIELDS = ("pdb_id", "component", "residue", "reaction", "heavy_atoms", "isomers", "first", "best", "poses", "seconds")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--structures", type=Path, required=True, help="folder of PDB files")
    parser.add_argument("--effort", default="normal", help="of molgen dock")
    parser.add_argument("--only", default="", help="PDB ids, with commas")
    parser.add_argument("-o", "--output", type=Path, default=Path("covalent.csv"), help="CSV of results")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    done = _read(options.output) if options.output.exists() else []
    known = {row["pdb_id"] for row in done} | {""}
    for entry in _read(COMPLEXES):
        wanted = options.only.split(",") if options.only else [entry["pdb_id"]]
        if entry["pdb_id"] in known or entry["pdb_id"] not in wanted:
            continue
        try:
            done.append(redocked(entry, options.structures, options.effort))
        except (MolgenError, ValueError) as error:
            print(f"{entry['pdb_id']}: {error}", file=sys.stderr)
        _write(options.output, done)
    print(table(done))
    return 0


def redocked(entry: Mapping[str, str], structures: Path, effort: str) -> dict[str, str]:
    """The row of a complex."""
    begin = time.process_time()
    files = [structures / f"{entry['pdb_id']}{suffix}" for suffix in (".pdb", ".pdb.gz")]
    path = next((file for file in files if file.exists()), files[0])
    protein = molgen.read_protein(path)
    bond = CovalentBond.parse(entry["bond"])
    reference = crystal_ligand(protein, bond)
    result = molgen.dock(protein, entry["smiles"], covalent=entry["bond"], effort=effort, reference=reference)
    rmsds = [np.nan if pose.rmsd is None else pose.rmsd for pose in result.poses]
    return {
        "pdb_id": entry["pdb_id"],
        "component": entry["component"],
        "residue": "" if result.bond is None else f"{result.bond.residue} {result.bond.atom}",
        "reaction": "" if result.bond is None else result.bond.reaction,
        "heavy_atoms": str(reference.GetNumAtoms()),
        "isomers": str(len(result.variants) or 1),
        "first": f"{rmsds[0]:.2f}",
        "best": f"{min(rmsds[:9]):.2f}",
        "poses": str(len(rmsds)),
        "seconds": f"{time.process_time() - begin:.0f}",
    }


def crystal_ligand(protein: Protein, bond: CovalentBond) -> Chem.Mol:
    """The group that is bonded to the residue, heavy atoms, all bonds single: what RMSDs are measured to.

    Raises:
        ValueError: nothing is bonded there.
    """
    group = bound_group(protein, bond)
    if not group:
        raise ValueError(f"nothing is bonded to {bond.label}")
    atoms = protein.atoms_of(group)
    positions = protein.positions[atoms]
    mol = Chem.RWMol()
    for element in protein.elements[atoms].tolist():
        mol.AddAtom(Chem.Atom(int(element)))
        mol.GetAtomWithIdx(mol.GetNumAtoms() - 1).SetNoImplicit(True)
    lengths = np.linalg.norm(positions[:, None] - positions, axis=2)
    heavy = protein.elements[atoms] > 9
    limits = _LONGEST - 0.2 + 0.2 * (heavy[:, None] | heavy) + 0.15 * (heavy[:, None] & heavy)
    for one, other in zip(*np.nonzero(np.triu(lengths < limits, 1)), strict=True):
        mol.AddBond(int(one), int(other), Chem.BondType.SINGLE)
    conformer = Chem.Conformer(len(atoms))
    for index, place in enumerate(positions.tolist()):
        conformer.SetAtomPosition(index, place)
    mol.AddConformer(conformer)
    Chem.FastFindRings(mol)
    return mol.GetMol()


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Markdown: a row for each complex and one for all."""
    cells = [[row[name] for name in _FIELDS if name not in ("poses", "seconds")] for row in rows]
    head = ["PDB", "ligand", "residue", "reaction", "heavy atoms", "isomers", "first / Å", "best of nine / Å"]
    first, best = (np.array([float(row[name]) for row in rows]) for name in ("first", "best"))
    shares = [f"{np.mean(values <= 2.0):.0%} within 2 Å, median {np.median(values):.2f}" for values in (first, best)]
    return markdown_table(head, [*cells, ["all", *[""] * 5, *shares]]) if rows else "no complexes"


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, _FIELDS)
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
