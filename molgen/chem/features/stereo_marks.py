"""Stereo as relations between atoms of a graph: what a network of coordinates can see. No RDKit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TRANS, CIS = 1, 2


@dataclass(frozen=True)
class StereoMarks:
    """The stereo of a molecule of n atoms.

    Attributes:
        chiral: int16 [k, 4], atoms (center, a, b, c) of the stereo centers: in the right molecule the triple product of
            the vectors from the center to a, b and c is positive. A mirror image has b and c exchanged.
        double_bonds: int16 [d, 5], atoms (a, b, c, d) about the stereo double bonds b=c, and `TRANS` or `CIS`.
    """

    chiral: np.ndarray
    double_bonds: np.ndarray


def volumes(positions: np.ndarray, chiral: np.ndarray) -> np.ndarray:
    """Triple products [..., k] at the centers of `StereoMarks.chiral`, Angstrom^3; positions [..., n, 3]."""
    center, a, b, c = (positions[..., chiral[:, column], :] for column in range(4))
    return (np.cross(b - center, c - center) * (a - center)).sum(-1)


def stereo_is_right(positions: np.ndarray, marks: StereoMarks, *, least: float = 0.3) -> np.ndarray:
    """Whether conformers have the stereo that is marked, bool [...].

    Args:
        positions: [..., n, 3], Angstrom.
        least: Angstrom^3, triple products below are no tetrahedron; an ideal one of carbon atoms has 2.7.
    """
    right = np.asarray((volumes(positions, marks.chiral) > least).all(-1))
    if not len(marks.double_bonds):
        return right
    begin, left, other, end = (positions[..., column, :] for column in marks.double_bonds[:, :4].T)
    across = other - left
    first, second = np.cross(begin - left, across), np.cross(end - other, across)
    is_cis = (first * second).sum(-1) > 0
    return right & (is_cis == (marks.double_bonds[:, 4] == CIS)).all(-1)
