"""Compare conformer generators with reference structures: accuracy, stereo, failures and CPU time.

    python -m benchmarks.conformers --data crystal_dev.sdf.gz --generators rdkit,conforge,molgen --out results.jsonl
    python -m benchmarks.conformers --report results.jsonl more.jsonl

Each generator gets the SMILES tag of a molecule, never its coordinates, and runs single-threaded in its own process,
which is killed after ``--timeout`` CPU seconds. One line per molecule and generator is written at once; a rerun skips
what is there.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

import torch
from rdkit import Chem, RDLogger

from benchmarks.conformer_generators import GENERATORS, prepared
from benchmarks.conformer_report import Row, key_of, read_rows, report
from benchmarks.conformer_scores import Reference, load_references, score
from benchmarks.worker import Reply, Worker
from molgen.metrics import atom_matches

CHECK_EVERY = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    RDLogger.DisableLog("rdApp.*")
    if options.report:
        print(report(read_rows(options.report)))
        return 0
    if options.data is None or options.out is None:
        _parser().error("--data and --out are needed, or --report")
    references = chosen(list(load_references(options.data)), options.limit, options.seed)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    done = {key_of(row) for row in read_rows([options.out])} if options.out.exists() else set()
    with options.out.open("a") as out:
        out.write("\n" if options.out.stat().st_size else "")  # a line cut short ends here
        for name in options.generators:
            common = {"data": options.data.name, "generator": name, "n": options.n, "seed": options.seed}
            measure(name, references, common, done, out, options.timeout)
    return 0


def chosen(references: list[Reference], limit: int | None, seed: int) -> list[Reference]:
    """The first ``limit`` of a seeded shuffle, so that a smaller subset is a part of a larger one."""
    ordered = sorted(references, key=lambda reference: reference.mol_id)
    random.Random(seed).shuffle(ordered)
    return ordered[:limit]


def measure(
    name: str, references: Sequence[Reference], common: Row, done: set[tuple], out: TextIO, timeout: float
) -> None:
    """Write one line for every reference that ``done`` does not hold.

    Args:
        name: of the generator.
        references: molecules in a fixed order.
        common: fields of every line: data, generator, n, seed.
        done: keys of the lines that exist.
        out: open for appending; flushed after every line.
        timeout: CPU seconds per molecule.
    """
    with Worker(partial(prepared, name, common["n"], common["seed"]), timeout) as worker:
        for index, reference in enumerate(references):
            start = common | {"mol_id": reference.mol_id}
            if key_of(start) in done:
                continue
            row = start | measure_one(reference, worker, check=index % CHECK_EVERY == 0)
            out.write(json.dumps(row) + "\n")
            out.flush()
            print(_line(index, len(references), row), file=sys.stderr)


def measure_one(reference: Reference, worker: Worker, *, check: bool) -> Row:
    """The fields of one line: ``kind`` is "ok", "generator" or "reference" (who failed), ``failure`` says why."""
    heavy_atoms = reference.structures[0].GetNumHeavyAtoms()
    row: Row = {"smiles": reference.smiles, "heavy_atoms": heavy_atoms, "cpu_s": None, "failure": None}
    try:
        atom_matches(reference.structures[0], Chem.MolFromSmiles(reference.smiles))
    except Exception as error:
        return row | {"kind": "reference", "failure": _reason(error)}
    reply: Reply = worker.run(reference.smiles)
    row["cpu_s"] = round(reply.cpu, 5)
    if reply.value is None:
        return row | {"kind": "generator", "failure": reply.failure}
    try:
        return row | {"kind": "ok"} | score(reference, Chem.Mol(reply.value), check=check).row()
    except Exception as error:
        return row | {"kind": "generator", "failure": f"cannot be scored: {_reason(error)}"}


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _line(index: int, total: int, row: Row) -> str:
    what = f"{row['best_50']:.2f} A" if row["kind"] == "ok" else row["failure"]
    return f"{row['generator']} {index + 1}/{total} {row['mol_id']} {what} {row['cpu_s']} s"


def _generators(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in GENERATORS]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown {', '.join(unknown)}; choose from {', '.join(GENERATORS)}")
    return names


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="reference SDF(.gz) with tags mol_id and smiles")
    parser.add_argument("--generators", type=_generators, default=["rdkit"], help=",".join(GENERATORS))
    parser.add_argument("-n", type=int, default=50, help="conformers per molecule")
    parser.add_argument("--limit", type=int, help="only the first molecules of a seeded shuffle")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--timeout", type=float, default=120.0, help="CPU seconds per molecule and generator")
    parser.add_argument("--out", type=Path, help="JSON lines, appended to")
    parser.add_argument("--report", type=Path, nargs="+", help="print the tables of these files and stop")
    return parser


if __name__ == "__main__":
    sys.exit(main())
