"""Numbers that say how good a set of structures is: symmetric RMSD, coverage, torsions, success, stereo, validity.

``rmsd_matrix``, the coverage and the success functions need no RDKit; the other names load it, and all that need torch
load that, when they are first used.
"""

from typing import TYPE_CHECKING

from molgen.lazy_exports import lazy_exports
from molgen.metrics.bootstrap import Interval, PairedDifference, bootstrap_interval, paired_difference
from molgen.metrics.calibration import Calibration, calibration
from molgen.metrics.coverage import Coverage, CoverageSummary, best_of_first, coverage, summarize_coverage
from molgen.metrics.success import SuccessCurve, first_and_best, success_curve

if TYPE_CHECKING:
    from molgen.metrics.best import best_rmsd, best_rmsds
    from molgen.metrics.ensembles import Ensemble, joined, matching, read_ensembles
    from molgen.metrics.rmsd import rmsd_matrix
    from molgen.metrics.stereo import StereoChecks, stereo_checks, stereo_mask, stereo_matches
    from molgen.metrics.symmetric_rmsd import SymmetricRmsd, pairwise_rmsds, symmetric_rmsds
    from molgen.metrics.symmetry import Matches, atom_matches, automorphisms, heavy_atoms, heavy_coordinates
    from molgen.metrics.torsion_deviation import Torsions, matched_torsions, torsion_angles, torsion_deviations
    from molgen.metrics.validity.pose_checks import validity_records

__all__ = [
    "Calibration",
    "Coverage",
    "CoverageSummary",
    "Ensemble",
    "Interval",
    "Matches",
    "PairedDifference",
    "StereoChecks",
    "SuccessCurve",
    "SymmetricRmsd",
    "Torsions",
    "atom_matches",
    "automorphisms",
    "best_of_first",
    "best_rmsd",
    "best_rmsds",
    "bootstrap_interval",
    "calibration",
    "coverage",
    "first_and_best",
    "heavy_atoms",
    "heavy_coordinates",
    "joined",
    "matched_torsions",
    "matching",
    "paired_difference",
    "pairwise_rmsds",
    "read_ensembles",
    "rmsd_matrix",
    "stereo_checks",
    "stereo_mask",
    "stereo_matches",
    "success_curve",
    "summarize_coverage",
    "symmetric_rmsds",
    "torsion_angles",
    "torsion_deviations",
    "validity_records",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        ".best": ("best_rmsd", "best_rmsds"),
        ".ensembles": ("Ensemble", "joined", "matching", "read_ensembles"),
        ".validity.pose_checks": ("validity_records",),
        ".rmsd": ("rmsd_matrix",),
        ".stereo": ("StereoChecks", "stereo_checks", "stereo_mask", "stereo_matches"),
        ".symmetric_rmsd": ("SymmetricRmsd", "pairwise_rmsds", "symmetric_rmsds"),
        ".symmetry": ("Matches", "atom_matches", "automorphisms", "heavy_atoms", "heavy_coordinates"),
        ".torsion_deviation": ("Torsions", "matched_torsions", "torsion_angles", "torsion_deviations"),
    },
    former={"summarise_coverage": "summarize_coverage"},
)
