"""The last step: minimization of all chi angles at once, from the chosen rotamers."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import set_chi, table
from molgen.chem.side_chains.residues import HAS_ATOM, HAS_CHI
from molgen.packing.search.energy import atom_radii, context_radii, overlap, pair_least
from molgen.packing.search.neighbors import near_pairs
from molgen.packing.search.problem import PackingProblem

_STIFFNESS = 25.0  # kT / radian^2: a rotamer is about twelve degrees wide
_RATE = 0.03
_NEAR = 6.0


def refined_chi(problem: PackingProblem, chi: Tensor, repulsion: float, steps: int) -> Tensor:
    """Chi angles [R, 4] of less overlap near ``chi``, by Adam; those of residues that stay are kept."""
    types = problem.graph.types
    free = problem.moves[:, None] & table(HAS_CHI, types)
    overlaps = _Overlaps(problem, set_chi(types, problem.ideal, chi))
    if not len(overlaps.first):
        return chi
    with torch.enable_grad():
        change = torch.zeros_like(chi, requires_grad=True)
        optimizer = torch.optim.Adam([change], lr=_RATE)
        for _ in range(steps):
            optimizer.zero_grad()
            atoms = set_chi(types, problem.ideal, chi + change * free)
            loss = _STIFFNESS * (1 - torch.cos(change)).sum() + repulsion * overlaps(atoms)
            loss.backward()
            optimizer.step()
    return chi + change.detach() * free


class _Overlaps:
    """Overlap of the moving side chains with everything, over a list of pairs made once."""

    def __init__(self, problem: PackingProblem, atoms: Tensor) -> None:
        types, moves = problem.graph.types, problem.moves
        self.residue, self.slot = torch.nonzero(table(HAS_ATOM, types), as_tuple=True)
        movable = moves[self.residue] & (self.slot > 4)
        stays = ~movable & ((self.slot < 5) | moves[self.residue])  # side chains that stay are among the walls
        self.walls = problem.walls
        where = torch.cat((atoms[self.residue, self.slot], problem.walls))
        radius = torch.cat((atom_radii(types)[self.residue, self.slot], context_radii(problem.elements)))
        own = torch.cat((self.residue, torch.full((len(problem.walls),), -9).to(types)))
        usable = torch.cat((movable | stays, torch.ones(len(problem.walls), dtype=torch.bool).to(moves)))
        mine = torch.nonzero(movable)[:, 0]
        row, self.second = near_pairs(where[mine], where, _NEAR)
        self.first = mine[row]
        near = (own[self.first] != own[self.second]) & usable[self.second]
        self.first, self.second = self.first[near], self.second[near]
        moving = torch.cat((movable, torch.zeros(len(problem.walls), dtype=torch.bool).to(moves)))
        once = (self.second > self.first) | ~moving[self.second]
        self.first, self.second = self.first[once], self.second[once]
        self.least = pair_least(types, self.residue, self.slot, radius, problem.elements, self.first, self.second)

    def __call__(self, atoms: Tensor) -> Tensor:
        where = torch.cat((atoms[self.residue, self.slot], self.walls))
        return overlap((where[self.first] - where[self.second]).norm(dim=-1), self.least).sum()
