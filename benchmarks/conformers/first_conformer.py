"""How high the first conformer is by GFN2-xTB: single points of a set of conformers, from molgen and from RDKit.

    python -m benchmarks.conformers.first_conformer --data dft_ensembles_dev.sdf.gz --half report --out rows.jsonl
    python -m benchmarks.conformers.first_conformer --report rows.jsonl

Needs the program `xtb` on the path. The zero is the lowest of all conformers that were looked at of a molecule: all of
molgen's, and the ten of RDKit's that MMFF94s puts lowest. Conformers are as they are written, not minimized by GFN2.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path

import numpy as np
from rdkit import Chem, RDLogger

import molgen
from benchmarks.common import Results, Row, benchmark_parser, chosen, markdown_table, read_rows
from benchmarks.conformers.generators import make_rdkit_mmff
from benchmarks.conformers.scores import load_references

HARTREE = 627.5094740631
"""kcal/mol."""
LOWEST = 10
_ENERGY = re.compile(r"TOTAL ENERGY\s+(-?\d+\.\d+)")
NAMES = {
    "molgen": "molgen, first of 50",
    "molgen_lowest": "molgen, lowest `molgen_energy` of 50",
    "molgen_best": "molgen, best of 50",
    "rdkit": "RDKit ETKDGv3 + MMFF94s, lowest of 50",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    RDLogger.DisableLog("rdApp.*")
    if options.report:
        print(_table(read_rows(options.report, _key)))
        return 0
    if options.data is None or options.out is None:
        _parser().error("--data and --out are needed, or --report")
    references = load_references(options.data)
    with Results(options.out, _key) as results:
        for reference in chosen(references, attrgetter("mol_id"), options.limit, options.seed, options.half):
            start: Row = {"mol_id": reference.mol_id, "n": options.n, "solvent": options.solvent}
            if start not in results:
                row = start | _row(reference.smiles, options.n, options.seed, options.solvent)
                results.add(row, f"{reference.mol_id} {row['molgen']:.1f} {row['rdkit']:.1f}")
    return 0


def _row(smiles: str, n: int, seed: int, solvent: str) -> Row:
    """GFN2 energies over the lowest, kcal/mol, of the conformers that are compared."""
    mol = molgen.generate_conformers(smiles, n=n, seed=seed)
    ranked = make_rdkit_mmff(n, seed)(smiles)
    own = single_points(mol, range(mol.GetNumConformers()), solvent)
    other = single_points(ranked, range(min(LOWEST, ranked.GetNumConformers())), solvent)
    zero = min(own.min(), other.min())
    values = {
        "molgen": own[0],
        "molgen_lowest": own[int(np.argmin(mol.energies))],
        "molgen_best": own.min(),
        "rdkit": other[0],
    }
    return {name: round(float(value - zero), 3) for name, value in values.items()} | {"smiles": smiles}


def single_points(mol: Chem.Mol, conformers: Sequence[int], solvent: str) -> np.ndarray:
    """GFN2-xTB energies of conformers, kcal/mol.

    Args:
        mol: with explicit hydrogens.
        conformers: their places among those of the molecule.
        solvent: of the ALPB model; empty: vacuum.
    """
    ids = [conformer.GetId() for conformer in mol.GetConformers()]
    command = ["xtb", "one.xyz", "--gfn", "2", "--sp", "--norestart", "--chrg", str(Chem.GetFormalCharge(mol))]
    command += ["--alpb", solvent] if solvent else []
    energies = []
    with tempfile.TemporaryDirectory() as folder:
        for place in conformers:
            Chem.MolToXYZFile(mol, str(Path(folder) / "one.xyz"), confId=ids[place])
            environment = os.environ | {"OMP_NUM_THREADS": "1"}
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=True)
            found = _ENERGY.search(done.stdout)
            if found is None:
                raise RuntimeError(f"xtb printed no energy for {Chem.MolToSmiles(mol)}")
            energies.append(float(found[1]) * HARTREE)
    return np.array(energies)


def _table(rows: Sequence[Row]) -> str:
    head = ["", "mean", "median", "within 1 kcal/mol", "within 3 kcal/mol"]
    body = []
    for key, name in NAMES.items():
        values = np.array([row[key] for row in rows])
        shares = [f"{100 * (values < limit).mean():.0f} %" for limit in (1.0, 3.0)]
        body.append([name, f"{values.mean():.1f}", f"{np.median(values):.1f}", *shares])
    return f"{markdown_table(head, body)}\n\n{len(rows)} molecules; kcal/mol above the lowest GFN2 energy."


def _key(row: Row) -> tuple[str, int, str]:
    return row["mol_id"], row["n"], row["solvent"]


def _parser() -> argparse.ArgumentParser:
    parser = benchmark_parser(__doc__, things="molecules", count=50, what="conformers per molecule", timeout=120.0)
    parser.add_argument("--data", type=Path, help="reference SDF(.gz) with tags mol_id and smiles")
    parser.add_argument("--solvent", default="", help="of the ALPB model, e.g. water; vacuum by default")
    return parser


if __name__ == "__main__":
    sys.exit(main())
