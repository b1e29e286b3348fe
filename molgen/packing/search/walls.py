"""Energies of rotamers with fixed atoms: backbones, fixed side chains, ligands and other groups."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import table
from molgen.chem.side_chains.residues import HAS_ATOM, INDEX
from molgen.packing.search.contacts import REACH, atom_kinds, contacts
from molgen.packing.search.energy import POLAR_CLOSER, atom_radii, context_radii, overlap, polar_atoms, tails
from molgen.packing.search.neighbors import near_pairs
from molgen.packing.search.problem import PackingProblem

_RING = 6  # last slot of the ring of a proline
_NONE = -9
_AT_ONCE = 4096  # atoms


@dataclass(frozen=True)
class _Still:
    """Fixed atoms.

    Attributes:
        positions: [N, 3], Angstrom.
        kinds: int64 [N], of contacts.
        radius: [N], Angstrom; polar: bool [N]; of those that are of no kind.
        residue, slot: int64 [N], of backbones and CB.
    """

    positions: Tensor
    kinds: Tensor
    radius: Tensor
    polar: Tensor
    residue: Tensor
    slot: Tensor

    @classmethod
    def of(cls, problem: PackingProblem) -> _Still:
        types = problem.graph.types
        residue, slot = torch.nonzero(table(HAS_ATOM, types)[:, :5], as_tuple=True)
        fixed = torch.cat((problem.graph.backbone, problem.ideal[:, 4:5]), 1)
        nowhere = torch.full_like(problem.elements, _NONE)
        polar = (problem.elements == 1) | (problem.elements == 2)
        return cls(
            torch.cat((fixed[residue, slot], problem.walls)),
            torch.cat((atom_kinds(types)[residue, slot], problem.kinds)),
            torch.cat((atom_radii(types)[residue, slot], context_radii(problem.elements))),
            torch.cat((polar_atoms(types)[residue, slot], polar)),
            torch.cat((residue, nowhere)),
            torch.cat((slot, nowhere)),
        )


def self_energy(problem: PackingProblem, atoms: Tensor, repulsion: float) -> Tensor:
    """Energies [R, B], kT, of rotamers with fixed atoms; zero for fixed residues.

    Args:
        atoms: [R, B, 14, 3], of the rotamers, Angstrom.
        repulsion: kT / Angstrom^2 of overlap, where atoms are of no kind.
    """
    types, still = problem.graph.types, _Still.of(problem)
    energy = torch.zeros_like(atoms[:, :, 0, 0])
    residue, slot = torch.nonzero(tails(types) & problem.moves[:, None], as_tuple=True)
    for part in torch.arange(len(residue), device=types.device).split(_AT_ONCE):
        mine = residue[part], slot[part]
        energy.index_add_(0, mine[0], _atom_energies(types, mine, atoms[mine[0], :, mine[1]], still, repulsion))
    return energy


def _atom_energies(
    types: Tensor, mine: tuple[Tensor, Tensor], rotamers: Tensor, still: _Still, repulsion: float
) -> Tensor:
    """Energies [A, B], kT, of atoms, by residue and slot, at their places [A, B, 3] in the rotamers."""
    count, most = rotamers.shape[:2]
    places = rotamers.flatten(0, 1)
    row, other = near_pairs(places, still.positions, REACH)
    residue, slot = (values[row // most] for values in mine)
    before = (types[residue] == INDEX["PRO"]) & (still.residue[other] == residue - 1)
    bonded = before & (slot <= _RING) & (still.slot[other] > 0)  # two or three bonds apart in any rotamer
    kept = (still.residue[other] != residue) & ~bonded
    row, other, residue, slot = row[kept], other[kept], residue[kept], slot[kept]
    distance = (places[row] - still.positions[other]).norm(dim=-1)
    kinds = still.kinds[other]
    closer = POLAR_CLOSER * (polar_atoms(types)[residue, slot] & still.polar[other])
    repelled = repulsion * overlap(distance, atom_radii(types)[residue, slot] + still.radius[other] - closer)
    learned = contacts()(atom_kinds(types)[residue, slot], kinds.clamp(min=0), distance)
    energy = torch.where(kinds >= 0, learned, repelled)
    return rotamers.new_zeros(count * most).index_add(0, row, energy).reshape(count, most)
