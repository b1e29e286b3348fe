"""The torsion tree of a molecule: rigid motion and torsions of many poses, and the forces that act along them.

Poses are coordinates [n, 3, B] with the pose as the last, contiguous axis: on a CPU every operation then runs over
long rows. A motion is a tangent vector [6 + m, B] of R^3 x SO(3) x torus at the pose: translation (Angstrom), rotation
vector about the centroid in the world frame (radian), changes of the m torsions (radian).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph


class Tree(Protocol):
    """What motions and forces need to know: of one molecule (`TorsionTree`) or of several side by side."""

    @property
    def n_torsions(self) -> int: ...

    @property
    def freedom(self) -> int: ...

    @property
    def levels(self) -> Sequence[tuple[int, int]]: ...

    @property
    def is_fixed(self) -> bool: ...

    def centroid(self, positions: Tensor) -> Tensor:
        """The middle of the atoms of poses [n, 3, B], [3, B]."""
        ...

    def square_radius(self, positions: Tensor) -> Tensor:
        """The mean squared distance of the atoms of poses [n, 3, B] from their middle, [B]."""
        ...

    def ends(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Where the axes of poses [n, 3, B] start and end, [m, 3, B] each."""
        ...

    def above(self, level: int, values: Tensor) -> Tensor:
        """Of values [k, ..., B] of the first k fragments those of the parents of the axes of a level."""
        ...

    def on_atoms(self, values: Tensor) -> Tensor:
        """Values [m + 1, ..., B] of all fragments at their atoms, [n, ..., B]."""
        ...

    def placed(self, positions: Tensor) -> Tensor:
        """Poses [n, 3, B] with rows that stand for no atom at the origin."""
        ...

    def carried(self, values: Tensor) -> Tensor:
        """Sums of values [n, k, B] over the atoms that each axis turns, [m, k, B]."""
        ...


