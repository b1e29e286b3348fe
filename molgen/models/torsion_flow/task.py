"""Training the conformer model from prepared sets, in resumable pieces; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from molgen.datasets.conformers import ConformerRecord
from molgen.geometry.internal_coordinates import batch_coordinates
from molgen.graphs.batch import batch_graphs
from molgen.metrics.coverage import coverage
from molgen.metrics.rmsd import rmsd_matrix
from molgen.models.torsion_flow.checkpoint import load_for, save_model
from molgen.models.torsion_flow.config import ConformerConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.objectives import training_data
from molgen.models.torsion_flow.sample import sample_torsions, time_grid
from molgen.sampling import torus_points
from molgen.training.fit import Piece, TrainResult, finished_steps, fit, prepare_run, starting_point

__all__ = ["TrainResult", "train", "validate"]

VALIDATION_STEPS = 6


def train(
    config: ConformerConfig,
    output: str | Path,
    *,
    max_minutes: float | None = None,
    resume: str | Path | None = None,
    checkpoint_minutes: float = 5.0,
    progress: bool = False,
) -> TrainResult:
    """Train, or go on training, for at most ``max_minutes``.

    Args:
        output: folder for `weights.safetensors`, `state.ckpt` and, for every piece of the run,
            `log/from-STEP/metrics.csv`.
        resume: a `state.ckpt` (goes on exactly) or a `.safetensors` checkpoint (its weights with a fresh optimizer; a
            flow may become a flow map).

    Raises:
        InputError, CheckpointError, ConfigError.
    """
    settings = config.train
    prepare_run(settings)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    data = training_data(config)
    model, record, state = starting_point(config.model, resume, TorsionModel, partial(load_for, config.model))
    first_step = finished_steps(state, model)
    objective = {} if settings.objective == "flow" else {"objective": settings.objective}

    def save(trained: torch.nn.Module, entry: Mapping[str, Any]) -> None:
        runs = [*record.get("runs", []), {"sources": data.names, **objective, **entry}]
        save_model(trained, folder / "weights.safetensors", {"runs": runs})  # type: ignore[arg-type]

    return fit(
        model,
        data.loss,
        data.stream(settings, first_step),
        settings,
        Piece(folder, state, first_step, settings.batch * settings.draws, max_minutes, checkpoint_minutes, progress),
        measure=lambda m: validate(m, data.validation, settings.validation_samples, settings.validation_steps),  # type: ignore[arg-type]
        save=save,
    )


@torch.no_grad()
def validate(
    model: TorsionModel, entries: Sequence[ConformerRecord], samples: int, steps: int = VALIDATION_STEPS
) -> dict[str, float]:
    """Sampled recall on molecules that were held back: torsions redrawn over template conformers of their conformers.

    Bond angles tell the torsions that they were relaxed at, so of several conformers every other one lends its local
    structure and the rest are to be found; a single one does both.

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
        made = batch_coordinates(template[None], graph).positions(torsions[None])[0]
        rows.append(coverage(rmsd_matrix(truth.cpu(), made.cpu(), entry.permutations.astype(np.int64)), 0.75))
    return {
        "amr_recall": float(np.mean([r.recall_rmsd for r in rows])),
        "amr_precision": float(np.mean([r.precision_rmsd for r in rows])),
        "cov_recall": float(np.mean([np.mean(r.recall) for r in rows])),
    }
