"""The search for side chains: rotamers from the network, contact energies, and a last minimization."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import chi_difference, set_chi, table
from molgen.chem.side_chains.residues import HAS_CHI
from molgen.models.side_chains.model import SideChainModel
from molgen.packing.search.contacts import contacts
from molgen.packing.search.energy import PairTable, pair_energies
from molgen.packing.search.problem import PackingProblem
from molgen.packing.search.propagation import descend, marginals
from molgen.packing.search.refine import refined_chi
from molgen.packing.search.rotamers import Rotamers, likely_rotamers
from molgen.packing.search.walls import self_energy

_ALIKE = 0.35  # radian, about 20 degrees


@dataclass(frozen=True)
class SearchSettings:
    """The parameters of the search.

    Attributes:
        rotamers: of a residue, at most.
        repulsion: kT / Angstrom^2, of the squared overlap with ligands and the like, and in the last minimization.
        steps: of the last minimization.
    """

    rotamers: int = 12
    repulsion: float = 3.0
    steps: int = 40


@dataclass(frozen=True)
class Packed:
    """The packed side chains.

    Attributes:
        chi: [R, 4], radian; atoms: [R, 14, 3], Angstrom.
        belief: [R, 2], share of the probability that the search gave to chi 1, and to all chi angles, near those that
            were chosen; mass: [R, 2], what the network alone gave to these.
    """

    chi: Tensor
    atoms: Tensor
    belief: Tensor
    mass: Tensor


@dataclass(frozen=True)
class Landscape:
    """Rotamers of the residues of a problem, and their energies.

    Attributes:
        rotamers: candidates; residues that stay have one.
        unary: [R, B], kT; pairs: kT.
    """

    rotamers: Rotamers
    unary: Tensor
    pairs: PairTable

    def energy(self, choice: Tensor) -> float:
        """Energy, kT, of one rotamer of each residue, int64 [R]."""
        rows = torch.arange(len(self.pairs.first), device=choice.device)
        pairs = self.pairs.energy[rows, choice[self.pairs.first], choice[self.pairs.second]]
        return float(self.unary.gather(1, choice[:, None]).sum() + pairs.sum())


def solve(
    model: SideChainModel, problem: PackingProblem, settings: SearchSettings, rng: torch.Generator, noise: float = 0.0
) -> Packed:
    """Pack the moving residues; arguments as of :func:`landscape_of` and :func:`best_packing`."""
    return best_packing(problem, landscape_of(model, problem, settings), settings, rng, noise)


@torch.no_grad()
def landscape_of(model: SideChainModel, problem: PackingProblem, settings: SearchSettings) -> Landscape:
    """The likely rotamers of the moving residues, and their energies."""
    node = node_features(model, problem)
    rotamers = likely_rotamers(model, node, problem.graph.types, problem.ideal, settings.rotamers)
    return landscape(problem, _with_given(rotamers, problem), settings)


def landscape(problem: PackingProblem, rotamers: Rotamers, settings: SearchSettings) -> Landscape:
    """The energies of rotamers of all residues of a problem."""
    types = problem.graph.types
    wall = self_energy(problem, rotamers.atoms, settings.repulsion)
    unary = wall - contacts().network * rotamers.log_probability
    return Landscape(rotamers, unary, pair_energies(types, rotamers.atoms, problem.moves))


def node_features(model: SideChainModel, problem: PackingProblem) -> Tensor:
    """Features [R, H] of every residue from the network."""
    encoded = model.encode(problem.graph)
    return model.trunk(problem.graph, encoded, problem.atoms, problem.chi, problem.hidden.float())


@torch.no_grad()
def best_packing(
    problem: PackingProblem, given: Landscape, settings: SearchSettings, rng: torch.Generator, noise: float = 0.0
) -> Packed:
    """One rotamer of each residue, minimized.

    Args:
        rng: draws the noise.
        noise: 0 for the best packing; 1 for one drawn about in proportion to its probability (perturb and maximize,
            Papandreou and Yuille 2011).
    """
    types, rotamers = problem.graph.types, given.rotamers
    choice, belief = drawn_choice(given, rng, noise)
    chi, atoms = rotamers.pick(choice)
    near = _near_chosen(types, rotamers, choice)
    shares = [(p[:, None] * near).sum(-1) for p in (belief.exp(), rotamers.log_probability.exp())]
    if settings.steps:
        chi = refined_chi(problem, chi, settings.repulsion, settings.steps)
        atoms = torch.where(problem.moves[:, None, None], set_chi(types, problem.ideal, chi), problem.atoms)
    return Packed(chi, atoms, *shares)


def drawn_choice(given: Landscape, rng: torch.Generator, noise: float) -> tuple[Tensor, Tensor]:
    """Rotamers, int64 [R], as of :func:`best_packing`, and the log probabilities [R, B] they were chosen by."""
    drawn = given.unary - noise * _gumbel(given.unary, rng)
    belief = marginals(drawn, given.pairs)
    return descend(belief.argmax(1), drawn, given.pairs), belief


def _with_given(rotamers: Rotamers, problem: PackingProblem) -> Rotamers:
    """Residues that stay have one rotamer, as they are."""
    moves = problem.moves
    chi = torch.where(moves[:, None, None], rotamers.chi, problem.chi[:, None])
    atoms = torch.where(moves[:, None, None, None], rotamers.atoms, problem.atoms[:, None])
    only = torch.full_like(rotamers.log_probability, -1e4)
    only[:, 0] = 0.0
    return Rotamers(chi, torch.where(moves[:, None], rotamers.log_probability, only), atoms)


def _near_chosen(types: Tensor, rotamers: Rotamers, choice: Tensor) -> Tensor:
    """bool [R, 2, B], rotamers with chi 1, and with all chi angles, near those of the chosen one."""
    chosen = rotamers.pick(choice)[0]
    kinds = types[:, None].expand(-1, rotamers.chi.shape[1])
    near = (chi_difference(kinds, rotamers.chi, chosen[:, None]) < _ALIKE) | ~table(HAS_CHI, types)[:, None]
    return torch.stack((near[..., 0], near.all(-1)), 1)


def _gumbel(like: Tensor, rng: torch.Generator) -> Tensor:
    uniform = torch.rand(like.shape, generator=rng).to(like).clamp(1e-6, 1 - 1e-6)
    return -torch.log(-torch.log(uniform))
