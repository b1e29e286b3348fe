"""The random numbers of a search: starts, kicks and Metropolis' rule, independent of the other ligands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from molgen.docking.search.config import SearchConfig
from molgen.geometry.rotations import random_rotation
from molgen.physics.torsion_tree import Tree, directions, rotated, rotation_of


class Shape(NamedTuple):
    """Determines the random numbers of a ligand: ligands of equal shape get the same."""

    torsions: int
    templates: int
    is_fixed: bool


class RandomStart(NamedTuple):
    """S starts.

    Attributes:
        template: int64 [S], template conformers.
        angles: [m, S], radian.
        rotation: [S, 3, 3]; place: [3, S], shares of the edges of the box; none of either for a fixed root.
    """

    template: Tensor
    angles: Tensor
    rotation: Tensor | None
    place: Tensor | None


def random_start(shape: Shape, count: int, rng: torch.Generator) -> RandomStart:
    """``count`` starts, uniform in template conformer, torsions, orientation and place."""
    template = torch.randint(shape.templates, (count,), generator=rng)
    angles = (torch.rand(shape.torsions, count, generator=rng) * 2 - 1) * math.pi
    if shape.is_fixed:
        return RandomStart(template, angles, None, None)
    return RandomStart(template, angles, random_rotation((count,), rng), torch.rand(3, count, generator=rng))


class Kicks(NamedTuple):
    """Motions of C poses: each has one torsion drawn anew, or is a move and turn of the whole.

    Attributes:
        motion: [6 + m, C].
        turns_root: bool [C]; with the torsion the side of the root turns, and what is beyond the axis stays.
    """

    motion: Tensor
    turns_root: Tensor

    def to(self, device: torch.device) -> Kicks:
        """The kicks on another device."""
        return Kicks(self.motion.to(device), self.turns_root.to(device))


def kick(shape: Shape, count: int, config: SearchConfig, rng: torch.Generator) -> Kicks:
    """Kicks for so many chains of a ligand."""
    motion = torch.zeros(6 + shape.torsions, count)
    rigid = torch.ones(count, dtype=torch.bool)
    if shape.torsions:
        rigid = torch.rand(count, generator=rng) >= (1.0 if shape.is_fixed else config.torsion_share)
        which = torch.randint(shape.torsions, (count,), generator=rng)
        angle = (torch.rand(count, generator=rng) * 2 - 1) * math.pi
        motion[6 + which, torch.arange(count)] = torch.where(rigid, 0.0, angle)
    if not shape.is_fixed:
        motion[:3] = config.shift * torch.randn(3, count, generator=rng) * rigid
        motion[3:6] = config.turn * torch.randn(3, count, generator=rng) * rigid
    turns_root = ~rigid & (torch.rand(count, generator=rng) < config.root_share)
    return Kicks(motion, turns_root & (not shape.is_fixed))


def motion_of(kicks: Kicks, tree: Tree, positions: Tensor) -> Tensor:
    """The kicks of poses [n, 3, C] as motions [6 + m, C].

    Either side of a bond may turn, so that a well-placed part stays fixed while the other is searched.
    """
    start, pivot = tree.ends(positions)
    angles = kicks.motion[6:, None]
    back = -(directions(start, pivot) * angles).sum(0)
    arm = (pivot * (angles != 0)).sum(0) - tree.centroid(positions)
    rigid = torch.cat([arm - rotated(rotation_of(back), arm), back]) * kicks.turns_root
    return torch.cat([kicks.motion[:6] + rigid, kicks.motion[6:]])


def metropolis(change: Tensor, temperature: float, uniform: Tensor) -> Tensor:
    """Which moves are accepted, bool [B]: downhill always, uphill with probability exp(-change / temperature).

    Args:
        change: [B], energy after the move minus energy before it, kcal/mol.
        temperature: kcal/mol.
        uniform: [B], random numbers in [0, 1).

    Source: Metropolis et al., J. Chem. Phys. 21, 1087 (1953).
    """
    return uniform < torch.exp(-change / temperature)


class Dice:
    """The random numbers of a search of several ligands, drawn once for each shape among them, on the CPU.

    Args:
        shapes: of the ligands.
        seed: of every shape.
    """

    def __init__(self, shapes: Sequence[Shape], seed: int) -> None:
        self._rngs = {shape: torch.Generator().manual_seed(seed) for shape in shapes}

    def starts(self, shape: Shape, count: int) -> RandomStart:
        """Starts of the ligands of a shape; before any kick."""
        return random_start(shape, count, self._rngs[shape])

    def kicks(self, shapes: Sequence[Shape], chains: int, freedom: int, config: SearchConfig) -> tuple[Kicks, Tensor]:
        """Kicks of L * chains poses of L ligands of these shapes, and numbers [L * chains] for Metropolis' rule."""
        drawn = {}
        for shape in dict.fromkeys(shapes):
            motion = torch.zeros(freedom, chains)
            own = kick(shape, chains, config, self._rngs[shape])
            motion[: 6 + shape.torsions] = own.motion
            drawn[shape] = motion, own.turns_root, torch.rand(chains, generator=self._rngs[shape])
        motions, turns_root, uniform = zip(*(drawn[shape] for shape in shapes), strict=True)
        return Kicks(torch.cat(motions, 1), torch.cat(turns_root)), torch.cat(uniform)
