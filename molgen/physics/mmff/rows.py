"""The bonded terms of a molecule by the vectors along its bonds and the cosines between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from molgen.chem.atom_types.mmff_record import MMFFTerms


@dataclass(frozen=True)
class BondedRows:
    """Every vector and every cosine once, though many terms share them.

    Attributes:
        vectors: int64 [2, e], from the second atom to the first: bonds, and what else a term spans.
        stretch: [2, e], force constants (mdyn/Angstrom) and rest lengths (Angstrom).
        angles: int64 [2, a], the vectors that meet in an apex.
        angle_signs: [a], -1 where one of both vectors points at the apex.
        bend: [2, a], force constants (mdyn Angstrom/rad^2) and rest angles (degrees).
        mixed: [2, a], stretch-bend constants (mdyn/rad) of either side.
        linear: bool [a].
        planes: int64 [3, o], angles between the arms 1 and 2, 2 and 3, 3 and 1 of a plane, the third out of it.
        lift: [o], mdyn Angstrom/rad^2.
        torsions: int64 [2, t], angles at both ends of the axis; outer: int64 [2, t], vectors to the outer atoms, and
            outer_signs: [t], -1 where one of both points at the axis.
        barriers: [3, t], kcal/mol.

    Constants of what is no term of its own are zero.
    """

    vectors: NDArray[np.int64]
    stretch: NDArray[np.float64]
    angles: NDArray[np.int64]
    angle_signs: NDArray[np.float64]
    bend: NDArray[np.float64]
    mixed: NDArray[np.float64]
    linear: NDArray[np.bool_]
    planes: NDArray[np.int64]
    lift: NDArray[np.float64]
    torsions: NDArray[np.int64]
    outer: NDArray[np.int64]
    outer_signs: NDArray[np.float64]
    barriers: NDArray[np.float64]


def bonded_rows(terms: MMFFTerms) -> BondedRows:
    """The bonded terms of a molecule, rearranged."""
    plane, turn, bends = terms.planes, terms.torsions, len(terms.angles)
    corners = np.concatenate(
        [terms.angles, plane[:, [0, 1, 2]], plane[:, [2, 1, 3]], plane[:, [3, 1, 0]], turn[:, :3], turn[:, 1:]]
    )
    arms = np.stack([corners[:, [0, 1]], corners[:, [2, 1]]])
    keys, number = _numbered(np.concatenate([terms.bonds, arms.reshape(-1, 2)]), terms.n_atoms)
    arm, sign = number[len(terms.bonds) :].reshape(2, -1), np.where(arms[..., 0] < arms[..., 1], 1.0, -1.0)
    pairs, angle = _numbered(arm.T, max(1, keys.shape[1]))
    own, swapped = angle[:bends], arm[0, :bends] > arm[1, :bends]

    rest, stretch = np.ones(keys.shape[1]), np.zeros(keys.shape[1])
    rest[arm[:, :bends]] = terms.mixed[:, 2:].T
    stretch[number[: len(terms.bonds)]], rest[number[: len(terms.bonds)]] = terms.stretch.T
    signs, linear = np.ones(pairs.shape[1]), np.zeros(pairs.shape[1], dtype=bool)
    signs[angle], linear[own] = sign[0] * sign[1], terms.linear
    bend, mixed = np.zeros((2, pairs.shape[1])), np.zeros((2, pairs.shape[1]))
    bend[:, own], mixed[:, own] = terms.bend.T, np.where(swapped, terms.mixed[:, 1::-1].T, terms.mixed[:, :2].T)

    planes = angle[bends : bends + 3 * len(plane)].reshape(3, -1)
    torsions = angle[bends + 3 * len(plane) :].reshape(2, -1)
    first, last = bends + 3 * len(plane), bends + 3 * len(plane) + len(turn)
    outer = np.stack([arm[0, first:last], arm[1, last:]])
    return BondedRows(
        keys,
        np.stack([stretch, rest]),
        pairs,
        signs,
        bend,
        mixed,
        linear,
        planes,
        terms.lift,
        torsions,
        outer,
        sign[0, first:last] * sign[1, last:],
        terms.barriers.T,
    )


def _numbered(pairs: NDArray[np.int64], base: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different pairs [2, d] of numbers below a base, the lower one first, and the number of each pair [p, 2]."""
    keys, number = np.unique(pairs.min(1, initial=base) * base + pairs.max(1, initial=0), return_inverse=True)
    return np.stack(np.divmod(keys, base)), number.reshape(-1)
