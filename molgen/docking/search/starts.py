"""The starts of a search: random and proposed poses, minimized."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.docking.search.config import SearchConfig
from molgen.docking.search.minima import Minima, lowest
from molgen.docking.search.moves import Kicks, RandomStart, Shape, motion_of, random_start
from molgen.physics.energy import DockingEnergy
from molgen.physics.poses.arrays import can_be_compiled
from molgen.physics.rigid_bfgs import Minimized, minimize
from molgen.physics.torsion_tree import move

_LANES = 64
"""Poses of a ligand are padded to multiples of this for torch, so that on a CPU all use the same instructions."""


@dataclass(frozen=True)
class Starts:
    """Poses of a ligand to start a search from.

    Attributes:
        positions: float32 [n, 3, B], Angstrom.
        template: int64 [B], the template conformer of each.
    """

    positions: Tensor
    template: Tensor


def minimized_starts(
    energy: DockingEnergy,
    random: Starts | None,
    proposals: Starts | None,
    config: SearchConfig,
    ligands: int = 1,
) -> Minima:
    """Minimized starts of ligands side by side: the best of the random ones, and all proposals.

    Raises:
        ValueError: there are neither.
    """
    screened: list[Minima] = []
    if random is not None:
        positions = random.positions
        if config.ceiling is not None:
            softened = energy.softened(config.ceiling)
            positions = minimized(softened, positions, config.screen_steps, ligands).positions
        rough = minimized(energy, positions, config.screen_steps, ligands)
        best = Minima(rough.positions, rough.energies, random.template, ligands)
        screened.append(lowest(best, 2 * config.chains))
    if proposals is not None:
        rough = minimized(energy, proposals.positions, config.screen_steps, ligands)
        screened.append(Minima(rough.positions, rough.energies, proposals.template, ligands))
    if not screened:
        raise ValueError("a search needs random starts or proposals")
    begun = screened[0] if len(screened) == 1 else screened[0].joined(screened[1])
    result = minimized(energy, begun.positions, config.start_steps, ligands)
    return Minima(result.positions, result.energies, begun.template, ligands)


def minimized(
    energy: DockingEnergy, positions: Tensor, steps: int, ligands: int, kicks: Kicks | None = None
) -> Minimized:
    """As `molgen.physics.rigid_bfgs.minimize`, for as many poses of each ligand, which may first be kicked."""
    count = positions.shape[2] // ligands
    lacking = 0 if kicks is None and can_be_compiled(energy, positions) else -count % _LANES
    if lacking:
        positions = _widened(positions, ligands, lacking)
        kicks = None if kicks is None else Kicks(*(_widened(part, ligands, lacking) for part in kicks))
    begin = positions if kicks is None else move(energy.tree, positions, motion_of(kicks, energy.tree, positions))
    result = minimize(energy, energy.tree, begin, steps)
    if not lacking:
        return result
    own = result.positions.unflatten(2, (ligands, -1))[..., :count].flatten(2)
    return Minimized(own, result.energies.view(ligands, -1)[:, :count].flatten(), result.evaluations)


def _widened(values: Tensor, ligands: int, by: int) -> Tensor:
    """Values [..., L * C] with the last of each ligand repeated so often."""
    each = values.unflatten(-1, (ligands, -1))
    return torch.cat([each, each[..., -1:].expand(*each.shape[:-1], by)], -1).flatten(-2)


def random_starts(energy: DockingEnergy, templates: Tensor, count: int, rng: torch.Generator) -> Starts:
    """``count`` random poses of one ligand with template conformers [T, n, 3], as :func:`placed_starts` has them."""
    tree = energy.tree
    drawn = random_start(Shape(tree.n_torsions, len(templates), tree.is_fixed), count, rng)
    return placed_starts(energy, [templates], [drawn])


def placed_starts(energy: DockingEnergy, templates: Sequence[Tensor], drawn: Sequence[RandomStart]) -> Starts:
    """Random poses of a batch of ligands, uniform in position in the box, orientation and torsions.

    Ligands with a fixed root stay in place: only their torsions are random.

    Args:
        energy: of the ligands.
        templates: [T, n, 3] of each ligand, Angstrom.
        drawn: random numbers of each.
    """
    tree = energy.tree
    device = energy.lower.device
    each = [own[start.template].permute(1, 2, 0) for own, start in zip(templates, drawn, strict=True)]
    positions = padded(each, max(map(len, each))).to(device)
    turns = [torch.nn.functional.pad(start.angles, (0, 0, 6, 0)) for start in drawn]
    motion = padded(turns, tree.freedom).to(device)
    template = torch.cat([start.template for start in drawn]).to(device)
    if tree.is_fixed:
        return Starts(move(tree, positions, motion).contiguous(), template)
    rotation = torch.cat([start.rotation for start in drawn if start.rotation is not None]).to(device)
    shares = torch.cat([start.place for start in drawn if start.place is not None], 1).to(device)
    positions = move(tree, tree.placed(positions - tree.centroid(positions)), motion)
    positions = torch.einsum("bij,njb->nib", rotation, tree.placed(positions - tree.centroid(positions)))
    low, high = energy.lower, energy.upper
    edge = torch.minimum(torch.full_like(low, 3.0), (high - low) / 4)
    center = (low + edge)[:, None] + (high - low - 2 * edge)[:, None] * shares
    return Starts(tree.placed((positions + center).contiguous()), template)


def padded(arrays: Sequence[Tensor], rows: int) -> Tensor:
    """Arrays [n, ..., C] of several ligands side by side, each padded with zeros to so many rows."""
    if len(arrays) == 1 and len(arrays[0]) == rows:
        return arrays[0]
    pad = torch.nn.functional.pad
    return torch.cat([pad(own, (*(0, 0) * (own.dim() - 1), 0, rows - len(own))) for own in arrays], -1)
