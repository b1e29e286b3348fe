"""The packing problem: residues, which of them move, and their surroundings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import chi_angles, ideal_residues, table
from molgen.chem.side_chains.records import SideChainRecord
from molgen.chem.side_chains.residues import ELEMENTS, HAS_ATOM
from molgen.models.side_chains.config import SideChainModelConfig
from molgen.models.side_chains.graph import SideChainGraph, side_chain_graph
from molgen.packing.residues.selection import Selection
from molgen.packing.search.contacts import NO_KIND, atom_kinds

SULFUR = 3


@dataclass(frozen=True)
class PackingProblem:
    """Residues of one structure.

    Attributes:
        graph: input of the network.
        ideal: [R, 14, 3], ideal residues with all chi angles zero on their backbones, Angstrom.
        atoms: [R, 14, 3], residues as given; atoms of moving ones beyond CB are ignored.
        chi: [R, 4], their chi angles, radian.
        moves: bool [R], side chains to pack.
        hidden: bool [R], side chains hidden from the network: moving and incomplete ones.
        walls: [M, 3], atoms that do not move besides backbones: surroundings and side chains that stay, Angstrom.
        elements: int64 [M], their classes.
        kinds: int64 [M], their kinds in contacts; none for what is not of a residue.
    """

    graph: SideChainGraph
    ideal: Tensor
    atoms: Tensor
    chi: Tensor
    moves: Tensor
    hidden: Tensor
    walls: Tensor
    elements: Tensor
    kinds: Tensor

    def with_moving(self, moves: Tensor) -> PackingProblem:
        """The problem in which only these of the moving residues, bool [R], move; the others have all their atoms."""
        stays = (self.moves & ~moves)[:, None] & table(HAS_ATOM, self.graph.types)
        stays[:, :5] = False
        residue, slot = torch.nonzero(stays, as_tuple=True)
        return replace(
            self,
            moves=moves,
            walls=torch.cat((self.walls, self.atoms[residue, slot])),
            elements=torch.cat((self.elements, element_classes(self.graph.types)[residue, slot])),
            kinds=torch.cat((self.kinds, atom_kinds(self.graph.types)[residue, slot])),
        )


def packing_problem(
    types: Tensor,
    atoms: Tensor,
    present: Tensor,
    places: tuple[Tensor, Tensor],
    context: tuple[Tensor, Tensor],
    moves: Tensor,
    complete: Tensor,
    config: SideChainModelConfig,
) -> PackingProblem:
    """Assemble a packing problem.

    Args:
        types: int64 [R]; atoms: [R, 14, 3], Angstrom; present: bool [R, 14].
        places: chains and numbers, int64 [R] each.
        context: positions [M, 3] and classes int64 [M] of other atoms.
        moves: bool [R]; complete: bool [R], residues that have all their atoms.
    """
    graph = side_chain_graph(types, atoms, *places, *context, config.neighbors, config.surroundings)
    stays = present & ~moves[:, None]
    stays[:, :5] = False
    residue, slot = torch.nonzero(stays, as_tuple=True)
    return PackingProblem(
        graph=graph,
        ideal=ideal_residues(types, atoms),
        atoms=atoms,
        chi=chi_angles(types, atoms),
        moves=moves,
        hidden=moves | ~complete,
        walls=torch.cat((context[0], atoms[residue, slot])),
        elements=torch.cat((context[1], element_classes(types)[residue, slot])),
        kinds=torch.cat((torch.full_like(context[1], NO_KIND), atom_kinds(types)[residue, slot])),
    )


def problem_of(record: SideChainRecord, selection: Selection, config: SideChainModelConfig) -> PackingProblem:
    """The problem of residues that were selected."""
    return packing_problem(
        torch.from_numpy(selection.types),
        torch.from_numpy(selection.atoms),
        torch.from_numpy(record.present),
        (torch.from_numpy(record.chains), torch.from_numpy(record.numbers)),
        (torch.from_numpy(record.context), torch.from_numpy(record.elements)),
        torch.from_numpy(selection.moves),
        torch.from_numpy(selection.complete),
        config,
    )


def element_classes(types: Tensor) -> Tensor:
    """int64 [R, 14], classes of the atoms of residues: C, N, O, S."""
    element = table(ELEMENTS, types).long()
    classes = torch.zeros(17, dtype=torch.long, device=types.device)
    classes[7], classes[8], classes[16] = 1, 2, SULFUR
    return classes[element]
