"""Compare where poses come from: the learned model, random starts, or half of each, at equal numbers.

    python -m benchmarks.docking.proposals --data complexes/dev --out proposals.jsonl
    python -m benchmarks.docking.proposals --report proposals.jsonl

For every crystal complex the same number of poses is drawn from each source, measured raw and minimized:
the best one (oracle), and the first by energy and by confidence. Nothing but the protein, the SMILES and the box around
the crystal ligand goes in.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rdkit import Chem, rdBase

from benchmarks.common import Results, chosen, markdown_table, read_rows
from benchmarks.docking.scores import DATA, Complex, load_complexes
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Pocket
from molgen.docking.dock import energy_of
from molgen.docking.ligand import prepare_ligand
from molgen.docking.proposals import propose
from molgen.docking.ranking import confidences
from molgen.docking.records import config_of
from molgen.docking.refine import evaluated
from molgen.docking.search import Starts, random_starts
from molgen.docking.site import site_of
from molgen.metrics import bootstrap_interval
from molgen.metrics.poses import pose_matches, pose_rmsd_matrix
from molgen.models.pose_confidence.task import load_confidence
from molgen.models.pose_flow.task import load_pose_model
from molgen.physics.rigid_bfgs import minimize

SOURCES = ("learned", "random", "both")
_MINIMIZE = 80


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)
    rdBase.DisableLog("rdApp.*")
    if options.report:
        print(report(read_rows([options.report], _key)))
        return 0
    models = load_pose_model(options.pose_model)[0], load_confidence(options.confidence_model)[0]
    with Results(options.out, _key) as results:
        for item in chosen(load_complexes(options.data), attrgetter("complex_id"), options.limit, options.seed):
            if {"complex": item.complex_id} not in results:
                results.add(measured(item, models, options), item.complex_id)
    return 0


def _key(row: dict[str, Any]) -> tuple[str]:
    return (row["complex"],)


def measured(item: Complex, models: tuple[Any, Any], options: argparse.Namespace) -> dict[str, Any]:
    """RMSDs, energies and logits of the poses of one complex from every source."""
    task = item.task(1, options.seed, with_crystal=False)
    prepared = prepare_ligand(Chem.MolFromSmiles(task.smiles), config_of(seed=options.seed))
    ligand = prepared.ligand
    pocket = Pocket(np.array(task.center), np.full(3, task.size), "box")
    site = site_of(read_protein(task.protein), pocket)
    energy = energy_of(site, ligand)
    orders = pose_matches(item.crystal, ligand.mol).permutations
    crystal = item.crystal.GetConformer().GetPositions()

    def rmsds(positions: torch.Tensor) -> list[float]:
        return pose_rmsd_matrix(crystal[None], positions.permute(2, 0, 1).numpy(), orders)[0].tolist()

    count = options.count
    begin = time.process_time()
    learned = propose(models[0], site, ligand, count, options.steps, torch.Generator().manual_seed(options.seed))
    sampled = time.process_time() - begin
    random = random_starts(energy, ligand.templates, count, torch.Generator().manual_seed(options.seed))
    half = count // 2
    both = Starts(
        torch.cat([learned.positions[..., :half], random.positions[..., : count - half]], -1),
        torch.cat([learned.template[:half], random.template[: count - half]]),
    )
    row: dict[str, Any] = {
        "complex": item.complex_id,
        "rotors": item.features["rotatable_bonds"],
        "sample_cpu_s": sampled,
    }
    row["heavy_atoms"] = ligand.graph.n_atoms
    for name, starts in (("learned", learned), ("random", random), ("both", both)):
        with torch.inference_mode():
            low = minimize(energy, energy.tree, starts.positions, _MINIMIZE).positions
            refined = evaluated(ligand, energy, low, starts.template)
            logits, _ = confidences(models[1], ligand, [(site, refined)])
        row[name] = {
            "raw": rmsds(starts.positions),
            "minimized": rmsds(low),
            "energy": refined.total.tolist(),
            "logit": logits.tolist(),
        }
    return row


def report(rows: Sequence[dict[str, Any]], right: float = 2.0) -> str:
    """Markdown: share of complexes with a near-native pose, 95 % bootstrap intervals."""
    columns = ("best raw", "best minimized", "first by energy", "first by confidence")
    body = []
    groups = {"all": rows}
    for label, low, high in (("0-3 rotors", 0, 3), ("4-7 rotors", 4, 7), ("8+ rotors", 8, 99)):
        groups[label] = [row for row in rows if low <= row["rotors"] <= high]
    for label, members in groups.items():
        for source in SOURCES if members else ():
            found = np.array([_right(row[source], right) for row in members])
            body.append([f"{source}, {label} ({len(members)})", *(_share(column) for column in found.T)])
    title = f"{len(rows)} complexes, {len(rows[0]['learned']['raw'])} poses from each source."
    seconds = np.median([row["sample_cpu_s"] for row in rows])
    return f"{title}\n\n{markdown_table(['', *columns], body)}\n\nSampling: {seconds:.2f} CPU s in the median."


def _right(found: dict[str, list[float]], right: float) -> list[bool]:
    low = np.array(found["minimized"])
    by_energy, by_logit = int(np.argmin(found["energy"])), int(np.argmax(found["logit"]))
    return [min(found["raw"]) <= right, low.min() <= right, low[by_energy] <= right, low[by_logit] <= right]


def _share(column: np.ndarray) -> str:
    found = bootstrap_interval(column.astype(float))
    return f"{100 * found.value:.0f} % ({100 * found.low:.0f}-{100 * found.high:.0f})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=Path("proposals.jsonl"))
    parser.add_argument("--report", type=Path)
    parser.add_argument("--count", type=int, default=40, help="poses from each source")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pose-model", default="default")
    parser.add_argument("--confidence-model", default="default")
    return parser


if __name__ == "__main__":
    sys.exit(main())
