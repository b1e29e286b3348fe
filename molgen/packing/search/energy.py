"""Energies between rotamers, and overlap of atoms.

Contact energies of residues are learned (:mod:`molgen.packing.search.contacts`); two cysteines that can form a
disulfide attract each other. Overlap, with ligands and other groups and in the last minimization, is the squared
distance below the least that is usual for the elements of the two atoms.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import table
from molgen.chem.side_chains.residues import ELEMENTS, HAS_ATOM, INDEX
from molgen.packing.search.contacts import REACH, atom_kinds, contacts
from molgen.packing.search.neighbors import near_pairs

_FIRST = 5  # slot of the first atom beyond CB
_RADIUS = {0: 0.0, 6: 1.75, 7: 1.55, 8: 1.45, 16: 1.75}
_CONTEXT_RADIUS = (1.75, 1.55, 1.45, 1.75, 1.8, 1.7, 0.7, 1.6)
POLAR_CLOSER = 0.35
"""Angstrom by which the least distance of N and O is reduced."""
_DISULFIDE = 2.05  # Angstrom
_BRIDGE, _BRIDGE_WIDTH = 3.0, 0.4  # kT and Angstrom: what a disulfide is worth, and how near it must be
_SULFUR = 3
_AT_ONCE = 3_000_000  # distances
_FELT = 0.02  # kT; pairs that never differ by more are left out


@dataclass(frozen=True)
class PairTable:
    """Energies between the rotamers of neighboring residues.

    Attributes:
        first, second: int64 [P].
        energy: [P, B, B], kT.
    """

    first: Tensor
    second: Tensor
    energy: Tensor


def overlap(distance: Tensor, least: Tensor) -> Tensor:
    """Squared overlap, Angstrom^2, for distances and least distances that broadcast."""
    return (least - distance).clamp(min=0).square()


def atom_radii(types: Tensor) -> Tensor:
    """[R, 14], Angstrom; zero where there is no atom."""
    radius = torch.tensor([_RADIUS.get(z, 0.0) for z in range(17)], device=types.device)
    return radius[table(ELEMENTS, types).long()]


def context_radii(elements: Tensor) -> Tensor:
    """[M], Angstrom, of classes of atoms around."""
    return torch.tensor(_CONTEXT_RADIUS, device=elements.device)[elements]


def pair_energies(types: Tensor, atoms: Tensor, moves: Tensor) -> PairTable:
    """Energies of the rotamers [R, B, 14, 3] of all pairs of moving residues, bool [R], that can be in contact."""
    has, kinds, most = tails(types)[:, _FIRST:], atom_kinds(types)[:, _FIRST:], atoms.shape[1]
    first, second = _touching(atoms[:, :, _FIRST:], has, moves)
    sizes = has.sum(1)
    energy = atoms.new_zeros(len(first), most, most)
    for n, m in {*zip(sizes[first].tolist(), sizes[second].tolist(), strict=True)}:
        alike = torch.nonzero((sizes[first] == n) & (sizes[second] == m))[:, 0]
        for rows in alike.split(max(1, _AT_ONCE // (most * most * n * m))):
            a, b = first[rows], second[rows]
            first_atoms, second_atoms = atoms[a, :, _FIRST : _FIRST + n], atoms[b, :, _FIRST : _FIRST + m]
            distance = torch.cdist(first_atoms.flatten(1, 2), second_atoms.flatten(1, 2)).reshape(-1, most, n, most, m)
            kind = kinds[a, :n].reshape(-1, 1, n, 1, 1), kinds[b, :m].reshape(-1, 1, 1, 1, m)
            bridge = torch.exp(-(((distance[:, :, 0, :, 0] - _DISULFIDE) / _BRIDGE_WIDTH) ** 2))
            cysteines = (types[a] == INDEX["CYS"]) & (types[b] == INDEX["CYS"])
            energy[rows] = contacts()(*kind, distance).sum((2, 4)) - _BRIDGE * bridge * cysteines[:, None, None]
    felt = energy.abs().amax((1, 2)) > _FELT
    return PairTable(first[felt], second[felt], energy[felt])


def _touching(points: Tensor, has: Tensor, moves: Tensor) -> tuple[Tensor, Tensor]:
    """Pairs of moving residues whose atoms [R, B, 9, 3] can come within reach of each other."""
    movable = torch.nonzero(has[:, 0] & moves)[:, 0]
    there = has[movable, None, :, None].to(points)
    middle = (points[movable] * there).sum((1, 2)) / (there.sum((1, 2)) * points.shape[1])
    spread = ((points[movable] - middle[:, None, None]).norm(dim=-1) * there[..., 0]).amax((1, 2))
    first, second = near_pairs(middle, middle, 2 * float(spread.max()) + REACH if len(movable) else 0.0)
    distance = (middle[first] - middle[second]).norm(dim=-1)
    near = (distance < spread[first] + spread[second] + REACH) & (second > first)
    return movable[first[near]], movable[second[near]]


def tails(types: Tensor) -> Tensor:
    """bool [R, 14], atoms beyond CB."""
    has = table(HAS_ATOM, types).clone()
    has[:, :_FIRST] = False
    return has


def pair_least(
    types: Tensor, residue: Tensor, slot: Tensor, radius: Tensor, elements: Tensor, first: Tensor, second: Tensor
) -> Tensor:
    """Least usual distances [P] of pairs of atoms, of residues or of the walls behind them.

    Args:
        residue, slot: int64 [N], the atoms of residues.
        radius: [N + M]; elements: int64 [M], classes of the walls.
        first, second: int64 [P], atoms.
    """
    polar = torch.cat((polar_atoms(types)[residue, slot], (elements == 1) | (elements == 2)))
    sulfur = torch.cat((table(ELEMENTS == 16, types)[residue, slot], elements == _SULFUR))
    owner = torch.cat((residue, torch.full((len(elements),), -9).to(residue)))
    plain = radius[first] + radius[second] - POLAR_CLOSER * (polar[first] & polar[second])
    least = torch.where(sulfur[first] & sulfur[second], _DISULFIDE, plain)
    atom_slot = torch.cat((slot, torch.zeros_like(elements)))
    proline = torch.cat((types[residue] == INDEX["PRO"], elements < 0))
    closes = proline[first] & (atom_slot[first] == 6) & (owner[second] == owner[first] - 1) & (atom_slot[second] < 4)
    return torch.where(closes, 0.0, least)


def polar_atoms(types: Tensor) -> Tensor:
    return table((ELEMENTS == 7) | (ELEMENTS == 8), types)
