"""Fast checks of docked poses: many poses of one ligand in one receptor, with the verdicts of PoseBusters.

Definitions and thresholds are those of PoseBusters 0.6 (Buttenschoen, Morris, Deane, Chem. Sci. 15, 3130, 2024), its
configuration "dock" plus the two stereo checks of "redock"; names are the columns of its report. What concerns the
graph alone (sanitization, radicals, fragments) is not repeated here. ``molgen.metrics.validity.posebusters`` runs the
original.
"""

from molgen.former_names import former_attributes
from molgen.metrics.validity.checker import Validity, ValidityChecker, prepare_validity
from molgen.metrics.validity.receptor import CheckedReceptor, receptor_atoms

__all__ = ["CheckedReceptor", "Validity", "ValidityChecker", "prepare_validity", "receptor_atoms"]

__getattr__ = former_attributes(__name__, {"ReceptorAtoms": "CheckedReceptor"})
