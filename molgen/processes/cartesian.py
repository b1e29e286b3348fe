"""Noise on all atom positions of a molecule: the center-free part of R^(3n), state [..., n, 3] Angstrom."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from molgen.processes.gaussian import GaussianProcess
from molgen.processes.predictions import Prediction
from molgen.processes.schedules import LinearPath, Schedule, VariancePreservingLinear


def center_free(x: Tensor, mask: Tensor | None = None) -> Tensor:
    """Subtract the mean position; padded atoms become 0.

    Args:
        x: [..., n, 3] Angstrom.
        mask: [..., n] True for atoms, False for padding; all atoms if None.

    Returns:
        [..., n, 3] Angstrom.
    """
    if mask is None:
        return x - x.mean(-2, keepdim=True)
    atoms = mask.to(x.dtype).unsqueeze(-1)
    count = atoms.sum(-2, keepdim=True).clamp(min=1)
    return (x - (x * atoms).sum(-2, keepdim=True) / count) * atoms


@dataclass(frozen=True)
class CartesianDiffusion(GaussianProcess):
    """Diffusion of centerd coordinates (Hoogeboom et al. 2022, arXiv:2203.17003, sec. 3); the field is the score.

    Attributes:
        schedule: VariancePreservingLinear by default, scale = spread of a molecule's atoms in Angstrom.
        prediction: what the field is.
        mask: [B, n] True for atoms, False for padding; None if there is no padding.
    """

    schedule: Schedule = field(default_factory=lambda: VariancePreservingLinear(scale=3.0))
    prediction: Prediction = "score"
    mask: Tensor | None = None

    @property
    def has_vanishing_signal(self) -> bool:
        return False

    def project(self, x: Tensor) -> Tensor:
        return center_free(x, self.mask)


@dataclass(frozen=True)
class CartesianFlow(GaussianProcess):
    """Flow matching of centerd coordinates from N(0, scale^2); the field is the velocity, Angstrom per unit time.

    Attributes:
        schedule: LinearPath.
        prediction: what the field is.
        mask: [B, n] True for atoms, False for padding; None if there is no padding.
    """

    schedule: LinearPath = field(default_factory=lambda: LinearPath(3.0))
    prediction: Prediction = "velocity"
    mask: Tensor | None = None

    @property
    def has_vanishing_signal(self) -> bool:
        return True

    def project(self, x: Tensor) -> Tensor:
        return center_free(x, self.mask)
