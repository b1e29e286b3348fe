"""Training the conformer model from prepared sets, in resumable pieces; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from molgen.conformers.checkpoint import load_with_record, save_model
from molgen.conformers.config import ConformerConfig, TrainConfig
from molgen.conformers.dataset import MixtureDataset
from molgen.conformers.loss import torsion_loss
from molgen.conformers.model import Conformation, TorsionModel
from molgen.conformers.sample import sample_torsions, time_grid
from molgen.conformers.store import Entry, load_parts, part_files
from molgen.geometry.torsions import dihedral_angles
from molgen.graphs.batch import batch_graphs
from molgen.metrics.coverage import coverage
from molgen.metrics.rmsd import rmsd_matrix
from molgen.sampling import torus_points
from molgen.training.fit import Piece, TrainResult, finished_steps, fit, prepare_run, starting_point

__all__ = ["TrainResult", "train", "validate"]

HELD_BACK = 100
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
        resume: a `state.ckpt` (goes on exactly) or a `.safetensors` checkpoint (its weights with a fresh optimiser).

    Raises:
        InputError, CheckpointError, ConfigError.
    """
    settings = config.train
    prepare_run(settings)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    sources, validation, names = _load_data(settings)
    model, record, state = starting_point(config.model, resume, TorsionModel, load_with_record)
    first_step = finished_steps(state, model)
    shares = [s.share for s in settings.sources]
    dataset = MixtureDataset(sources, shares, settings.batch, settings.draws, settings.seed, start=first_step)

    def save(trained: torch.nn.Module, entry: Mapping[str, Any]) -> None:
        runs = [*record.get("runs", []), {"sources": names, **entry}]
        save_model(trained, folder / "weights.safetensors", {"runs": runs})  # type: ignore[arg-type]

    return fit(
        model,
        torsion_loss,
        dataset,
        settings,
        Piece(folder, state, first_step, settings.batch * settings.draws, max_minutes, checkpoint_minutes, progress),
        measure=lambda m: validate(m, validation, settings.validation_samples),  # type: ignore[arg-type]
        save=save,
    )


@torch.no_grad()
def validate(model: TorsionModel, entries: Sequence[Entry], samples: int) -> dict[str, float]:
    """Sampled recall on molecules that were held back: torsions redrawn over their own local structures.

    Returns:
        amr_recall and amr_precision (Angstrom), cov_recall at 0.75 A, means over molecules.
    """
    rows = []
    device = next(model.parameters()).device
    for entry in entries:
        graph = batch_graphs([entry.graph]).to(device)
        own = torch.from_numpy(entry.positions.astype(np.float32)).to(device)
        template = own[torch.arange(samples) % len(own)]
        start = torus_points(samples, entry.graph.n_torsions, seed=0).to(own)
        torsions = sample_torsions(model, graph, template, start, times=time_grid(VALIDATION_STEPS))
        shape = Conformation(template[None], dihedral_angles(template, graph.torsions[0])[None])
        made = shape.positions(torsions[None], graph)[0]
        rows.append(coverage(rmsd_matrix(own.cpu(), made.cpu(), entry.permutations.astype(np.int64)), 0.75))
    return {
        "amr_recall": float(np.mean([r.recall_rmsd for r in rows])),
        "amr_precision": float(np.mean([r.precision_rmsd for r in rows])),
        "cov_recall": float(np.mean([np.mean(r.recall) for r in rows])),
    }


def _load_data(settings: TrainConfig) -> tuple[list[list[Entry]], list[Entry], list[str]]:
    sources, names = [], []
    for source in settings.sources:
        entries, found = load_parts(part_files(Path(source.path)))
        sources.append(entries)
        names += found
    if settings.validation:
        validation, _ = load_parts(part_files(Path(settings.validation)))
    else:
        order = np.random.default_rng(settings.seed).permutation(len(sources[0]))
        held = min(HELD_BACK, len(order) // 10)
        validation = [sources[0][k] for k in order[:held]]
        sources[0] = [sources[0][k] for k in order[held:]]
    return sources, [e for e in validation if e.graph.n_torsions][:HELD_BACK], names
