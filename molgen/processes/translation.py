"""Noise on positions in space: R^3, state [..., 3] Angstrom."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from molgen.processes.gaussian import GaussianProcess
from molgen.processes.predictions import Prediction
from molgen.processes.schedules import LinearPath, Schedule, VarianceExploding


@dataclass(frozen=True)
class TranslationDiffusion(GaussianProcess):
    """Diffusion of a position, variance-exploding by default; the field is the score, 1/Angstrom.

    Attributes:
        schedule: VarianceExploding, VariancePreservingLinear or VariancePreservingCosine.
        prediction: what the field is.
    """

    schedule: Schedule = field(default_factory=lambda: VarianceExploding(0.1, 20.0))
    prediction: Prediction = "score"

    @property
    def has_vanishing_signal(self) -> bool:
        return False

    def project(self, x: Tensor) -> Tensor:
        return x


@dataclass(frozen=True)
class TranslationFlow(GaussianProcess):
    """Flow matching of a position from N(0, scale^2); the field is the velocity x1 - x0, Angstrom per unit time.

    Attributes:
        schedule: LinearPath.
        prediction: what the field is.
    """

    schedule: LinearPath = field(default_factory=lambda: LinearPath(10.0))
    prediction: Prediction = "velocity"

    @property
    def has_vanishing_signal(self) -> bool:
        return True

    def project(self, x: Tensor) -> Tensor:
        return x
