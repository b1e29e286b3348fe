"""Rotations, torus, rigid motions, alignment: pure functions of tensors. Lengths in Angstrom, angles in radian."""

from molgen.geometry import rigid, rotations, torus
from molgen.geometry.alignment import aligned_rmsd, kabsch
from molgen.geometry.rigid import RigidMotion
from molgen.geometry.rotations import random_rotation
from molgen.geometry.torus import wrap

__all__ = ["RigidMotion", "aligned_rmsd", "kabsch", "random_rotation", "rigid", "rotations", "torus", "wrap"]
