"""molgen: generative 3D structures of molecules.

Units, everywhere: lengths in Angstrom, angles in radian, energies in kcal/mol, time t in [0, 1] with t = 0 the data and
t = 1 the noise. Randomness is an argument: the same seed and input give the same output.

Importing molgen does no work; the names below are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from molgen.version import __version__

if TYPE_CHECKING:
    from molgen.conformers.generate import generate_conformers, generate_many
    from molgen.docking.dock import dock
    from molgen.docking.records import DockingResult
    from molgen.docking.rescore import rescore
    from molgen.models.torsion_flow.task import load_model
    from molgen.screening.run import conformer_library, screen

__all__ = [
    "DockingResult",
    "__version__",
    "conformer_library",
    "dock",
    "generate_conformers",
    "generate_many",
    "load_model",
    "rescore",
    "screen",
]

_HOMES = {
    "DockingResult": "molgen.docking.records",
    "conformer_library": "molgen.screening.run",
    "dock": "molgen.docking.dock",
    "generate_conformers": "molgen.conformers.generate",
    "generate_many": "molgen.conformers.generate",
    "load_model": "molgen.models.torsion_flow.task",
    "rescore": "molgen.docking.rescore",
    "screen": "molgen.screening.run",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'molgen' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
