"""Search for low-energy poses: random starts and basin hopping, every pose of a batch at once.

Random starts (a template conformer, torsions, orientation and place each) are minimized; the best become chains. A
round of basin hopping (Wales and Doye, J. Phys. Chem. A 101, 5111, 1997; the Monte-Carlo moves are those of Vina) kicks
every chain, minimizes it and keeps the new minimum by Metropolis' rule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.docking.minima import Minima, distinct, renewed
from molgen.geometry.rotations import random_rotation
from molgen.physics.energy import DockingEnergy
from molgen.physics.rigid_bfgs import minimize
from molgen.physics.torsion_tree import TorsionTree, move

_PROGRESS = 0.05  # kcal/mol by which the best pose must improve


@dataclass(frozen=True)
class SearchConfig:
    """How much is searched.

    Attributes:
        starts: random poses that are minimized; may be 0 where there are proposals.
        chains: lowest of them, which basin hopping continues.
        rounds: of basin hopping, at most.
        patience: rounds without a better best pose after which the search stops.
        screen_steps: evaluations for every start; the best go on, two for each chain.
        start_steps: evaluations for these.
        hop_steps: evaluations after a kick.
        renewal, renewed_share, elite: after every ``renewal`` rounds this share of the chains, those of highest
            energy, restarts from the ``elite`` lowest distinct minima.
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
class Starts:
    """Poses to start a search from.

    Attributes:
        positions: float32 [n, 3, B], Angstrom.
        template: int64 [B], the template conformer of each.
    """

    positions: Tensor
    template: Tensor


@dataclass(frozen=True)
class SearchResult:
    """Distinct minima, lowest energy first, and how many rounds of basin hopping were made."""

    minima: Minima
    rounds: int


@torch.inference_mode()
def search(
    energy: DockingEnergy,
    templates: Tensor,
    config: SearchConfig,
    rng: torch.Generator,
    proposals: Starts | None = None,
) -> SearchResult:
    """Poses of a ligand in the box of the energy.

    Args:
        energy: of the ligand in the receptor.
        templates: [T, n, 3], heavy atoms of the template conformers, Angstrom.
        config: how much. With no random starts the search begins from the proposals alone.
        rng: the only source of randomness.
        proposals: poses that are minimized and join the best of the random starts.

    Raises:
        ValueError: neither random starts nor proposals.
    """
    starts = _minimized_starts(energy, templates, config, rng, proposals)
    chains = starts.pick(starts.energies.argsort()[: config.chains])
    minima = distinct(starts, config.chains)
    record, idle, rounds = float(minima.energies[0]), 0, 0
    while rounds < config.rounds and idle < config.patience:
        rounds += 1
        kicks = kicked(energy.tree, chains.positions, config, rng)
        hop = minimize(energy, energy.tree, kicks, config.hop_steps)
        hopped = Minima(hop.positions, hop.energies, chains.template)
        accepted = metropolis(hopped.energies - chains.energies, config.temperature, rng)
        chains = chains.replaced(accepted, hopped)
        minima = distinct(minima.joined(hopped), config.chains)
        if rounds % config.renewal == 0:
            chains = renewed(chains, minima, config.renewed_share, config.elite)
        lowest = float(minima.energies[0])
        idle = 0 if lowest < record - _PROGRESS else idle + 1
        record = min(record, lowest)
    return SearchResult(minima, rounds)


def metropolis(change: Tensor, temperature: float, rng: torch.Generator) -> Tensor:
    """Which moves are accepted, bool [B]: downhill always, uphill with probability exp(-change / temperature).

    Args:
        change: [B], energy after the move minus energy before it, kcal/mol.
        temperature: kcal/mol.

    Source: Metropolis et al., J. Chem. Phys. 21, 1087 (1953).
    """
    return torch.rand(len(change), generator=rng) < torch.exp(-change / temperature)


def _minimized_starts(
    energy: DockingEnergy,
    templates: Tensor,
    config: SearchConfig,
    rng: torch.Generator,
    proposals: Starts | None,
) -> Minima:
    """Minimized starts: the best of the random ones, and all proposals."""
    screened: list[Starts] = []
    if config.starts:
        starts = random_starts(energy, templates, config.starts, rng)
        positions = starts.positions
        if config.ceiling is not None:
            softened = energy.softened(config.ceiling)
            positions = minimize(softened, energy.tree, positions, config.screen_steps).positions
        rough = minimize(energy, energy.tree, positions, config.screen_steps)
        best = rough.energies.argsort()[: 2 * config.chains]
        screened.append(Starts(rough.positions[:, :, best], starts.template[best]))
    if proposals is not None:
        rough = minimize(energy, energy.tree, proposals.positions, config.screen_steps)
        screened.append(Starts(rough.positions, proposals.template))
    if not screened:
        raise ValueError("a search needs random starts or proposals")
    positions = torch.cat([starts.positions for starts in screened], 2)
    minimized = minimize(energy, energy.tree, positions, config.start_steps)
    return Minima(minimized.positions, minimized.energies, torch.cat([starts.template for starts in screened]))


def random_starts(energy: DockingEnergy, templates: Tensor, count: int, rng: torch.Generator) -> Starts:
    """``count`` poses, uniform in place in the box, orientation and torsions; of a fixed root in torsions alone."""
    tree = energy.tree
    template = torch.randint(len(templates), (count,), generator=rng)
    positions = templates[template].permute(1, 2, 0)
    motion = torch.zeros(tree.freedom, count)
    motion[6:] = (torch.rand(tree.n_torsions, count, generator=rng) * 2 - 1) * math.pi
    if tree.is_fixed:
        return Starts(move(tree, positions, motion).contiguous(), template)
    positions = move(tree, positions - positions.mean(0), motion)
    rotation = random_rotation((count,), rng)
    positions = torch.einsum("bij,njb->nib", rotation, positions - positions.mean(0))
    low, high = energy.lower, energy.upper
    edge = torch.minimum(torch.full_like(low, 3.0), (high - low) / 4)
    center = (low + edge)[:, None] + (high - low - 2 * edge)[:, None] * torch.rand(3, count, generator=rng)
    return Starts((positions + center).contiguous(), template)


def kicked(tree: TorsionTree, positions: Tensor, config: SearchConfig, rng: torch.Generator) -> Tensor:
    """Every pose with one torsion drawn anew, or moved and turned as a whole."""
    batch = positions.shape[2]
    motion = torch.zeros(tree.freedom, batch)
    rigid = torch.ones(batch, dtype=torch.bool)
    if tree.n_torsions:
        rigid = torch.rand(batch, generator=rng) >= (1.0 if tree.is_fixed else config.torsion_share)
        which = torch.randint(tree.n_torsions, (batch,), generator=rng)
        angle = (torch.rand(batch, generator=rng) * 2 - 1) * math.pi
        motion[6 + which, torch.arange(batch)] = torch.where(rigid, 0.0, angle)
    if tree.is_fixed:
        return move(tree, positions, motion)
    motion[:3] = config.shift * torch.randn(3, batch, generator=rng) * rigid
    motion[3:6] = config.turn * torch.randn(3, batch, generator=rng) * rigid
    return move(tree, positions, motion)
