"""Probabilities of poses that are judged beside the other poses of their ligand."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from molgen.models.pose_confidence.agreement import share_nearby
from molgen.models.pose_confidence.curve import interpolated, untrained

_BELIEF = 1.5  # temperature; logits as they are put too much on few poses


class CalibratedBeside(nn.Module):
    """A calibration curve of logits and of what falls on the poses beside each.

    The curve is one of a pose's logit and of how much of the belief in all poses of the ligand falls on it and on those
    near it: of two poses that look equally good by themselves the one is less likely right beside which other places
    look good too.
    """

    agreement_weight: Tensor
    curve_logits: Tensor
    curve_values: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("agreement_weight", torch.zeros(()))
        at, values = untrained()
        self.register_buffer("curve_logits", at)
        self.register_buffer("curve_values", values)

    def probability(self, logits: Tensor, near: Tensor) -> Tensor:
        """Probabilities [S] of the poses of one ligand, all of them; none is higher than that of a pose before it.

        Args:
            logits: [S].
            near: bool [S, S], :func:`molgen.models.pose_confidence.agreement.near_each_other`.
        """
        return interpolated(self.on_curve(logits, near), self.curve_logits.to(logits), self.curve_values.to(logits))

    def on_curve(self, logits: Tensor, near: Tensor) -> Tensor:
        """Where the poses are on the curve [S]: at their logits, lower the less of the belief falls near them, and none
        above a pose before it; arguments as of :meth:`probability`."""
        beside = beside_others(logits, near, self.agreement_weight.to(logits))
        order = logits.argsort(descending=True, stable=True)
        return beside[order].cummin(0).values[order.argsort()]


def beside_others(logits: Tensor, near: Tensor, weight: float | Tensor) -> Tensor:
    """Logits [S] of the poses of a ligand, lower by the weighted log of the share of belief that is elsewhere."""
    return logits + weight * share_nearby(logits / _BELIEF, near)
