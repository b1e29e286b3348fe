"""The training loss of the confidence."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.models.pose_confidence.data import DecoyBatch
from molgen.models.pose_confidence.model import ConfidenceModel

_SOFT = 0.3
"""Angstrom: how sharp the border between a near-native pose and others is in the target."""


def training_loss(model: ConfidenceModel, batch: DecoyBatch, rng: torch.Generator, *, near_native: float) -> Tensor:
    """:func:`confidence_loss` with the dropout of ``rng``, so that a resumed run draws what an unbroken one does."""
    torch.manual_seed(int(torch.randint(2**31, (), generator=rng)))  # dropout draws from the global generator
    return confidence_loss(model, batch, near_native)


def confidence_loss(model: ConfidenceModel, batch: DecoyBatch, near_native: float) -> Tensor:
    """Ranking plus calibration: minus the log of the softmax share of near-native poses, and binary cross entropy.

    The first part leaves out ligands without a near-native pose; the target of the second goes smoothly from 1 to 0
    about ``near_native`` (Angstrom).
    """
    logits = model(batch.graph, batch.pocket, batch.positions, batch.gaps).masked_fill(~batch.mask, -1e4)
    native = (batch.rmsds <= near_native) & batch.mask
    ranked = native.any(1)
    shares = logits.masked_fill(~native, -1e4).logsumexp(1) - logits.logsumexp(1)
    ranking = -(shares * ranked).sum() / ranked.sum().clamp(min=1)
    target = torch.sigmoid((near_native - batch.rmsds) / _SOFT)
    single = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return ranking + (single * batch.mask).sum() / batch.mask.sum()
