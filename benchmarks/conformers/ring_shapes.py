"""Do conformers have the shapes of flexible rings that references have? Five to eight atoms, crystals or ensembles.

    python -m benchmarks.conformers.ring_shapes --data crystal_dev.sdf.gz --limit 60 --half report --out rings.jsonl
    python -m benchmarks.conformers.ring_shapes --report rings.jsonl

A shape counts as reproduced when all torsions along the ring are within 20 degrees of the reference's, and with its
substituents (axial or equatorial) when these and the torsions to all heavy neighbors of the ring are within 30.
"""

import sys
import time
import warnings
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem, rdBase

from benchmarks.common import Results, Row, benchmark_parser, chosen, markdown_table, read_rows, reason
from benchmarks.conformers.scores import Reference, load_references
from molgen import generate_conformers
from molgen.conformers.templates.embedding import is_flexible
from molgen.geometry.torsions import dihedral_angles
from molgen.metrics import atom_matches, heavy_coordinates

SIZES = range(5, 9)
ALONG, WITH_SUBSTITUENTS = 20.0, 30.0
MOST_SYMMETRIES = 64


def key_of(row: Row) -> tuple:
    """What makes a row unique."""
    return row["data"], row["mol_id"], row["n"], row["seed"]


def rings_of(mol: Chem.Mol) -> list[tuple[int, ...]]:
    """Flexible rings of five to eight atoms of a molecule without hydrogens."""
    return [ring for ring in mol.GetRingInfo().AtomRings() if len(ring) in SIZES and is_flexible(mol, ring)]


def measured(reference: Reference, common: Row) -> Row:
    """One line: the CPU seconds, and the deviations of every ring."""
    row = common | {"mol_id": reference.mol_id, "smiles": reference.smiles, "failure": None}
    begin = time.process_time()
    try:
        generated = generate_conformers(reference.smiles, common["n"], seed=common["seed"])
    except Exception as error:
        return row | {"failure": reason(error)}
    return row | {"cpu_s": round(time.process_time() - begin, 3), "rings": ring_deviations(reference, generated)}


def ring_deviations(reference: Reference, generated: Chem.Mol) -> list[Row]:
    """For each ring its size, and the deviation (degrees) of the conformer nearest to each reference."""
    truth = reference.ensemble()
    permutations = atom_matches(truth, generated).permutations[:MOST_SYMMETRIES]
    skeleton = Chem.RemoveAllHs(truth)
    rows = []
    for ring in rings_of(skeleton):
        torsions = _torsions(skeleton, ring)
        wanted = _angles(heavy_coordinates(truth), torsions)
        images = np.unique(permutations[:, torsions.ravel()], axis=0).reshape(-1, *torsions.shape)
        given = np.array([_angles(heavy_coordinates(generated), image) for image in images])
        gaps = np.abs((wanted[None, :, None] - given[:, None] + 180) % 360 - 180)
        along, everything = gaps[..., : len(ring)].max(-1), gaps.max(-1)
        rows.append(
            {
                "size": len(ring),
                "along": along.min((0, 2)).round(1).tolist(),
                "with_substituents": everything.min((0, 2)).round(1).tolist(),
            }
        )
    return rows


def report(rows: Sequence[Row]) -> str:
    """Markdown: the share of references whose ring shapes are reproduced, by ring size; every ring counts the same."""
    done = [row for row in rows if row["failure"] is None]
    body = []
    for size in SIZES:
        rings = [ring for row in done for ring in row["rings"] if ring["size"] == size]
        if rings:
            shares = [
                np.mean([np.mean(np.array(ring[name]) < limit) for ring in rings])
                for name, limit in (("along", ALONG), ("with_substituents", WITH_SUBSTITUENTS))
            ]
            body.append([str(size), str(len(rings)), *(f"{100 * share:.1f}" for share in shares)])
    seconds = np.mean([row["cpu_s"] for row in done]) if done else float("nan")
    table = markdown_table(["atoms", "rings", "shape, %", "with substituents, %"], body)
    return f"{table}\n\n{len(done)} of {len(rows)} molecules, {seconds:.2f} CPU s each"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = benchmark_parser(__doc__, things="molecules", count=50, what="conformers per molecule", timeout=120.0)
    parser.add_argument("--data", type=Path, help="reference SDF(.gz) with tags mol_id and smiles")
    options = parser.parse_args(arguments)
    if options.report:
        print(report(read_rows(options.report, key_of)))
        return 0
    if options.data is None or options.out is None:
        parser.error("--data and --out are needed, or --report")
    torch.set_num_threads(1)
    rdBase.DisableLog("rdApp.*")
    warnings.simplefilter("ignore")
    with_rings = [one for one in load_references(options.data) if rings_of(Chem.MolFromSmiles(one.smiles))]
    generate_conformers("CCCO", 2)  # loads the model
    common = {"data": options.data.name, "n": options.n, "seed": options.seed}
    with Results(options.out, key_of) as results:
        for one in chosen(with_rings, attrgetter("mol_id"), options.limit, options.seed, options.half):
            if common | {"mol_id": one.mol_id} not in results:
                row = measured(one, common)
                results.add(row, f"{one.mol_id} {row['failure'] or row['rings']}")
    return 0


def _torsions(mol: Chem.Mol, ring: tuple[int, ...]) -> NDArray[np.int64]:
    """[t, 4]: along the ring first, then to what hangs on it."""
    size = len(ring)
    rows = [tuple(ring[(k + shift) % size] for shift in range(4)) for k in range(size)]
    for k in range(size):
        for other in mol.GetAtomWithIdx(ring[k]).GetNeighbors():
            if other.GetIdx() not in ring:
                rows.append((ring[k - 2], ring[k - 1], ring[k], other.GetIdx()))
    return np.array(rows)


def _angles(positions: NDArray[np.float64], torsions: NDArray[np.int64]) -> NDArray[np.float64]:
    found = dihedral_angles(torch.from_numpy(positions), torch.from_numpy(np.ascontiguousarray(torsions)))
    return np.degrees(found.numpy())


if __name__ == "__main__":
    sys.exit(main())
