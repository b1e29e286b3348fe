"""How the confidence ranks the poses of ligands that were held back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from molgen.datasets.decoys import DecoyRecord
from molgen.models.pose_confidence.data import collate_decoys
from molgen.models.pose_confidence.model import ConfidenceModel

_TOGETHER = 4


@torch.no_grad()
def logits_of(model: ConfidenceModel, entries: Sequence[DecoyRecord]) -> list[np.ndarray]:
    """Logits of all poses of each ligand."""
    device = next(model.parameters()).device
    found = []
    for start in range(0, len(entries), _TOGETHER):
        rows = entries[start : start + _TOGETHER]
        batch = collate_decoys(rows).to(device)
        logits = model(batch.graph, batch.pocket, batch.positions, batch.gaps).cpu().numpy()
        found += [logits[k, : len(row.energies)] for k, row in enumerate(rows)]
    return found


def validate_confidence(model: ConfidenceModel, entries: Sequence[DecoyRecord], right: float) -> dict[str, float]:
    """How the poses of held-back ligands are ranked.

    Returns:
        top1, energy_top1, oracle: shares of ligands whose first pose is right, by logit, by energy, at best; auc: of
        the logit of the first pose against its being right; nll: the ranking part of the loss.
    """
    if not entries:
        return {}
    logits = logits_of(model, entries)
    firsts = [int(row.argmax()) for row in logits]
    right_first = np.array([e.rmsds[k] <= right for e, k in zip(entries, firsts, strict=True)])
    first_logits = np.array([row[k] for row, k in zip(logits, firsts, strict=True)])
    losses = [
        np.logaddexp.reduce(row) - np.logaddexp.reduce(row[e.rmsds <= right])
        for row, e in zip(logits, entries, strict=True)
        if (e.rmsds <= right).any()
    ]
    return {
        "top1": float(right_first.mean()),
        "energy_top1": float(np.mean([e.rmsds[e.energies.argmin()] <= right for e in entries])),
        "oracle": float(np.mean([e.rmsds.min() <= right for e in entries])),
        "auc": ranking_auc(first_logits, right_first),
        "nll": float(np.mean(losses)) if losses else float("nan"),
    }


def ranking_auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Share of (right, wrong) pairs in which the right one has the higher score, ties half; nan without a pair."""
    good, bad = scores[labels], scores[~labels]
    if not len(good) or not len(bad):
        return float("nan")
    gaps = good[:, None] - bad
    return float((gaps > 0).mean() + 0.5 * (gaps == 0).mean())
