"""How well the conformer model finds the conformers of molecules that were held back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from molgen.datasets.records.conformers import ConformerRecord
from molgen.geometry.internal_coordinates import batch_coordinates
from molgen.graphs.batch import batch_graphs
from molgen.metrics.coverage import coverage
from molgen.metrics.rmsd import rmsd_matrix
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import sample_torsions, time_grid
from molgen.sampling import torus_points

VALIDATION_STEPS = 6


@torch.no_grad()
def validate(
    model: TorsionModel, entries: Sequence[ConformerRecord], samples: int, steps: int = VALIDATION_STEPS
) -> dict[str, float]:
    """Sampled recall on molecules that were held back: torsions redrawn over template conformers of their conformers.

    Bond angles tell the torsions that they were minimized at, so of several conformers every other one is a template
    conformer and the rest are to be found; a single one does both.

    Args:
        samples: conformers per molecule.
        steps: network evaluations per conformer.

    Returns:
        amr_recall and amr_precision (Angstrom), cov_recall at 0.75 A, means over molecules.
    """
    rows = []
    device = next(model.parameters()).device
    for entry in entries:
        graph = batch_graphs([entry.graph]).to(device)
        known = torch.from_numpy(entry.positions.astype(np.float32)).to(device)
        local, truth = (known[::2], known[1::2]) if len(known) > 1 else (known, known)
        template = local[torch.arange(samples) % len(local)]
        start = torus_points(samples, entry.graph.n_torsions, seed=0).to(known)
        torsions = sample_torsions(model, graph, template, start, times=time_grid(model, steps))
        sampled = batch_coordinates(template[None], graph).positions(torsions[None])[0]
        rows.append(coverage(rmsd_matrix(truth.cpu(), sampled.cpu(), entry.permutations.astype(np.int64)), 0.75))
    return {
        "amr_recall": float(np.mean([r.recall_rmsd for r in rows])),
        "amr_precision": float(np.mean([r.precision_rmsd for r in rows])),
        "cov_recall": float(np.mean([np.mean(r.recall) for r in rows])),
    }