@dataclass(frozen=True)
class TorsionTree:
    """A molecule of n atoms as a tree of m + 1 rigid fragments; fragment 0 is the root, k + 1 hangs on axis k.

    Attributes:
        start, end: int64 [m], the atoms of each axis; the side of `end` turns.
        parent: int64 [m], the fragment that each axis is part of.
        levels: (first, last + 1) of the axes of equal depth, from the root outwards; the axes are in this order.
        fragment: int64 [n], of each atom.
        moving: float32 [m, n], 1 for the atoms that axis k turns.
        order: int64 [m], for each axis its index in the graph record's torsions.
        is_fixed: the root stays where it is: no force moves or turns the molecule as a whole.
    """

    start: Tensor
    end: Tensor
    parent: Tensor
    levels: tuple[tuple[int, int], ...]
    fragment: Tensor
    moving: Tensor
    order: Tensor
    is_fixed: bool = False

    @property
    def n_torsions(self) -> int:
        return len(self.start)

    @property
    def freedom(self) -> int:
        """Number of degrees of freedom, 6 + m."""
        return 6 + len(self.start)

    def centroid(self, positions: Tensor) -> Tensor:
        return positions.mean(0)

    def square_radius(self, positions: Tensor) -> Tensor:
        spread = positions - positions.mean(0)
        return (spread * spread).sum(1).mean(0)

    def ends(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        return positions.index_select(0, self.start), positions.index_select(0, self.end)

    def above(self, level: int, values: Tensor) -> Tensor:
        first, last = self.levels[level]
        return values.index_select(0, self.parent[first:last])

    def on_atoms(self, values: Tensor) -> Tensor:
        return values.index_select(0, self.fragment)

    def placed(self, positions: Tensor) -> Tensor:
        return positions

    def carried(self, values: Tensor) -> Tensor:
        flat = values.flatten(1)
        m = self.n_torsions
        moving = self.moving.expand(2, -1) if m == 1 else self.moving  # a product of one row is summed in another order
        return (moving.to(flat) @ flat)[:m].view(m, *values.shape[1:])


def torsion_tree(graph: MoleculeGraph, device: torch.device | str = "cpu", *, is_fixed: bool = False) -> TorsionTree:
    """The tree of fragments of a molecule: the moving sides of its torsions are nested or apart."""
    moving = graph.moving.astype(bool)
    carries = np.array(
        [
            [j != k and moving[j, graph.torsions[k, 1]] and moving[j, graph.torsions[k, 2]] for j in range(len(moving))]
            for k in range(len(moving))
        ],
        dtype=bool,
    ).reshape(len(moving), len(moving))
    depth = carries.sum(1)
    order = np.argsort(depth, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    # the nearest of the axes that carry one is the deepest of them
    parent = np.array(
        [0 if not carries[k].any() else 1 + rank[np.argmax(np.where(carries[k], depth, -1))] for k in order]
    )
    levels = [
        (int(rows[0]), int(rows[-1]) + 1) for rows in (np.flatnonzero(depth[order] == d) for d in np.unique(depth))
    ]
    fragment = np.zeros(graph.n_atoms, dtype=np.int64)
    for k, axis in enumerate(order):  # deeper axes come later and win
        fragment[moving[axis]] = k + 1
    return TorsionTree(
        torch.from_numpy(graph.torsions[order, 1].astype(np.int64)).to(device),
        torch.from_numpy(graph.torsions[order, 2].astype(np.int64)).to(device),
        torch.from_numpy(parent.astype(np.int64).reshape(-1)).to(device),
        tuple(levels),
        torch.from_numpy(fragment).to(device),
        torch.from_numpy(moving[order].astype(np.float32)).to(device),
        torch.from_numpy(order.astype(np.int64)).to(device),
        is_fixed,
    )


def move(tree: Tree, positions: Tensor, motion: Tensor) -> Tensor:
    """Poses [n, 3, B] moved along a tangent vector [6 + m, B]: torsions first, then the rigid motion.

    Equal to rounding to :meth:`molgen.geometry.internal_coordinates.InternalCoordinates.positions` with the poses as
    templates, followed by a rigid motion about the centroid that they had before. The matrices of all axes of a level
    are multiplied at once and every atom is moved once, where the other turns all atoms axis by axis.
    """
    root = rotation_of(motion[3:6])
    center = tree.centroid(positions)
    shift = center + motion[:3] - rotated(root, center)
    if tree.n_torsions == 0:
        return tree.placed(rotated(root, positions) + shift)
    start, pivot = tree.ends(positions)
    local = rotation_matrices(directions(start, pivot), motion[6:])
    offset = pivot - rotated(local, pivot)
    turns, shifts = [root[None]], [shift[None]]
    for level, (first, last) in enumerate(tree.levels):
        above = tree.above(level, turns[0] if len(turns) == 1 else torch.cat(turns))
        carried = tree.above(level, shifts[0] if len(shifts) == 1 else torch.cat(shifts))
        turns.append(_product(above, local[first:last]))
        shifts.append(rotated(above, offset[first:last]) + carried)
    turned = rotated(tree.on_atoms(torch.cat(turns)), positions)
    return tree.placed(turned + tree.on_atoms(torch.cat(shifts)))


def generalized_gradient(tree: Tree, positions: Tensor, gradient: Tensor) -> Tensor:
    """Gradient [6 + m, B] along the tangent vectors at a pose.

    Args:
        tree: the molecule.
        positions: [n, 3, B].
        gradient: [n, 3, B], derivative of an energy by the coordinates.
    """
    center = tree.centroid(positions)
    moment = _cross(positions - center, gradient)
    rigid = torch.cat([gradient.sum(0), moment.sum(0)])
    if tree.is_fixed:
        rigid = torch.zeros_like(rigid)
    if tree.n_torsions == 0:
        return rigid
    force, torque = tree.carried(torch.cat([gradient, moment], dim=1)).split(3, dim=1)
    start, pivot = tree.ends(positions)
    about_axis = torque - _cross(pivot - center, force)
    return torch.cat([rigid, (directions(start, pivot) * about_axis).sum(1)])


def directions(start: Tensor, end: Tensor) -> Tensor:
    """Unit vectors [m, 3, B] along axes."""
    axis = end - start
    return axis / torch.linalg.vector_norm(axis, dim=1, keepdim=True).clamp(min=1e-12)


def rotation_of(vector: Tensor) -> Tensor:
    """Matrices [3, 3, B] of rotation vectors [3, B], radian."""
    angle = torch.linalg.vector_norm(vector, dim=0)
    return rotation_matrices((vector / angle.clamp(min=1e-12))[None], angle[None])[0]


def rotation_matrices(axis: Tensor, angle: Tensor) -> Tensor:
    """Rodrigues' formula: unit axes [k, 3, B], angles [k, B] -> [k, 3, 3, B]."""
    cos, sin = angle.cos(), angle.sin()
    x, y, z = axis.unbind(1)
    rest = 1 - cos
    xr, yr, zr = x * rest, y * rest, z * rest
    xs, ys, zs = x * sin, y * sin, z * sin
    xy, xz, yz = x * yr, x * zr, y * zr
    rows = [x * xr + cos, xy - zs, xz + ys, xy + zs, y * yr + cos, yz - xs, xz - ys, yz + xs, z * zr + cos]
    return torch.stack(rows, dim=1).view(axis.shape[0], 3, 3, axis.shape[2])


def rotated(matrix: Tensor, vector: Tensor) -> Tensor:
    """Matrices [..., 3, 3, B] times vectors [..., 3, B]."""
    x, y, z = (vector[..., k : k + 1, :] for k in range(3))
    return (matrix[..., 0, :] * x).addcmul_(matrix[..., 1, :], y).addcmul_(matrix[..., 2, :], z)


def _product(first: Tensor, second: Tensor) -> Tensor:
    """Products of matrices [..., 3, 3, B]."""
    rows = [(first[..., :, k, None, :], second[..., None, k, :, :]) for k in range(3)]
    return (rows[0][0] * rows[0][1]).addcmul_(*rows[1]).addcmul_(*rows[2])


def _cross(a: Tensor, b: Tensor) -> Tensor:
    """Cross products of vectors [..., 3, B]."""
    ax, ay, az = a.unbind(-2)
    bx, by, bz = b.unbind(-2)
    return torch.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], dim=-2)
