"""Noise processes: diffusion (score) and flow (velocity) on a manifold, their product, and the common ones by name."""

from molgen.former_names import former_attributes
from molgen.manifolds import center_free, igso3, wrapped_normal
from molgen.processes.base import Corrupted, Process, State, expand_time
from molgen.processes.gaussian import GaussianProcess
from molgen.processes.geodesic_flow import GeodesicFlow
from molgen.processes.heat_diffusion import HeatDiffusion
from molgen.processes.named import (
    CartesianDiffusion,
    CartesianFlow,
    RotationDiffusion,
    RotationFlow,
    TorsionDiffusion,
    TorsionFlow,
    TranslationDiffusion,
    TranslationFlow,
)
from molgen.processes.predictions import Prediction, convert
from molgen.processes.product import ProductProcess
from molgen.processes.schedules import (
    LinearPath,
    PathPoint,
    Schedule,
    VarianceExploding,
    VariancePreservingCosine,
    VariancePreservingLinear,
)

__all__ = [
    "CartesianDiffusion",
    "CartesianFlow",
    "Corrupted",
    "GaussianProcess",
    "GeodesicFlow",
    "HeatDiffusion",
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

__getattr__ = former_attributes(__name__, {"centre_free": "center_free"})
