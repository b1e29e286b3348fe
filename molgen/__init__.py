"""molgen: generative 3D structures of molecules.

Units, everywhere: lengths in Angstrom, angles in radian, energies in kcal/mol, time t in [0, 1] with t = 0 the data and
t = 1 the noise. Randomness is an argument: the same seed and input give the same output.

Importing molgen does no work; the names below are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from molgen.errors import MolgenError
from molgen.lazy_exports import lazy_exports
from molgen.version import __version__

if TYPE_CHECKING:
    from molgen.chem.molecules.reading import read_molecules
    from molgen.chem.proteins.reading import read_protein
    from molgen.conformers.config import GenerateConfig
    from molgen.conformers.ensemble import ConformerMol
    from molgen.conformers.generate import Outcome, generate_conformers, generate_many
    from molgen.docking.dock import dock
    from molgen.docking.records import DockConfig, DockingResult, Pose
    from molgen.docking.rescore import rescore
    from molgen.models.torsion_flow.task import load_model
    from molgen.packing.pack import pack
    from molgen.packing.records import PackConfig, PackedResidue, Packing
    from molgen.reports.analysis.config import AnalysisConfig
    from molgen.reports.analysis.results import Analysis
    from molgen.reports.analysis.run import analyze
    from molgen.reports.comparison.results import Comparison
    from molgen.reports.comparison.run import compare
    from molgen.screening.config import RunConfig
    from molgen.screening.run import RunSummary, conformer_library, screen

__all__ = [
    "Analysis",
    "AnalysisConfig",
    "Comparison",
    "ConformerMol",
    "DockConfig",
    "DockingResult",
    "GenerateConfig",
    "MolgenError",
    "Outcome",
    "PackConfig",
    "PackedResidue",
    "Packing",
    "Pose",
    "RunConfig",
    "RunSummary",
    "__version__",
    "analyze",
    "compare",
    "conformer_library",
    "dock",
    "generate_conformers",
    "generate_many",
    "load_model",
    "pack",
    "read_molecules",
    "read_protein",
    "rescore",
    "screen",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        ".chem.molecules.reading": ("read_molecules",),
        ".chem.proteins.reading": ("read_protein",),
        ".conformers.config": ("GenerateConfig",),
        ".conformers.ensemble": ("ConformerMol",),
        ".conformers.generate": ("Outcome", "generate_conformers", "generate_many"),
        ".docking.dock": ("dock",),
        ".docking.records": ("DockConfig", "DockingResult", "Pose"),
        ".docking.rescore": ("rescore",),
        ".models.torsion_flow.task": ("load_model",),
        ".packing.pack": ("pack",),
        ".packing.records": ("PackConfig", "PackedResidue", "Packing"),
        ".reports.analysis.config": ("AnalysisConfig",),
        ".reports.analysis.results": ("Analysis",),
        ".reports.analysis.run": ("analyze",),
        ".reports.comparison.results": ("Comparison",),
        ".reports.comparison.run": ("compare",),
        ".screening.config": ("RunConfig",),
        ".screening.run": ("RunSummary", "conformer_library", "screen"),
    },
)
