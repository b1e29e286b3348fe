"""Compare conformer generators with reference structures: accuracy, stereo, failures and CPU time.

    python -m benchmarks.conformers --data crystal_dev.sdf.gz --generators rdkit,conforge,molgen --out results.jsonl
    python -m benchmarks.conformers --report results.jsonl more.jsonl

Each generator gets the SMILES tag of a molecule, never its coordinates, and runs single-threaded in its own process,
which is killed after ``--timeout`` CPU seconds. One line per molecule and generator is written at once; a rerun skips
what is there.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path

import torch
from rdkit import Chem, RDLogger

from benchmarks.common import Results, Row, benchmark_parser, chosen, names_among, read_rows, reason
from benchmarks.conformers.generators import GENERATORS, prepared
from benchmarks.conformers.report import key_of, report
from benchmarks.conformers.scores import Reference, load_references, score
from benchmarks.worker import Reply, Worker
from molgen.metrics import atom_matches

CHECK_EVERY = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    RDLogger.DisableLog("rdApp.*")
    if options.report:
        print(report(read_rows(options.report, key_of)))
        return 0
    if options.data is None or options.out is None:
        _parser().error("--data and --out are needed, or --report")
    references = load_references(options.data)
    references = chosen(references, attrgetter("mol_id"), options.limit, options.seed, options.half)
    with Results(options.out, key_of) as results:
        for name in options.generators:
            common = {"data": options.data.name, "generator": name, "n": options.n, "seed": options.seed}
            measure(name, references, common, results, options.timeout)
    return 0


def measure(name: str, references: Sequence[Reference], common: Row, results: Results, timeout: float) -> None:
    """Add a line for every reference that has none.

    Args:
        name: of the generator.
        references: molecules in a fixed order.
        common: fields of every line: data, generator, n, seed.
        results: where the lines go.
        timeout: CPU seconds per molecule.
    """
    with Worker(partial(prepared, name, common["n"], common["seed"]), timeout) as worker:
        for index, reference in enumerate(references):
            start = common | {"mol_id": reference.mol_id}
            if start not in results:
                row = start | measure_one(reference, worker, check=index % CHECK_EVERY == 0)
                results.add(row, _line(index, len(references), row))


def measure_one(reference: Reference, worker: Worker, *, check: bool) -> Row:
    """The fields of one line: ``kind`` is "ok", "generator" or "reference" (who failed), ``failure`` says why."""
    heavy_atoms = reference.structures[0].GetNumHeavyAtoms()
    row: Row = {"smiles": reference.smiles, "heavy_atoms": heavy_atoms, "cpu_s": None, "failure": None}
    try:
        atom_matches(reference.structures[0], Chem.MolFromSmiles(reference.smiles))
    except Exception as error:
        return row | {"kind": "reference", "failure": reason(error)}
    reply: Reply = worker.run(reference.smiles)
    row["cpu_s"] = round(reply.cpu, 5)
    if reply.value is None:
        return row | {"kind": "generator", "failure": reply.failure}
    try:
        return row | {"kind": "ok"} | score(reference, Chem.Mol(reply.value), check=check).row()
    except Exception as error:
        return row | {"kind": "generator", "failure": f"cannot be scored: {reason(error)}"}


def _line(index: int, total: int, row: Row) -> str:
    what = f"{row['best_50']:.2f} A" if row["kind"] == "ok" else row["failure"]
    return f"{row['generator']} {index + 1}/{total} {row['mol_id']} {what} {row['cpu_s']} s"


def _parser() -> argparse.ArgumentParser:
    parser = benchmark_parser(__doc__, things="molecules", count=50, what="conformers per molecule", timeout=120.0)
    parser.add_argument("--data", type=Path, help="reference SDF(.gz) with tags mol_id and smiles")
    parser.add_argument("--generators", type=names_among(GENERATORS), default=["rdkit"], help=",".join(GENERATORS))
    return parser


if __name__ == "__main__":
    sys.exit(main())
