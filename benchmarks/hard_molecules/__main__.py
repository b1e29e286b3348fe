"""Generate conformers of the hard molecules, and check that each has them, with the right stereo, or a reason.

    python -m benchmarks.hard_molecules --out rows.jsonl [--more crystals.sdf.gz] [--family axes] [--every 6]
    python -m benchmarks.hard_molecules --report rows.jsonl

The check of the stereo is RDKit's alone: it assigns stereo to the coordinates, and the SMILES are compared. One line
per molecule is written at once; a rerun skips what is there.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import molgen
from benchmarks.common import Results, Row, read_rows
from benchmarks.hard_molecules.listed import hard_molecules
from benchmarks.hard_molecules.stereo_check import wrong_stereo


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status: 1 for a report with a wrong stereo."""
    options = _parser().parse_args(arguments)
    if options.report:
        rows = read_rows([options.report], _key)
        _print_summary(rows)
        return int(any(row["wrong"] for row in rows))
    if options.out is None:
        _parser().error("--out is needed, or --report")
    with Results(options.out, _key) as results:
        for family, smiles in hard_molecules(options.more)[:: options.every]:
            if options.family in (None, family) and {"smiles": smiles} not in results:
                row = _row(family, smiles, options.n, options.timeout)
                results.add(row, f"{family} {smiles}: {row['conformers']} conformers, {row['reason'] or 'done'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=30.0, help="CPU seconds of a molecule")
    parser.add_argument("--more", type=Path, help="an SD file to draw more molecules from")
    parser.add_argument("--family")
    parser.add_argument("--every", type=int, default=1, help="take one of so many")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--report", type=Path)
    return parser


def _key(row: Row) -> tuple[str, ...]:
    return (row["smiles"],)


def _row(family: str, smiles: str, n: int, timeout: float) -> Row:
    begin = time.process_time()
    (outcome,) = molgen.generate_many([smiles], n=n, timeout=timeout)
    row: Row = {"family": family, "smiles": smiles, "conformers": 0, "wrong": 0, "reason": outcome.error}
    if outcome.mol is not None:
        row |= {"conformers": outcome.mol.GetNumConformers(), "wrong": wrong_stereo(smiles, outcome.mol)}
    return row | {"note": outcome.note, "seconds": round(time.process_time() - begin, 2)}


def _print_summary(rows: Sequence[Row]) -> None:
    for family, count in Counter(row["family"] for row in rows).items():
        own = [row for row in rows if row["family"] == family]
        made, wrong = (sum(bool(row[key]) for row in own) for key in ("conformers", "wrong"))
        print(f"{family:12} {count:4} molecules, {made} with conformers, {count - made} with a reason, {wrong} wrong")
    for row in rows:
        if row["wrong"] or row["reason"]:
            print(f"{row['smiles']}: {row['reason'] or 'wrong stereo'}")


if __name__ == "__main__":
    sys.exit(main())
