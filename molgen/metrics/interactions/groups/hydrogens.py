"""Where the hydrogens of donors are: files rarely have them, so they are set by the geometry around the donor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from molgen.chem.proteins.structure import Protein
from molgen.metrics.interactions.geometry import LIMITS
from molgen.metrics.interactions.groups.records import Donor, angle_between, unit

_LENGTHS = {7: 1.01, 8: 0.96}
CONE = np.deg2rad(180 - 109.5)
"""Half the opening of the cone that the hydrogens of a group that turns lie on, around its axis."""
_CONJUGATED = 1.40
"""Angstrom; a C-N bond as short as this does not turn (amide 1.33, guanidinium 1.32, aniline 1.37, amine 1.47)."""
_NOWHERE = np.zeros((0, 3))


def receptor_donor(protein: Protein, atom: int, neighbors: Mapping[int, Sequence[int]]) -> Donor:
    """The donor with the directions that its neighbors leave for hydrogens.

    One neighbor: a hydroxyl or amine turns; the NH2 of an amide, a guanidinium or an aniline lies in the plane of its
    neighbor. Two or more: opposite to the sum of the bonds. None (water): anywhere.
    """
    around = list(neighbors.get(atom, ()))
    x, length = protein.positions, bond_length(int(protein.elements[atom]))
    if not around:
        return Donor(atom, length, _NOWHERE)
    if len(around) > 1:
        return Donor(atom, length, -unit(unit(x[around] - x[atom]).sum(axis=0))[None])
    axis = unit(x[atom] - x[around[0]])
    ends = [end for end in neighbors.get(around[0], ()) if end != atom]
    if protein.elements[atom] == 8 or not ends or np.linalg.norm(x[atom] - x[around[0]]) > _CONJUGATED:
        return Donor(atom, length, _NOWHERE, axis, 1 if protein.elements[atom] == 8 else 3)
    side = x[ends[0]] - x[around[0]]
    aside = np.sin(np.pi / 3) * unit(side - (side @ axis) * axis)
    return Donor(atom, length, np.cos(np.pi / 3) * axis + np.array([aside, -aside]))


def donor_angles(donor: Donor, position: np.ndarray, acceptors: np.ndarray) -> list[float] | None:
    """The angle donor-hydrogen-acceptor at the hydrogen that points best, radian, for each of some acceptors.

    A group that turns is turned once for all of them: to where most angles are as wide as a hydrogen bond needs.

    Args:
        donor: with the directions of its hydrogens.
        position: float64 [3] of the donor, Angstrom.
        acceptors: float64 [k, 3], Angstrom.

    Returns:
        k angles; None where the hydrogens can be anywhere.
    """
    if donor.axis is None:
        return None if not len(donor.directions) else _angles(position, donor.directions, donor.length, acceptors)
    turned = [_on_cone(donor.axis, acceptor - position, donor.count) for acceptor in acceptors]
    options = [_angles(position, directions, donor.length, acceptors) for directions in turned]
    least = np.deg2rad(LIMITS.hbond_angle)
    return max(options, key=lambda angles: (sum(angle >= least for angle in angles), sum(angles)))


def proton_angle(position: np.ndarray, acceptor: np.ndarray, direction: np.ndarray, *, turns: bool) -> float:
    """The angle at a proton of 1 Angstrom, radian.

    Args:
        position, acceptor: float64 [3], Angstrom.
        direction: unit vector to the proton, or the axis of the cone that it turns on.
        turns: it does.
    """
    directions = _on_cone(direction, acceptor - position, 1) if turns else direction[None]
    return _angles(position, directions, 1.0, acceptor[None])[0]


def _angles(position: np.ndarray, directions: np.ndarray, length: float, acceptors: np.ndarray) -> list[float]:
    hydrogens = position + length * directions
    return [max(angle_between(position - h, acceptor - h) for h in hydrogens) for acceptor in acceptors]


def bond_length(element: int) -> float:
    """Angstrom from a donor to its hydrogen."""
    return _LENGTHS.get(element, 1.0)


def _on_cone(axis: np.ndarray, towards: np.ndarray, count: int) -> np.ndarray:
    """Directions on the cone around an axis, float64 [count, 3], 120 degrees apart; the first is closest to another."""
    first = unit(towards - (towards @ axis) * axis)
    second = np.cross(axis, first)
    turns = np.arange(count) * 2 * np.pi / 3
    aside = np.cos(turns)[:, None] * first + np.sin(turns)[:, None] * second
    return np.cos(CONE) * axis + np.sin(CONE) * aside
