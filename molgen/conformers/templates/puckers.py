"""Canonical shapes of rings of five to eight atoms by the puckering coordinates of Cremer and Pople."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from molgen.sampling import low_discrepancy

FIVE, SIX = 0.38, 0.57
"""Total amplitudes in Angstrom, of cyclopentane and cyclohexane."""
SEVEN_TWISTS = ((0.52, np.pi / 2, 0.65, np.pi / 2), (1.05, np.pi / 2, 0.25, -np.pi / 2))
SEVEN_MIRRORED = ((0.52, 0.0, 0.65, np.pi), (1.05, 0.0, 0.25, np.pi))
"""(q2, phi2, q3, phi3) of cycloheptane, Angstrom and radian: twist chair and twist boat; chair and boat."""
EIGHT, EIGHT_SHAPES = 1.15, 64
"""Amplitude of cyclooctane, and shapes that are spread over the sphere of that radius."""


@cache
def canonical_heights(size: int, planar: bool) -> NDArray[np.float64]:
    """Heights of the atoms of a ring over its mean plane, of every canonical shape [k, size], Angstrom.

    z_j = sqrt(2 / n) sum_m q_m cos(phi_m + 2 pi m j / n) + (-1)^j q_(n/2) / sqrt(n) (Cremer and Pople 1975,
    doi:10.1021/ja00839a011, eq. 12 and 13). Five atoms: envelopes; six: chairs and twist boats; seven: twist chairs and
    twist boats; eight: points spread over the four-dimensional sphere, whose minima have more names than one can list.

    Args:
        size: atoms, 5 to 8.
        planar: also those that a bond which does not turn makes stable: half chairs and boats.
    """
    if size == 5:
        return np.array([_heights(5, (FIVE, phase)) for phase in _phases(20 if planar else 10)])
    if size == 6:
        chairs = [_heights(6, (0.0, 0.0), last=sign * SIX) for sign in (1, -1)]
        boats = [_heights(6, (SIX, phase)) for phase in _phases(12)]
        if not planar:
            return np.array(chairs + boats[1::2])
        halves = [
            _heights(6, (SIX * np.sin(np.radians(51)), phase), last=sign * SIX * np.cos(np.radians(51)))
            for phase in _phases(12)
            for sign in (1, -1)
        ]
        return np.array(halves + boats)
    if size == 7:
        forms = SEVEN_TWISTS + SEVEN_MIRRORED if planar else SEVEN_TWISTS
        return np.array(
            [
                _heights(7, (q2, phi2 + turn + 2 * step), (q3, phi3 + turn + 3 * step))
                for q2, phi2, q3, phi3 in forms
                for turn in (0.0, np.pi)
                for step in _phases(7)
            ]
        )
    return _spread_over_sphere()


def ring_of_heights(heights: NDArray[np.float64], bond: float) -> NDArray[np.float64]:
    """Rings [k, n, 3] of these heights [k, n] over a regular polygon, with this mean length of a bond, Angstrom."""
    size = heights.shape[1]
    rise = ((np.roll(heights, -1, axis=1) - heights) ** 2).mean(1)
    radius = np.sqrt(np.maximum(bond**2 - rise, 0.25)) / (2 * np.sin(np.pi / size))
    angle = 2 * np.pi * np.arange(size) / size
    flat = radius[:, None, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return np.concatenate([flat, heights[..., None]], axis=-1)


def _phases(count: int) -> NDArray[np.float64]:
    return 2 * np.pi * np.arange(count) / count


def _heights(size: int, *waves: tuple[float, float], last: float = 0.0) -> NDArray[np.float64]:
    """Heights [size] of the waves (q_m, phi_m), m = 2, 3, ..., and of the alternating one of even rings."""
    j = np.arange(size)
    z = sum(q * np.cos(phase + 2 * np.pi * m * j / size) for m, (q, phase) in enumerate(waves, 2))
    return np.sqrt(2 / size) * z + (-1.0) ** j * last / np.sqrt(size)


def _spread_over_sphere() -> NDArray[np.float64]:
    """Shapes [k, 8] of a ring of eight atoms, whose five coordinates lie evenly on a sphere."""
    uniform = low_discrepancy(EIGHT_SHAPES, 6, 0).double().numpy()
    radius, angle = np.sqrt(-2 * np.log(1 - uniform[:, :3])), 2 * np.pi * uniform[:, 3:]
    normal = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1)[:, :5]
    q = EIGHT * normal / np.linalg.norm(normal, axis=1, keepdims=True)
    two, three = (list(zip(np.hypot(a, b), np.arctan2(b, a), strict=True)) for a, b in (q[:, :2].T, q[:, 2:4].T))
    return np.array([_heights(8, *waves, last=last) for *waves, last in zip(two, three, q[:, 4], strict=True)])
