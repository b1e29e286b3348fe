"""Search for low-energy poses: random starts and basin hopping, every pose of a batch at once.

Random starts (a template conformer, torsions, orientation and place each) are minimized; the best become chains. A
round of basin hopping (Wales and Doye, J. Phys. Chem. A 101, 5111, 1997; the Monte-Carlo moves are those of Vina) kicks
every chain, minimizes it and keeps the new minimum by Metropolis' rule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.geometry.rotations import random_rotation
from molgen.physics.articulation import Articulation, move
from molgen.physics.energy import DockingEnergy
from molgen.physics.rigid_bfgs import minimize

_SPACING = 0.75  # Angstrom between minima that count as distinct
_PROGRESS = 0.05  # kcal/mol by which the best pose must improve


@dataclass(frozen=True)
class SearchConfig:
    """How much is searched.

    Attributes:
        starts: random poses that are minimized; may be 0 where there are proposals.
        chains: of them that go on.
        rounds: of basin hopping, at most.
        patience: rounds without a better best pose after which the search stops.
        screen_steps: evaluations for every start; the best go on, two for each chain.
        start_steps: evaluations for these.
        hop_steps: evaluations after a kick.
        renewal, renewed_share, elite: every so many rounds this share of the chains, those of highest energy, goes on
            from so many lowest distinct minima.
        ceiling: kcal/mol an atom can cost at most in a first, softened minimization of the starts; None: none.
        temperature: of Metropolis' rule, kcal/mol.
        torsion_share: of kicks that turn one torsion; the others move the whole ligand.
        shift: standard deviation of a kick's translation, Angstrom.
        turn: standard deviation of each component of a kick's rotation, radian.
    """

    starts: int = 3072
    chains: int = 256
    rounds: int = 120
    patience: int = 30
    screen_steps: int = 12
    start_steps: int = 20
    hop_steps: int = 20
    renewal: int = 3
    renewed_share: float = 0.25
    elite: int = 8
    ceiling: float | None = None
    temperature: float = 1.2
    torsion_share: float = 0.6
    shift: float = 1.2
    turn: float = 1.0


EFFORT = {
    "quick": SearchConfig(starts=768, chains=64, rounds=30, patience=10),
    "normal": SearchConfig(),
    "thorough": SearchConfig(starts=8192, chains=512, rounds=300, patience=60),
}


@dataclass(frozen=True)
class Found:
    """Poses of a search, lowest energy first.

    Attributes:
        positions: float32 [n, 3, B], Angstrom.
        energies: [B], kcal/mol.
        template: int64 [B], the template conformer of each.
        rounds: of basin hopping that were made.
    """

    positions: Tensor
    energies: Tensor
    template: Tensor
    rounds: int


@torch.inference_mode()
def search(
    energy: DockingEnergy,
    templates: Tensor,
    config: SearchConfig,
    rng: torch.Generator,
    proposals: Proposals | None = None,
) -> Found:
    """Poses of a ligand in the box of the energy.

    Args:
        energy: of the ligand in the receptor.
        templates: [T, n, 3], heavy atoms of the template conformers, Angstrom.
        config: how much. With no random starts the search begins from the proposals alone.
        rng: the only source of randomness.
        proposals: poses that are minimized and join the best of the random starts.
    """
    body = energy.body
    starts = _starts(energy, templates, config, rng, proposals)
    chains = starts.pick(starts.energies.argsort()[: config.chains])
    minima = distinct(starts, config.chains)
    record, idle, rounds = float(minima.energies[0]), 0, 0
    while rounds < config.rounds and idle < config.patience:
        rounds += 1
        hop = minimize(energy, body, kicked(body, chains.positions, config, rng), config.hop_steps)
        found = Chains(hop.positions, hop.energies, chains.template)
        chance = torch.exp((chains.energies - found.energies) / config.temperature)
        chains = chains.replaced(torch.rand(len(chance), generator=rng) < chance, found)
        minima = distinct(joined(minima, found), config.chains)
        if rounds % config.renewal == 0:
            chains = renewed(chains, minima, config.renewed_share, config.elite)
        lowest = float(minima.energies[0])
        idle = 0 if lowest < record - _PROGRESS else idle + 1
        record = min(record, lowest)
    return Found(minima.positions, minima.energies, minima.template, rounds)


def _starts(
    energy: DockingEnergy,
    templates: Tensor,
    config: SearchConfig,
    rng: torch.Generator,
    proposals: Proposals | None,
) -> Chains:
    """Minimized starts: the best of the random ones, and all proposals."""
    begun = []
    if config.starts:
        positions, template = random_poses(energy, templates, config.starts, rng)
        if config.ceiling is not None:
            softened = energy.softened(config.ceiling)
            positions = minimize(softened, energy.body, positions, config.screen_steps).positions
        screened = minimize(energy, energy.body, positions, config.screen_steps)
        chosen = screened.energies.argsort()[: 2 * config.chains]
        begun.append((screened.positions[:, :, chosen], template[chosen]))
    if proposals is not None:
        screened = minimize(energy, energy.body, proposals.positions, config.screen_steps)
        begun.append((screened.positions, proposals.template))
    if not begun:
        raise ValueError("a search needs random starts or proposals")
    first = minimize(energy, energy.body, torch.cat([place for place, _ in begun], 2), config.start_steps)
    return Chains(first.positions, first.energies, torch.cat([template for _, template in begun]))


@dataclass(frozen=True)
class Proposals:
    """Poses to start a search from.

    Attributes:
        positions: float32 [n, 3, B], Angstrom.
        template: int64 [B], the template conformer of each.
    """

    positions: Tensor
    template: Tensor


@dataclass(frozen=True)
class Chains:
    """The state of B chains: positions [n, 3, B], energies [B], templates [B]."""

    positions: Tensor
    energies: Tensor
    template: Tensor

    def pick(self, index: Tensor) -> Chains:
        """Some of the chains."""
        return Chains(self.positions[:, :, index], self.energies[index], self.template[index])

    def replaced(self, where: Tensor, by: Chains) -> Chains:
        """These chains, or those of `by` where a mask [B] is set."""
        return Chains(
            torch.where(where, by.positions, self.positions),
            torch.where(where, by.energies, self.energies),
            torch.where(where, by.template, self.template),
        )


def joined(first: Chains, second: Chains) -> Chains:
    """Two sets of chains as one."""
    return Chains(
        torch.cat([first.positions, second.positions], dim=2),
        torch.cat([first.energies, second.energies]),
        torch.cat([first.template, second.template]),
    )


def distinct(chains: Chains, count: int) -> Chains:
    """The lowest minima, in order, that are apart from all lower ones; at most `count`."""
    ordered = chains.pick(chains.energies.argsort())
    flat = ordered.positions - ordered.positions.mean(2, keepdim=True)  # small numbers keep the differences exact
    flat = flat.flatten(0, 1)
    size = (flat * flat).sum(0)
    squared = (size[:, None] + size - 2 * flat.T @ flat) / ordered.positions.shape[0]
    close = (squared < _SPACING**2).numpy()
    kept: list[int] = []
    free = np.ones(len(close), dtype=bool)
    for index in range(len(close)):
        if free[index]:
            kept.append(index)
            free &= ~close[index]
        if len(kept) == count:
            break
    return ordered.pick(torch.tensor(kept))


def renewed(chains: Chains, minima: Chains, share: float, elite: int) -> Chains:
    """The chains of highest energy go on from the lowest `elite` distinct minima, dealt out in turn."""
    count = int(share * len(chains.energies))
    worst = chains.energies.argsort(descending=True)[:count]
    source = torch.arange(count) % min(elite, len(minima.energies))
    positions, energies, template = chains.positions.clone(), chains.energies.clone(), chains.template.clone()
    positions[:, :, worst] = minima.positions[:, :, source]
    energies[worst], template[worst] = minima.energies[source], minima.template[source]
    return Chains(positions, energies, template)


def random_poses(energy: DockingEnergy, templates: Tensor, count: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Poses [n, 3, count] with uniform place in the box, orientation and torsions, and the template [count] of each."""
    body = energy.body
    template = torch.randint(len(templates), (count,), generator=rng)
    positions = templates[template].permute(1, 2, 0)
    motion = torch.zeros(body.freedom, count)
    motion[6:] = (torch.rand(body.n_torsions, count, generator=rng) * 2 - 1) * math.pi
    positions = move(body, positions - positions.mean(0), motion)
    rotation = random_rotation((count,), rng)
    positions = torch.einsum("bij,njb->nib", rotation, positions - positions.mean(0))
    low, high = energy.lower, energy.upper
    edge = torch.minimum(torch.full_like(low, 3.0), (high - low) / 4)
    place = (low + edge)[:, None] + (high - low - 2 * edge)[:, None] * torch.rand(3, count, generator=rng)
    return (positions + place).contiguous(), template


def kicked(body: Articulation, positions: Tensor, config: SearchConfig, rng: torch.Generator) -> Tensor:
    """Every pose with one torsion drawn anew, or moved and turned as a whole."""
    batch = positions.shape[2]
    motion = torch.zeros(body.freedom, batch)
    rigid = torch.ones(batch, dtype=torch.bool)
    if body.n_torsions:
        rigid = torch.rand(batch, generator=rng) >= config.torsion_share
        which = torch.randint(body.n_torsions, (batch,), generator=rng)
        angle = (torch.rand(batch, generator=rng) * 2 - 1) * math.pi
        motion[6 + which, torch.arange(batch)] = torch.where(rigid, 0.0, angle)
    motion[:3] = config.shift * torch.randn(3, batch, generator=rng) * rigid
    motion[3:6] = config.turn * torch.randn(3, batch, generator=rng) * rigid
    return move(body, positions, motion)
