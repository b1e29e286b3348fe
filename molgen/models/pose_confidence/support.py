"""A meta-classifier that also weighs what the pose model says of each pose.

Two things: how many of the model's own samples lie near the pose, and how well the model finds back to it from noised
copies (:func:`molgen.models.pose_flow.denoising.denoising_errors`). The first costs nothing where the samples began the
search; the second is asked only of the poses that are likely by all else.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from molgen.models.pose_confidence.beside import CalibratedBeside

SUPPORT_FEATURES = ("samples nearby", "found back from little noise", "found back from much noise")
"""What it looks at besides the features of the first meta-classifier."""
DENOISED = 8
"""Poses of a ligand whose denoising errors are computed, at most."""
WITHIN = 2.5
"""Poses whose logit without these errors is further below the highest are not asked about: they never come first."""
_NEARBY, _NONE = 2.0, 2e-3  # Angstrom; the share that counts as no sample at all
_EXACT = 0.05  # Angstrom^2, an error that counts as none


class Support(CalibratedBeside):
    """Weights of the features, and a calibration curve."""

    weights: Tensor
    offset: Tensor

    def __init__(self, others: int) -> None:
        super().__init__()
        self.register_buffer("weights", torch.zeros(others + len(SUPPORT_FEATURES)))
        self.register_buffer("offset", torch.zeros(()))
        self.register_load_state_dict_pre_hook(_with_agreement_weight)

    def logits(
        self, others: Tensor, samples: Tensor, found_back: Callable[[Tensor], Tensor], cost: Tensor | float = 0.0
    ) -> Tensor:
        """Logits [S] of all poses of one ligand.

        Args:
            others: [S, f], features of the first meta-classifier.
            samples: [S], :func:`samples_nearby`.
            found_back: rows [k] -> :func:`found_back_from` of these poses, [k, 2].
            cost: [S], what is taken off the logits.

        Errors are those of the likeliest poses; the others count as if they were found back as badly as the worst.
        """
        weights = self.weights.to(others)
        known = torch.cat([others, samples[:, None].to(others)], 1) @ weights[:-2] + self.offset.to(others) - cost
        best = known.argsort(descending=True, stable=True)[:DENOISED]
        best = best[known[best] >= known[best[0]] - WITHIN]
        recovered = found_back(best).to(others)
        logits = known + recovered.amin(0) @ weights[-2:]
        logits[best] = known[best] + recovered @ weights[-2:]
        return logits


def _with_agreement_weight(module: nn.Module, state: dict[str, Tensor], prefix: str, *_: object) -> None:
    """Files of earlier versions have a curve of the logit alone."""
    state.pop(prefix + "gap_weight", None)
    state.setdefault(prefix + "agreement_weight", torch.zeros(()))


def samples_nearby(rmsds: Tensor) -> Tensor:
    """Log of the smoothed share of samples near each pose, [S].

    Args:
        rmsds: [S, P], symmetric RMSD of S poses to P samples, Angstrom.
    """
    return ((-(rmsds / _NEARBY).square()).exp().mean(1) + _NONE).log()


def found_back_from(errors: Tensor) -> Tensor:
    """Minus the log of denoising errors, Angstrom^2."""
    return -(errors + _EXACT).log()
