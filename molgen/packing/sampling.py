"""Alternative packings of the side chains of a structure: few of them move, each to a likely rotamer.

Every residue also has the rotamer that it has in the structure. The structure is more often right about a side chain
than the network, which does not see it, knows: of the side chains around a ligand about nine of ten are the same in
another crystal structure of the protein. A residue that moves therefore costs :data:`MOVING`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.chem.proteins.structure import Protein
from molgen.chem.side_chains.geometry import chi_difference, set_chi, table
from molgen.chem.side_chains.records import SideChainRecord
from molgen.chem.side_chains.residues import HAS_CHI
from molgen.models.side_chains.model import SideChainModel
from molgen.packing.residues.selection import Selection
from molgen.packing.search.contacts import contacts
from molgen.packing.search.problem import PackingProblem, problem_of
from molgen.packing.search.refine import refined_chi
from molgen.packing.search.rotamers import Rotamers, likely_rotamers, log_mass
from molgen.packing.search.solve import Landscape, SearchSettings, drawn_choice, landscape, node_features
from molgen.packing.structure import with_side_chains

MOVING = 1.5
"""Energy of each residue that moves, kT."""
_ALIKE = 0.35  # radian: rotamers as near as this to the own one are that one
_NONE = -1e4
_DRAWS = 6  # draws for each packing that is wanted, at most
_WARMING = 0.25  # by which the noise grows with every draw after the first two for each packing


@dataclass(frozen=True)
class MovingSideChains:
    """Side chains of a structure that may move, with their surroundings.

    Attributes:
        protein: the structure.
        record, selection: of its residues near them; those that move have all their atoms.
    """

    protein: Protein
    record: SideChainRecord
    selection: Selection

    @property
    def labels(self) -> list[str]:
        """Labels of the residues that may move."""
        return [self.protein.residues[k].label for k in self.record.residues[self.selection.moves].tolist()]


@dataclass(frozen=True)
class SampledPacking:
    """A packing that differs from that of the structure.

    Attributes:
        protein: the structure with it.
        moved: indices of the residues whose side chains differ.
        energy: above the structure's own packing, kT; it may be below.
    """

    protein: Protein
    moved: tuple[int, ...]
    energy: float

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the residues that moved."""
        return tuple(self.protein.residues[k].label for k in self.moved)


@torch.no_grad()
def sample_packings(
    model: SideChainModel, moving: MovingSideChains, count: int, rng: torch.Generator
) -> list[SampledPacking]:
    """Distinct packings drawn by their probability, at most ``count``, the likeliest first.

    Where residues hardly move, draws become more and more uniform until there are as many.

    Args:
        moving: the side chains.
        count: packings.
        rng: the only source of randomness.
    """
    problem, settings = problem_of(moving.record, moving.selection, model.config), SearchSettings()
    given = landscape(problem, rotamers_with_own(model, problem, settings), settings)
    own = torch.zeros(len(moving.record), dtype=torch.long)
    drawn: dict[tuple[int, ...], Tensor] = {}
    for draw in range(_DRAWS * count):
        choice, _ = drawn_choice(given, rng, 1.0 + _WARMING * max(draw + 1 - 2 * count, 0))
        if (choice != own).any():
            drawn.setdefault(tuple(choice.tolist()), choice)
        if len(drawn) == count:
            break
    zero = given.energy(own)
    energies = [given.energy(choice) - zero for choice in drawn.values()]
    ordered = sorted(zip(energies, drawn.values(), strict=True), key=lambda pair: pair[0])
    return [placed(moving, problem, given, choice, energy) for energy, choice in ordered]


def rotamers_with_own(model: SideChainModel, problem: PackingProblem, settings: SearchSettings) -> Rotamers:
    """Rotamers of all residues, the own one first; of residues that do not move, it alone."""
    types, node = problem.graph.types, node_features(model, problem)
    likely = likely_rotamers(model, node, types, problem.ideal, settings.rotamers)
    kinds = types[:, None].expand(-1, likely.chi.shape[1])
    near = chi_difference(kinds, likely.chi, problem.chi[:, None]) < _ALIKE
    same = (near | ~table(HAS_CHI, types)[:, None]).all(-1)
    others = torch.where(problem.moves[:, None] & ~same, likely.log_probability - MOVING / contacts().network, _NONE)
    own = torch.where(problem.moves, log_mass(model, node, types, problem.chi), 0.0)
    return Rotamers(
        torch.cat((problem.chi[:, None], likely.chi), 1),
        torch.cat((own[:, None], others), 1),
        torch.cat((problem.atoms[:, None], likely.atoms), 1),
    )


def placed(
    moving: MovingSideChains, problem: PackingProblem, given: Landscape, choice: Tensor, energy: float
) -> SampledPacking:
    """The chosen rotamers, minimized where they are not the own ones, in the structure."""
    changed = choice != 0
    chi, _ = given.rotamers.pick(choice)
    settings = SearchSettings()
    chi = refined_chi(problem.with_moving(changed), chi, settings.repulsion, settings.steps)
    atoms = set_chi(problem.graph.types, problem.ideal, chi).numpy()
    moved = moving.selection.moving(changed.numpy())
    indices = tuple(moving.record.residues[np.flatnonzero(moved.moves)].tolist())
    return SampledPacking(with_side_chains(moving.protein, moving.record, moved, atoms), indices, energy)
