"""The points around a protein that it encloses: a grid along its principal axes, and how buried each point of it is.

As in LIGSITE (Hendlich, Rippmann and Barnickel, J. Mol. Graph. Model. 1997, 15, 359), the burial of a point of the grid
is the number of directions in which protein is met within 9 Angstrom.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

_RADII = {6: 1.75, 7: 1.6, 8: 1.5}  # of heavy atoms with their hydrogens, Angstrom
_OTHER_RADIUS = 1.8
_PROBE = 1.3  # a ligand atom is at least a radius and this from the center of a protein atom
_STEP = 1.0
_MOST_POINTS = 4e7  # a structure that fills a larger box gets a coarser grid
_MARGIN = 5.0
_REACH = 9.0
DIRECTIONS = tuple(d for d in itertools.product((-1, 0, 1), repeat=3) if any(d))
_LEAST_BURIAL = (11, 7)  # of the 26 directions; the second where nothing reaches the first, as on short peptides


@dataclass(frozen=True)
class Grid:
    """Points along the principal axes of some atoms, with the centroid of these in the middle; units of `step`.

    Attributes:
        origin, axes: float64 [3] and [3, 3] (rows): world = origin + step * (index - middle) @ axes.
        middle: int64 [3]. shape: three ints, 2 * middle + 1.
        atoms: float64 [N, 3], the atoms in units of the grid's index.
    """

    origin: np.ndarray
    axes: np.ndarray
    step: float
    middle: np.ndarray
    shape: tuple[int, int, int]
    atoms: np.ndarray

    @classmethod
    def around(cls, positions: np.ndarray) -> Grid:
        origin = positions.mean(axis=0)
        axes = np.linalg.eigh(np.cov((positions - origin).T, bias=True).reshape(3, 3))[1].T
        turned = (positions - origin) @ axes.T
        half = np.abs(turned).max(axis=0) + _MARGIN
        step = max(_STEP, float(np.cbrt(np.prod(2 * half) / _MOST_POINTS)))
        middle = np.ceil(half / step).astype(np.int64)
        across, along, up = (2 * middle + 1).tolist()
        return cls(origin, axes, step, middle, (across, along, up), turned / step + middle)

    def to_world(self, points: np.ndarray) -> np.ndarray:
        """Positions, Angstrom, of points in units of the index; float64 [..., 3]."""
        return self.origin + self.step * (points - self.middle) @ self.axes

    def smoothed(self, values: np.ndarray, width: float) -> np.ndarray:
        """Sums under a Gaussian of height 1 and standard deviation `width`, in Angstrom; float32, of the grid."""
        sigma = width / self.step
        smooth = ndimage.gaussian_filter(values, sigma, mode="constant", truncate=2.5)
        return smooth * np.float32((sigma * np.sqrt(2 * np.pi)) ** 3)


def enclosed_points(grid: Grid, elements: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices, int64 [k, 3], of the points that have room for an atom and protein around, and how many directions."""
    radii = np.full(len(elements), _OTHER_RADIUS)
    for element, radius in _RADII.items():
        radii[elements == element] = radius
    hits = _directions_met(_balls(grid, radii), grid.step)
    hits[_balls(grid, radii + _PROBE)] = 0
    for least in _LEAST_BURIAL:
        points = np.argwhere(hits >= least)
        if len(points):
            break
    return points, hits[tuple(points.T)]


def _balls(grid: Grid, radii: np.ndarray) -> np.ndarray:
    """Which points are within `radii` (Angstrom) of an atom; bool, of the grid."""
    nearest = np.rint(grid.atoms).astype(np.int64)
    rest = grid.atoms - nearest
    squared = (radii / grid.step) ** 2
    reach = np.sqrt(squared.max()) + np.sqrt(3) / 2
    around = range(-int(reach), int(reach) + 1)
    inside = np.zeros(grid.shape, dtype=bool)
    for offset in itertools.product(around, repeat=3):
        if sum(part * part for part in offset) <= reach * reach:
            near = ((offset - rest) ** 2).sum(axis=1) <= squared
            inside[tuple((nearest[near] + offset).T)] = True
    return inside


def _directions_met(solid: np.ndarray, step: float) -> np.ndarray:
    """In how many of the 26 directions each point meets `solid` within `_REACH`; uint8, of the grid."""
    met = np.zeros(solid.shape, dtype=np.uint8)
    hit = np.zeros(solid.shape, dtype=bool)
    for direction in DIRECTIONS:
        hit[:] = False
        for steps in range(1, max(1, round(_REACH / step / float(np.linalg.norm(direction)))) + 1):
            here, there = _shifted([steps * part for part in direction], solid.shape)
            hit[here] |= solid[there]
        met += hit
    return met


def _shifted(offset: list[int], shape: tuple[int, ...]) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Slices of the points whose neighbor at `offset` is on the grid, and of these neighbors."""
    here = tuple(slice(max(0, -part), max(0, size - max(0, part))) for part, size in zip(offset, shape, strict=True))
    there = tuple(slice(max(0, part), max(0, size + min(0, part))) for part, size in zip(offset, shape, strict=True))
    return here, there
