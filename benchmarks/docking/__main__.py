"""Compare docking methods on crystal complexes: accuracy, validity, failures and CPU time.

    python -m benchmarks.docking --data complexes/dev --methods vina,molgen --out results.jsonl
    python -m benchmarks.docking --data complexes/dev --pairs pairs --methods vina,molgen --out results.jsonl
    python -m benchmarks.docking --report results.jsonl more.jsonl
    python -m benchmarks.docking --data complexes/dev --score-agreement benchmarks.docking.methods:molgen_score

Each method gets the protein file, the SMILES of the ligand and a box around the crystal ligand, never its coordinates
(the methods named ``*-score`` rate the crystal pose and do get them). It runs single-threaded in its own process,
which is killed after ``--timeout`` CPU seconds. One line per complex and method is written at once; a rerun skips what
is there. With ``--pairs`` the ligand of one complex is docked into the superposed structure of another,
with ``--structures`` into several of them at once.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path

import torch
from rdkit import Chem, rdBase

from benchmarks.common import Results, Row, benchmark_parser, chosen, names_among, read_rows, reason
from benchmarks.docking.methods import METHODS, prepared, rates_crystal_poses
from benchmarks.docking.pairs import load_pairs
from benchmarks.docking.report import key_of, report
from benchmarks.docking.scores import (
    DATA,
    Busters,
    Complex,
    agreement_report,
    imported,
    load_complexes,
    read_protein,
    rmsds_to_crystal,
    score_pairs,
)
from benchmarks.worker import Reply, Worker


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    rdBase.DisableLog("rdApp.*")
    if options.report:
        print(report(read_rows(options.report, key_of)))
        return 0
    if options.structures > 1:
        _check_several(options)
    complexes = _complexes(options)
    if options.score_agreement:
        print(agreement_report(score_pairs(complexes, imported(options.score_agreement))))
        return 0
    if options.out is None:
        _parser().error("--out is needed, or --report or --score-agreement")
    data = options.data.name + (" pairs" if options.pairs else "")
    if options.structures > 1:
        data = f"{options.data.name}, {options.structures} structures each"
    with Results(options.out, key_of) as results:
        for name in options.methods:
            common = {"data": data, "method": name, "n": options.n, "seed": options.seed}
            measure(name, complexes, common, results, options)
    return 0


def _complexes(options: argparse.Namespace) -> list[Complex]:
    """The complexes, or pairs of them, to run on."""
    subset = options.limit, options.seed, options.half
    if options.pairs:
        return load_pairs(options.data, options.pairs, *subset, closed=options.closed, structures=options.structures)
    return chosen(load_complexes(options.data), attrgetter("complex_id"), *subset)


def _check_several(options: argparse.Namespace) -> None:
    """Stop where a method cannot dock into several structures."""
    others = [name for name in options.methods if not name.startswith("molgen")]
    if not options.pairs:
        _parser().error("--structures needs --pairs")
    if others:
        _parser().error(f"{', '.join(others)}: one structure only")


def measure(
    name: str, complexes: Sequence[Complex], common: Row, results: Results, options: argparse.Namespace
) -> None:
    """Add a line for every complex that has none.

    Args:
        name: of the method.
        complexes: in a fixed order.
        common: fields of every line: data, method, n, seed.
        results: where the lines go.
        options: timeout, CPU seconds per complex; busted, how many poses PoseBusters looks at.
    """
    busters = Busters()
    with Worker(partial(prepared, name), options.timeout) as worker:
        for index, item in enumerate(complexes):
            start = common | {"id": item.complex_id} | item.features
            if start not in results:
                row = start | measure_one(item, worker, common, busters, options.busted)
                results.add(row, _line(index, len(complexes), row))


def measure_one(item: Complex, worker: Worker, common: Row, busters: Busters, busted: int) -> Row:
    """The fields of one line: ``failure`` is None, or says why there is no result."""
    task = item.task(common["n"], common["seed"], with_crystal=rates_crystal_poses(common["method"]))
    reply: Reply = worker.run(task)
    row: Row = {"cpu_s": round(reply.cpu, 3), "failure": reply.failure, "poses": []}
    if reply.value is None:
        return row
    binary, scores, cpu, extra = reply.value
    row |= {"cpu_s": round(cpu, 3)} | extra
    mol = Chem.Mol(binary)
    row["docked_smiles"] = Chem.MolToSmiles(Chem.RemoveHs(mol))
    try:
        within = [read_protein(path) for path in (item.protein, *item.others)]
        receptors = [within[place] for place in extra.get("structures", [0] * len(scores))]
        return row | {"poses": measured(mol, scores, item.crystal, receptors, busters, busted)}
    except Exception as error:
        return row | {"failure": f"cannot be scored: {reason(error)}"}


def measured(
    mol: Chem.Mol,
    scores: Sequence[float],
    crystal: Chem.Mol,
    receptors: Sequence[Chem.Mol],
    busters: Busters,
    busted: int,
) -> list[Row]:
    """RMSD and score of every pose; failed checks of the first ``busted`` ones, None for the others.

    Args:
        mol: conformers in rank order.
        scores: of each.
        crystal: the ligand as it was seen.
        receptors: what each pose is in.
        busters: that check.
        busted: how many.
    """
    rmsds = rmsds_to_crystal(mol, crystal)
    return [
        {
            "rmsd": rmsd,
            "score": round(float(score), 4),
            "failed_checks": busters.failed_checks(mol, index, receptors[index]) if index < busted else None,
        }
        for index, (rmsd, score) in enumerate(zip(rmsds, scores, strict=True))
    ]


def _line(index: int, total: int, row: Row) -> str:
    what = row["failure"] or f"{row['poses'][0]['rmsd']:.2f} A, {row['poses'][0]['score']:.2f} kcal/mol"
    return f"{row['method']} {index + 1}/{total} {row['id']} {what} {row['cpu_s']} s"


def _parser() -> argparse.ArgumentParser:
    parser = benchmark_parser(__doc__, things="complexes", count=9, what="poses per complex", timeout=600.0)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of complexes")
    parser.add_argument("--pairs", type=Path, help="dock ordered pairs of complexes; a folder for their structures")
    parser.add_argument("--closed", action="store_true", help="of the pairs also those whose pocket is closed")
    parser.add_argument(
        "--structures", type=int, default=1, help="into so many at once, none the ligand's own (--pairs)"
    )
    parser.add_argument("--methods", type=names_among(METHODS), default=["vina"], help=",".join(METHODS))
    parser.add_argument("--busted", type=int, default=1, help="poses per complex that PoseBusters checks")
    parser.add_argument(
        "--score-agreement",
        metavar="MODULE:FUNCTION",
        help="compare function(protein file, Mol with hydrogens at the crystal pose) -> kcal/mol with Vina and stop",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
