"""Numbers that say how good a set of structures is: symmetric RMSD, coverage, stereo.

``rmsd_matrix`` and the coverage functions need no RDKit; the other names load it when they are first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from molgen.metrics.coverage import Coverage, Interval, best_of_first, bootstrap_interval, coverage
from molgen.metrics.rmsd import rmsd_matrix

if TYPE_CHECKING:
    from molgen.metrics.best import best_rmsd, best_rmsds
    from molgen.metrics.stereo import StereoChecks, stereo_checks, stereo_mask, stereo_matches
    from molgen.metrics.symmetry import Matches, atom_matches, automorphisms, heavy_atoms, heavy_coordinates

__all__ = [
    "Coverage",
    "Interval",
    "Matches",
    "StereoChecks",
    "atom_matches",
    "automorphisms",
    "best_of_first",
    "best_rmsd",
    "best_rmsds",
    "bootstrap_interval",
    "coverage",
    "heavy_atoms",
    "heavy_coordinates",
    "rmsd_matrix",
    "stereo_checks",
    "stereo_mask",
    "stereo_matches",
]

_HOMES = {
    "best": ("best_rmsd", "best_rmsds"),
    "stereo": ("StereoChecks", "stereo_checks", "stereo_mask", "stereo_matches"),
    "symmetry": ("Matches", "atom_matches", "automorphisms", "heavy_atoms", "heavy_coordinates"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"molgen.metrics.{module}"), name)
    raise AttributeError(f"module 'molgen.metrics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
