"""Noise processes on R^3, centerd R^(3n), SO(3) and the torus: diffusion (score) and flow (velocity) families."""

from molgen.processes import igso3, wrapped_normal
from molgen.processes.base import Corrupted, Process, State, expand_time
from molgen.processes.cartesian import CartesianDiffusion, CartesianFlow, center_free
from molgen.processes.predictions import Prediction, convert
from molgen.processes.product import ProductProcess
from molgen.processes.rotation import RotationDiffusion, RotationFlow
from molgen.processes.schedules import (
    LinearPath,
    PathPoint,
    Schedule,
    VarianceExploding,
    VariancePreservingCosine,
    VariancePreservingLinear,
)
from molgen.processes.torsion import TorsionDiffusion, TorsionFlow
from molgen.processes.translation import TranslationDiffusion, TranslationFlow

__all__ = [
    "CartesianDiffusion",
    "CartesianFlow",
    "Corrupted",
    "LinearPath",
    "PathPoint",
    "Prediction",
    "Process",
    "ProductProcess",
    "RotationDiffusion",
    "RotationFlow",
    "Schedule",
    "State",
    "TorsionDiffusion",
    "TorsionFlow",
    "TranslationDiffusion",
    "TranslationFlow",
    "VarianceExploding",
    "VariancePreservingCosine",
    "VariancePreservingLinear",
    "center_free",
    "convert",
    "expand_time",
    "igso3",
    "wrapped_normal",
]
