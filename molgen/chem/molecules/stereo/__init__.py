"""Stereo of molecules: what the input leaves open, axes of hindered bonds and cumulenes, isomers that cannot exist."""

from molgen.chem.molecules.stereo.axes import AXIAL_MARKS, axis_torsion, hindered_axes, mark_axes
from molgen.chem.molecules.stereo.enumeration import enumerate_stereo

__all__ = ["AXIAL_MARKS", "axis_torsion", "enumerate_stereo", "hindered_axes", "mark_axes"]
