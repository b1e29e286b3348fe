"""The processes by name: a family, a manifold and the schedule that suits it."""

from __future__ import annotations

import math

from molgen.manifolds import SO3, CenterFree, Euclidean, Torus
from molgen.processes.gaussian import GaussianProcess
from molgen.processes.geodesic_flow import GeodesicFlow
from molgen.processes.heat_diffusion import HeatDiffusion
from molgen.processes.predictions import Prediction
from molgen.processes.schedules import LinearPath, Schedule, VarianceExploding, VariancePreservingLinear


class TorsionFlow(GeodesicFlow):
    """Geodesic flow on the torus from uniform angles; the field is the velocity, radian per unit time. ODE-only."""

    def __init__(self) -> None:
        super().__init__(Torus())


class TorsionDiffusion(HeatDiffusion):
    """Wrapped-normal diffusion on the torus (Jing et al. 2022, arXiv:2206.01729); the field is the score, 1/radian.

    sigma_max = pi, the default, leaves a density within 1.5 % of the uniform prior.
    """

    def __init__(self, schedule: VarianceExploding | None = None) -> None:
        super().__init__(Torus(), schedule or VarianceExploding(0.01 * math.pi, math.pi))


class RotationFlow(GeodesicFlow):
    """Geodesic flow on SO(3) from uniform rotations; the field is the velocity, radian per unit time, world frame.

    ODE-only.
    """

    def __init__(self) -> None:
        super().__init__(SO3())


class RotationDiffusion(HeatDiffusion):
    """IGSO(3) diffusion (Leach et al. 2022; Yim et al. 2023, arXiv:2302.02277); the field is the score, 1/radian.

    sigma_max = 3, the default, leaves a density within 0.2 % of the uniform prior.
    """

    def __init__(self, schedule: VarianceExploding | None = None) -> None:
        super().__init__(SO3(), schedule or VarianceExploding(0.03, 3.0))


class TranslationDiffusion(GaussianProcess):
    """Diffusion of a position [..., 3] Angstrom, variance-exploding by default (0.1 to 20 Angstrom).

    The field is the score, 1/Angstrom, unless `prediction` says otherwise.
    """

    def __init__(self, schedule: Schedule | None = None, prediction: Prediction = "score") -> None:
        super().__init__(Euclidean(), schedule or VarianceExploding(0.1, 20.0), prediction)


class TranslationFlow(GaussianProcess):
    """Flow matching of a position [..., 3] Angstrom from N(0, scale^2), by default 10 Angstrom.

    The field is the velocity x1 - x0, Angstrom per unit time, unless `prediction` says otherwise.
    """

    def __init__(self, schedule: LinearPath | None = None, prediction: Prediction = "velocity") -> None:
        super().__init__(Euclidean(), schedule or LinearPath(10.0), prediction)


class CartesianDiffusion(GaussianProcess):
    """Diffusion of centered coordinates [..., n, 3] Angstrom (Hoogeboom et al. 2022, arXiv:2203.17003, sec. 3).

    The field is the score unless `prediction` says otherwise. The scale of the default schedule is the spread of a
    molecule's atoms, 3 Angstrom. The mask of atoms [..., n] is an argument of the verbs.
    """

    def __init__(self, schedule: Schedule | None = None, prediction: Prediction = "score") -> None:
        super().__init__(CenterFree(), schedule or VariancePreservingLinear(scale=3.0), prediction)


class CartesianFlow(GaussianProcess):
    """Flow matching of centered coordinates [..., n, 3] Angstrom from N(0, scale^2), by default 3 Angstrom.

    The field is the velocity, Angstrom per unit time, unless `prediction` says otherwise. The mask of atoms [..., n] is
    an argument of the verbs.
    """

    def __init__(self, schedule: LinearPath | None = None, prediction: Prediction = "velocity") -> None:
        super().__init__(CenterFree(), schedule or LinearPath(3.0), prediction)
