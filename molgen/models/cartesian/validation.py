"""Validation of the model of coordinates on held-back structures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from molgen.chem.features.stereo_marks import stereo_is_right
from molgen.datasets.records.cartesian import CartesianRecord
from molgen.geometry.alignment import aligned_rmsd
from molgen.models.cartesian.data import CartesianBatch, CollateCartesian
from molgen.models.cartesian.loss import cartesian_loss
from molgen.models.cartesian.model import CartesianModel
from molgen.models.cartesian.sample import sample_coordinates, time_grid

_SAMPLES, _STEPS = 8, 10


@torch.no_grad()
def validate(model: CartesianModel, records: Sequence[CartesianRecord]) -> dict[str, float]:
    """The loss, and metrics of sampled structures of held-back molecules.

    Returns:
        loss; nearest_rmsd, the mean over molecules of the least RMSD of 8 samples to the first structure (all atoms as
        they are numbered, Angstrom); bond_error, the mean difference of bond lengths, Angstrom; right_stereo, the share
        of samples.
    """
    if not records:
        return {}
    device = next(model.parameters()).device
    rows = []
    for number, record in enumerate(replace(r, positions=r.positions[:1]) for r in records):
        drawn = CollateCartesian(_SAMPLES)([record], np.random.default_rng(number)).to(device)
        batch = CartesianBatch.padded(drawn)
        rows.append(_measured(model, record, batch, torch.Generator().manual_seed(number)))
    names = ("loss", "nearest_rmsd", "bond_error", "right_stereo")
    return dict(zip(names, np.mean(rows, axis=0).tolist(), strict=True))


def _measured(
    model: CartesianModel, record: CartesianRecord, batch: CartesianBatch, rng: torch.Generator
) -> tuple[float, ...]:
    """The four numbers of one molecule."""
    loss = cartesian_loss(model, batch, rng, aligned=False)
    samples = sample_coordinates(model, batch.molecules, _SAMPLES, rng, times=time_grid(_STEPS)).cpu()
    truth = batch.positions[0, :1].cpu()
    first, second = torch.from_numpy(record.graph.bond_index.astype(np.int64))
    bonds, wanted = ((x[:, first] - x[:, second]).norm(dim=-1) for x in (samples, truth))
    right = stereo_is_right(samples.numpy(), record.marks)
    near = aligned_rmsd(samples, truth.expand_as(samples), batch.placed[0].cpu().expand(samples.shape[:2]))
    return float(loss), float(near.min()), float((bonds - wanted).abs().mean()), float(right.mean())
