"""Restraints on the shape of a molecule, wherever it lies: distances, and dihedral angles within ranges."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class ShapeRestraints:
    """Springs on distances, and on dihedral angles outside their ranges.

    The energy is half the stiffness times the square of what a distance or an angle is off.

    Attributes:
        pairs: int64 [p, 2], atoms whose distance is restrained.
        lengths: [p], Angstrom.
        stiffness: kcal/mol/Angstrom^2 along each distance.
        torsions: int64 [t, 4], atoms.
        ranges: [t, 2], lowest and highest angle of each, radian; no energy within.
        torsional_stiffness: kcal/mol/radian^2 outside.
    """

    pairs: np.ndarray
    lengths: np.ndarray
    stiffness: float
    torsions: np.ndarray = field(default_factory=lambda: np.zeros((0, 4), np.int64))
    ranges: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    torsional_stiffness: float = 0.0
