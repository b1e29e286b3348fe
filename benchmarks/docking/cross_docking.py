"""Redocked and cross-docked ligands beside each other: candidates and rankings, from labeled decoys.

    molgen prepare decoys complexes/dev -o decoys_dev --set cross=8 --set proposals=both -j 8
    python -m benchmarks.docking.cross_docking --data decoys_dev --confidence default,other.safetensors

The candidates are those of `molgen dock`: learned and random starts, searched, refined and clustered, from the SMILES,
with the box around the crystal ligand. Cross-docked is a ligand in another structure of its protein, laid over its own
by the pocket; pairs that are no fair question are left out when the decoys are prepared. Every ranking sees the same
candidates, so that a row costs seconds. For each: the first pose, one of the nine that are shown, and whether the
confidence holds.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from benchmarks.common import markdown_table
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.decoys import DecoyRecord, load_decoys
from molgen.docking.ranking import alternatives
from molgen.metrics import bootstrap_interval
from molgen.metrics.calibration import calibration
from molgen.models.pose_confidence.task import load_confidence
from molgen.models.pose_confidence.validation import logits_of, ranked, ranking_auc

CLOSE = 2.0  # Angstrom
SHOWN = 9
_CANDIDATES = "all candidates (oracle)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True, help="labeled decoys of complexes and of pairs")
    parser.add_argument("--confidence", default="default", help="weights to compare, with commas")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    records = [record.found() for record in load_decoys(find_parts(options.data))[0]]
    kinds = {"redocked": [r for r in records if not _is_pair(r)], "cross-docked": [r for r in records if _is_pair(r)]}
    for kind, chosen in kinds.items():
        if chosen:
            print(f"## {len(chosen)} {kind} ligands\n\n{table(chosen, options.confidence.split(','))}\n")
    return 0


def table(records: Sequence[DecoyRecord], weights: Sequence[str]) -> str:
    """Markdown: a row for the energy and for each confidence, and one for what the candidates allow."""
    near = [record.rmsds <= CLOSE for record in records]
    rows = [_row("energy", [-record.energies for record in records], near, None)]
    for name in weights:
        model = load_confidence(name)[0]
        rankings = [ranked(model, *pair) for pair in zip(logits_of(model, records), records, strict=True)]
        scores, chances = [own for own, _ in rankings], np.array([chance for _, chance in rankings])
        shown = [alternatives(own, _apart(record), SHOWN) for own, record in zip(scores, records, strict=True)]
        rows.append(_row(Path(name).name, scores, near, chances, shown))
    rows.append([_CANDIDATES, "", _share(np.array([own.any() for own in near])), "", ""])
    return markdown_table(("ranked by", "first pose", f"one of {SHOWN}", "AUC", "calibration error"), rows)


def _row(
    name: str,
    scores: Sequence[np.ndarray],
    near: Sequence[np.ndarray],
    chances: np.ndarray | None,
    shown: Sequence[Sequence[int]] | None = None,
) -> list[str]:
    shown = shown or [np.argsort(-own, kind="stable")[:SHOWN].tolist() for own in scores]
    first = np.array([own[score.argmax()] for own, score in zip(near, scores, strict=True)])
    best = np.array([own[rows].any() for own, rows in zip(near, shown, strict=True)])
    honest = ["", ""]
    if chances is not None:
        honest = [f"{ranking_auc(chances, first):.2f}", f"{calibration(chances, first).error:.2f}"]
    return [name, _share(first), _share(best), *honest]


def _apart(record: DecoyRecord) -> np.ndarray:
    """RMSD between any two poses, atom by atom, [S, S], Angstrom."""
    flat = torch.from_numpy(record.positions).flatten(1)
    return (torch.cdist(flat, flat, compute_mode="donot_use_mm_for_euclid_dist") / record.graph.n_atoms**0.5).numpy()


def _share(hits: np.ndarray) -> str:
    interval = bootstrap_interval(hits.astype(float))
    return f"{hits.mean():.1%} ({100 * interval.low:.0f}-{100 * interval.high:.0f})"


def _is_pair(record: DecoyRecord) -> bool:
    """Pairs are named "a in b" (`molgen.docking.prepare.cross_pairs`)."""
    return " in " in record.name


if __name__ == "__main__":
    sys.exit(main())
