"""Basin hopping of the chains of many ligands at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.docking.search.config import SearchConfig
from molgen.docking.search.minima import Minima, distinct_of_each, lowest, renewed
from molgen.docking.search.moves import Dice, Shape, metropolis
from molgen.docking.search.starts import Starts, minimized, minimized_starts, padded, placed_starts
from molgen.physics.energy import DockingEnergy

_PROGRESS = 0.05  # kcal/mol by which the best pose must improve
_IDLE = 0.25
"""Largest share of finished ligands that are kept in a batch."""


@dataclass(frozen=True)
class SearchResult:
    """Distinct minima, lowest energy first, and the number of rounds of basin hopping."""

    minima: Minima
    rounds: int


@dataclass(frozen=True)
class Searched:
    """A ligand of a search.

    Attributes:
        shape: determines its random numbers.
        templates: [T, n, 3], heavy atoms of the template conformers, Angstrom.
        proposals: poses that are minimized and join the best of the random starts.
    """

    shape: Shape
    templates: Tensor
    proposals: Starts | None = None


EnergyOf = Callable[[Sequence[int]], DockingEnergy]
"""Numbers of ligands -> their energy, side by side, on the device of the search."""


def search(
    energy: DockingEnergy, templates: Tensor, config: SearchConfig, seed: int, proposals: Starts | None = None
) -> SearchResult:
    """Poses of a ligand in the box of the energy.

    Args:
        energy: of the ligand in the receptor.
        templates: [T, n, 3], heavy atoms of the template conformers, Angstrom.
        config: how much. With no random starts the search begins from the proposals alone.
        seed: of all random numbers.
        proposals: poses that are minimized and join the best of the random starts.

    Raises:
        ValueError: neither random starts nor proposals.
    """
    shape = Shape(energy.tree.n_torsions, len(templates), energy.tree.is_fixed)
    return search_together([Searched(shape, templates, proposals)], lambda _: energy, config, seed)[0]


@torch.inference_mode()
def search_together(
    ligands: Sequence[Searched], energy_of: EnergyOf, config: SearchConfig, seed: int, starts_together: int = 1
) -> list[SearchResult]:
    """Poses of several ligands in one receptor; each result equals that of the ligand alone, on a CPU bit by bit.

    Args:
        ligands: with as many proposals each.
        energy_of: the energy of some of them.
        config, seed: as of :func:`search`, for each of them.
        starts_together: ligands whose starts are minimized together; there are many starts of each.

    Returns:
        the result of each, on the CPU.
    """
    dice = Dice([ligand.shape for ligand in ligands], seed)
    shapes = {ligand.shape for ligand in ligands} if config.starts else ()
    drawn = {shape: dice.starts(shape, config.starts) for shape in shapes}
    begun = []
    for first in range(0, len(ligands), starts_together):
        numbers = range(first, min(first + starts_together, len(ligands)))
        begun.append(_begun([ligands[k] for k in numbers], energy_of(numbers), drawn, config))
    starts = side_by_side(begun)
    chains = lowest(starts, config.chains)
    atoms = starts.energies.new_tensor([ligand.templates.shape[1] for ligand in ligands])
    minima = distinct_of_each(starts, config.chains, atoms)
    return _hopped(ligands, energy_of, config, dice, chains, minima, atoms)


def _begun(ligands: Sequence[Searched], energy: DockingEnergy, drawn: dict, config: SearchConfig) -> Minima:
    """Minimized starts of some ligands."""
    random = proposals = None
    if config.starts:
        random = placed_starts(energy, [own.templates for own in ligands], [drawn[own.shape] for own in ligands])
    given = [own.proposals for own in ligands if own.proposals is not None]
    if given:
        device = energy.lower.device
        positions = [own.positions for own in given]
        proposals = Starts(
            padded(positions, max(map(len, positions))).to(device),
            torch.cat([own.template for own in given]).to(device),
        )
    return minimized_starts(energy, random, proposals, config, len(ligands))


def side_by_side(minima: Sequence[Minima]) -> Minima:
    """The minima of several ligands as one, padded to the atoms of the largest."""
    positions = [own.positions for own in minima]
    return Minima(
        padded(positions, max(map(len, positions))),
        torch.cat([own.energies for own in minima]),
        torch.cat([own.template for own in minima]),
        sum(own.ligands for own in minima),
    )


def _hopped(
    ligands: Sequence[Searched],
    energy_of: EnergyOf,
    config: SearchConfig,
    dice: Dice,
    chains: Minima,
    minima: Minima,
    atoms: Tensor,
) -> list[SearchResult]:
    """The minima of all ligands after basin hopping."""
    ended: dict[int, SearchResult] = {}
    hopping, energy, rounds = list(range(len(ligands))), energy_of(range(len(ligands))), 0
    record = minima.by_ligand[:, 0]
    idle = torch.zeros_like(record)
    patience = record.new_tensor([config.patience_with(own.shape.torsions) for own in ligands])
    while rounds < config.rounds and len(ended) < len(ligands):
        rounds += 1
        shapes = [ligands[k].shape for k in hopping]
        kicks, uniform = dice.kicks(shapes, chains.by_ligand.shape[1], energy.tree.freedom, config)
        kicks = kicks.to(record.device)
        hop = minimized(energy, chains.positions, config.hop_steps, len(hopping), kicks)
        hopped = Minima(hop.positions, hop.energies, chains.template, len(hopping))
        accepted = metropolis(hopped.energies - chains.energies, config.temperature, uniform.to(record.device))
        chains = chains.replaced(accepted, hopped)
        minima = distinct_of_each(minima.joined(hopped), config.chains, atoms)
        if rounds % config.renewal == 0:
            chains = renewed(chains, minima, config.renewed_share, config.elite)
        lowest_now = minima.by_ligand[:, 0]
        idle = torch.where(lowest_now < record - _PROGRESS, 0, idle + 1)
        record = torch.minimum(record, lowest_now)
        for index in (idle >= patience).nonzero().flatten().tolist():
            if hopping[index] not in ended:
                ended[hopping[index]] = _result(minima, index, ligands[hopping[index]], rounds)
        left = [index for index, k in enumerate(hopping) if k not in ended]
        if left and len(left) <= (1 - _IDLE) * len(hopping):
            kept = torch.tensor(left, device=record.device)
            hopping = [hopping[index] for index in left]
            energy = energy_of(hopping)
            size = max(ligands[k].templates.shape[1] for k in hopping)
            chains, minima = (part.of(kept).cropped(size) for part in (chains, minima))
            atoms, record, idle, patience = (part[kept] for part in (atoms, record, idle, patience))
    for index, k in enumerate(hopping):
        if k not in ended:
            ended[k] = _result(minima, index, ligands[k], rounds)
    return [ended[k] for k in range(len(ligands))]


def _result(minima: Minima, index: int, ligand: Searched, rounds: int) -> SearchResult:
    """The result of one of the ligands."""
    own = minima.of(torch.tensor([index], device=minima.energies.device)).cropped(ligand.templates.shape[1]).cpu()
    return SearchResult(own.filled(), rounds)
