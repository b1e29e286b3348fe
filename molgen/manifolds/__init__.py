"""Manifolds, one file each: geodesics, noise, and the heat kernel where it is known."""

from molgen.manifolds.base import HeatManifold, Manifold
from molgen.manifolds.euclidean import CenterFree, Euclidean, FlatManifold, center_free
from molgen.manifolds.harmonic import HarmonicCenterFree, harmonic_root
from molgen.manifolds.so3 import SO3
from molgen.manifolds.sphere import Sphere
from molgen.manifolds.torus import Torus

__all__ = [
    "SO3",
    "CenterFree",
    "Euclidean",
    "FlatManifold",
    "HarmonicCenterFree",
    "HeatManifold",
    "Manifold",
    "Sphere",
    "Torus",
    "center_free",
    "harmonic_root",
]
