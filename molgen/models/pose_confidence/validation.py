"""How the confidence ranks the poses of ligands that were held back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from molgen.datasets.records.decoys import DecoyRecord
from molgen.models.pose_confidence.agreement import near_each_other
from molgen.models.pose_confidence.data import DecoyBatch, collate_decoys
from molgen.models.pose_confidence.meta_classifier import support_logits
from molgen.models.pose_confidence.model import ConfidenceModel, meta_features

_TOGETHER = 4
"""Ligands in a batch."""


@torch.no_grad()
def logits_of(model: ConfidenceModel, records: Sequence[DecoyRecord]) -> list[np.ndarray]:
    """Logits [S] of all poses of each ligand."""
    device = next(model.parameters()).device
    logits = []
    for start in range(0, len(records), _TOGETHER):
        rows = records[start : start + _TOGETHER]
        batch = DecoyBatch.padded(collate_decoys(rows).to(device))
        padded = model(batch.graph, batch.pocket, batch.positions, batch.gaps).cpu().numpy()
        logits += [padded[k, : len(row.energies)] for k, row in enumerate(rows)]
    return logits


@torch.no_grad()
def ranked(model: ConfidenceModel, logits: np.ndarray, record: DecoyRecord) -> tuple[np.ndarray, float]:
    """The meta-classifier's logits [S] of all poses of a ligand, and the confidence that is printed for the first.

    Args:
        logits: [S], of the networks.
        record: the poses; where it has what the pose model says of them, that is weighed too.
    """
    networks, positions, energies = map(torch.from_numpy, (logits, record.positions, record.energies))
    if model.support is None or record.support is None:
        combined = model.meta_logits(networks, positions, energies)
        return combined.numpy(), float(model.probability(combined.max()))
    features = meta_features(networks, positions, energies)
    combined = support_logits(model.support, torch.cat([features, torch.from_numpy(record.support).to(features)], 1))
    return combined.numpy(), float(model.support.probability(combined, near_each_other(positions)).max())


def validate_confidence(model: ConfidenceModel, records: Sequence[DecoyRecord], near_native: float) -> dict[str, float]:
    """How the poses of held-back ligands are ranked.

    Args:
        near_native: Angstrom; a pose within this of the true one is near-native.

    Returns:
        top1, energy_top1, oracle: shares of ligands whose first pose is near-native, by logit, by energy, at best; auc:
        of the logit of the first pose against its being near-native; nll: the ranking part of the loss.
    """
    if not records:
        return {}
    logits = logits_of(model, records)
    labels = [record.rmsds <= near_native for record in records]
    success = np.array([own[row.argmax()] for own, row in zip(labels, logits, strict=True)])
    losses = [
        np.logaddexp.reduce(row) - np.logaddexp.reduce(row[own])
        for own, row in zip(labels, logits, strict=True)
        if own.any()
    ]
    return {
        "top1": float(success.mean()),
        "energy_top1": float(np.mean([own[r.energies.argmin()] for own, r in zip(labels, records, strict=True)])),
        "oracle": float(np.mean([own.any() for own in labels])),
        "auc": ranking_auc(np.array([row.max() for row in logits]), success),
        "nll": float(np.mean(losses)) if losses else float("nan"),
    }


def ranking_auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Share of (true, false) pairs in which the true one has the higher score, ties half; nan without a pair."""
    positive, negative = scores[labels], scores[~labels]
    if not len(positive) or not len(negative):
        return float("nan")
    gaps = positive[:, None] - negative
    return float((gaps > 0).mean() + 0.5 * (gaps == 0).mean())
