"""Intermolecular energy of a rigid receptor on a grid: one map per class of ligand atom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from molgen.physics.vina import CUTOFF, WEIGHTS, AtomClasses, VinaWeights, energy_tables

SPACING = 0.375
_BINS = 4096
"""Bins of the squared distance up to the cutoff: 0.003 Angstrom wide at 3 Angstrom."""
_BLOCK = 10


@dataclass(frozen=True)
class GridMaps:
    """Energies of single ligand atoms at the points of a grid.

    Attributes:
        values: float32 [C * X * Y * Z], kcal/mol; z runs fastest, the class slowest.
        origin: float32 [3], the first grid point, Angstrom.
        spacing: Angstrom.
        shape: (X, Y, Z).
    """

    values: Tensor
    origin: Tensor
    spacing: float
    shape: tuple[int, int, int]

    @property
    def upper(self) -> Tensor:
        """[3], the last grid point, Angstrom."""
        return self.origin + self.spacing * (torch.tensor(self.shape, device=self.origin.device) - 1)

    @cached_property
    def limits(self) -> Tensor:
        """int64 [3], indices of the last grid point."""
        return torch.tensor(self.shape, device=self.origin.device) - 1

    @cached_property
    def corners(self) -> Tensor:
        """int64 [8], steps in `values` from a grid point to the corners of its cell."""
        _, y, z = self.shape
        return torch.tensor([0, 1, z, z + 1, y * z, y * z + 1, y * z + z, y * z + z + 1], device=self.origin.device)

    def to(self, device: torch.device | str) -> GridMaps:
        """The same maps on another device."""
        return GridMaps(self.values.to(device), self.origin.to(device), self.spacing, self.shape)


def build_maps(
    positions: np.ndarray,
    receptor: AtomClasses,
    ligand: AtomClasses,
    center: np.ndarray,
    size: np.ndarray,
    *,
    spacing: float = SPACING,
    weights: VinaWeights = WEIGHTS,
) -> GridMaps:
    """Maps for the classes of a ligand around a receptor.

    Args:
        positions: [N, 3], receptor atoms, Angstrom.
        receptor: their classes.
        ligand: the classes to make maps for.
        center, size: [3], of the box, Angstrom; it is widened to whole grid cells.
        spacing: Angstrom between grid points.
    """
    origin, shape = grid_frame(center, size, spacing)
    table = _table(receptor, ligand, weights)
    local = torch.from_numpy(np.asarray(positions) - origin).float()  # small numbers keep float32 exact enough
    values = torch.empty(len(ligand), *shape)
    for x in range(0, shape[0], _BLOCK):
        for y in range(0, shape[1], _BLOCK):
            for z in range(0, shape[2], _BLOCK):
                ends = [min(a + _BLOCK, b) for a, b in zip((x, y, z), shape, strict=True)]
                axes = [spacing * torch.arange(a, b).float() for a, b in zip((x, y, z), ends, strict=True)]
                block = _block(axes, local, receptor.index, table)
                values[:, x : ends[0], y : ends[1], z : ends[2]] = block.T.reshape(len(ligand), *map(len, axes))
    return GridMaps(values.reshape(-1), torch.from_numpy(origin).float(), spacing, shape)


def grid_frame(center: np.ndarray, size: np.ndarray, spacing: float) -> tuple[np.ndarray, tuple[int, int, int]]:
    """First point [3] and shape of the grid over a box."""
    x, y, z = (int(np.ceil(edge / spacing)) + 1 for edge in size)
    return np.asarray(center) - spacing * (np.array([x, y, z]) - 1) / 2, (x, y, z)


def _table(receptor: AtomClasses, ligand: AtomClasses, weights: VinaWeights) -> Tensor:
    """Energies [receptor classes * (bins + 1), ligand classes] by squared distance; the last bin is past the cutoff."""
    energies, _ = energy_tables(receptor, ligand, _BINS, weights)
    return energies.permute(0, 2, 1).reshape(-1, len(ligand)).contiguous()


def _block(axes: list[Tensor], atoms: Tensor, classes: Tensor, table: Tensor) -> Tensor:
    """Energies [points, ligand classes] in one block of the grid."""
    points = torch.cartesian_prod(*axes)
    middle = (points[0] + points[-1]) / 2
    reach = CUTOFF + torch.linalg.vector_norm(points[-1] - middle)
    near = torch.linalg.vector_norm(atoms - middle, dim=1) < reach
    if not near.any():
        return points.new_zeros(len(points), table.shape[1])
    offset = classes[near].int() * (_BINS + 1)
    shifted = atoms[near] - middle
    points = points - middle
    squared = (points**2).sum(1)[:, None] + (shifted**2).sum(1) - 2 * points @ shifted.T
    bins = (squared * (_BINS / CUTOFF**2)).clamp_(0, _BINS).int()
    return embedding_bag(bins + offset, table, mode="sum")


@dataclass(frozen=True)
class MapField:
    """The field of a receptor for atoms of some classes from its maps: int64 [n], or [n, L] of L ligands."""

    maps: GridMaps
    classes: Tensor

    def __call__(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Poses [n, 3, B] -> (energy of each atom [n, B], gradients [n, 3, B])."""
        return interpolate(self.maps, positions, self.classes)


def interpolate(maps: GridMaps, positions: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
    """Trilinear interpolation; positions outside the grid take the value at its face.

    Args:
        maps: of the receptor.
        positions: float32 [n, 3, B], Angstrom: atoms first, poses last.
        classes: int64 [n], of the atoms; or [n, L] where the poses are those of L ligands, one after the other.

    Returns:
        energies [n, B] in kcal/mol; gradients [n, 3, B] in kcal/mol/Angstrom, zero along axes where an atom is outside
    """
    nx, ny, nz = maps.shape
    limits = maps.limits.to(positions.dtype)[:, None]
    cell = (positions - maps.origin[:, None]) * (1 / maps.spacing)
    inside = (cell > 0) & (cell < limits)
    cell = torch.minimum(cell.clamp(min=0), limits - 1e-4)
    whole = cell.floor()
    fx, fy, fz = (cell - whole).unbind(1)
    ix, iy, iz = whole.long().unbind(1)
    point = ((ix * ny + iy) * nz + iz).view(*classes.shape, -1)
    base = ((classes * (nx * ny * nz))[..., None] + point).view_as(ix)
    corners = maps.values.index_select(0, (base + maps.corners[:, None, None]).reshape(-1)).view(2, 2, 2, *base.shape)
    slope_z = corners[:, :, 1] - corners[:, :, 0]
    along_z = corners[:, :, 0] + fz * slope_z
    slope_y = along_z[:, 1] - along_z[:, 0]
    along_y = along_z[:, 0] + fy * slope_y
    slope_x = along_y[1] - along_y[0]
    energy = along_y[0] + fx * slope_x
    z_by_y = slope_z[:, 0] + fy * (slope_z[:, 1] - slope_z[:, 0])
    gradient = torch.stack(
        [slope_x, slope_y[0] + fx * (slope_y[1] - slope_y[0]), z_by_y[0] + fx * (z_by_y[1] - z_by_y[0])], dim=1
    )
    return energy, gradient * (inside * (1 / maps.spacing))
