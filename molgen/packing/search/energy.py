"""Repulsion between rotamers and what does not move, and between rotamers.

Overlap of heavy atoms, squared: the distance below the least that is usual for the kinds of the two atoms. Attraction,
hydrogen bonds and preferences of the backbone are what the network has learned; two cysteines that can form a
disulfide are drawn to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import table
from molgen.chem.side_chains.residues import ELEMENTS, HAS_ATOM, INDEX
from molgen.packing.search.neighbors import near_pairs, nearest

_FIRST = 5  # slot of the first atom beyond CB
_RADIUS = {0: 0.0, 6: 1.75, 7: 1.55, 8: 1.45, 16: 1.75}
_CONTEXT_RADIUS = (1.75, 1.55, 1.45, 1.75, 1.8, 1.7, 0.7, 1.6)
_POLAR_CLOSER = 0.35  # Angstrom, N and O
_DISULFIDE = 2.05  # Angstrom
_BRIDGE, _BRIDGE_WIDTH = 1.5, 0.4  # Angstrom^2 and Angstrom: what a disulfide is worth, and how near it must be
_SULFUR = 3
_LONGEST = 9.0  # Angstrom from CA to the farthest atom of an arginine, and a little
_TOUCH = 3.5  # Angstrom, the least usual distance of any two atoms
_WALLS = 64  # the nearest atoms that a side chain is held against
_ELSEWHERE = 1e4


@dataclass(frozen=True)
class PairTable:
    """Repulsion between the rotamers of neighboring residues.

    Attributes:
        first, second: int64 [P].
        energy: [P, B, B].
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


def self_energy(types: Tensor, atoms: Tensor, fixed: Tensor, context: Tensor, elements: Tensor) -> Tensor:
    """Overlap [R, B] of rotamers with backbones, CB and the surroundings.

    Args:
        atoms: [R, B, 14, 3], Angstrom.
        fixed: [R, 5, 3], N, CA, C, O and CB.
        context: [M, 3]; elements: int64 [M].
    """
    count, most = atoms.shape[:2]
    radius = atom_radii(types)
    polar = _polar(types)
    has_cb = types != INDEX["GLY"]
    walls = torch.cat((fixed.flatten(0, 1), context))
    wall_radius = torch.cat((radius[:, :5].flatten(), context_radii(elements)))
    wall_polar = torch.cat((polar[:, :5].flatten(), (elements == 1) | (elements == 2)))
    owner = torch.cat((torch.arange(count).repeat_interleave(5), torch.full((len(context),), -1))).to(types)
    real = torch.cat((torch.stack([has_cb | (slot < 4) for slot in torch.arange(5)], 1).flatten(), elements >= 0))
    walls = torch.where(real[:, None], walls, _ELSEWHERE)
    amount = min(_WALLS, len(walls))
    near = nearest(fixed[:, 1], walls, amount)
    tails = atoms[:, :, _FIRST:]
    distance = torch.cdist(tails.flatten(1, 2), walls[near]).reshape(count, most, -1, amount)
    least = _least(radius[:, _FIRST:], wall_radius[near], polar[:, _FIRST:], wall_polar[near])
    mine = owner[near] == torch.arange(count, device=types.device)[:, None]
    usable = table(HAS_ATOM, types)[:, _FIRST:, None] & (~mine & real[near])[:, None]
    usable = usable & ~_ring_closure(types, owner[near], near)
    return (overlap(distance, least[:, None]) * usable[:, None]).sum((-1, -2))


def pair_energies(types: Tensor, atoms: Tensor, moves: Tensor) -> PairTable:
    """Overlap of the rotamers [R, B, 14, 3] of all pairs of moving residues, bool [R], that can touch."""
    origin = atoms[:, 0, 1]
    reach = (atoms[:, :, _FIRST:] - origin[:, None, None]).norm(dim=-1)
    reach = (reach * table(HAS_ATOM, types)[:, None, _FIRST:]).amax((1, 2))
    movable = torch.nonzero(table(HAS_ATOM, types)[:, _FIRST] & moves)[:, 0]
    first, second = near_pairs(origin[movable], origin[movable], 2 * _LONGEST + _TOUCH)
    first, second = movable[first], movable[second]
    distance = (origin[first] - origin[second]).norm(dim=-1)
    near = (distance < reach[first] + reach[second] + _TOUCH) & (second > first)
    first, second = first[near], second[near]
    radius, polar, has = atom_radii(types)[:, _FIRST:], _polar(types)[:, _FIRST:], table(HAS_ATOM, types)[:, _FIRST:]
    sulfur = table(ELEMENTS == 16, types)[:, _FIRST:]
    energies = []
    for start in range(0, len(first), 256):
        a, b = first[start : start + 256], second[start : start + 256]
        most = atoms.shape[1]
        distance = torch.cdist(atoms[a, :, _FIRST:].flatten(1, 2), atoms[b, :, _FIRST:].flatten(1, 2))
        distance = distance.reshape(len(a), most, has.shape[1], most, has.shape[1])
        least = _least(radius[a], radius[b], polar[a], polar[b])
        least = torch.where(sulfur[a][:, :, None] & sulfur[b][:, None], _DISULFIDE, least)
        least = torch.where(has[a][:, :, None] & has[b][:, None], least, 0.0)
        bridge = torch.exp(-(((distance[:, :, 0, :, 0] - _DISULFIDE) / _BRIDGE_WIDTH) ** 2))
        cysteines = (types[a] == INDEX["CYS"]) & (types[b] == INDEX["CYS"])
        repulsion = overlap(distance, least[:, None, :, None]).sum((2, 4))
        energies.append(repulsion - _BRIDGE * bridge * cysteines[:, None, None])
    empty = atoms.new_zeros(0, atoms.shape[1], atoms.shape[1])
    return PairTable(first, second, torch.cat(energies) if energies else empty)


def _least(first: Tensor, second: Tensor, first_polar: Tensor, second_polar: Tensor) -> Tensor:
    """Least usual distances [..., n, m] of atoms with these radii [..., n] and [..., m]."""
    both = first_polar[..., :, None] & second_polar[..., None, :]
    return first[..., :, None] + second[..., None, :] - _POLAR_CLOSER * both


def pair_least(
    types: Tensor, residue: Tensor, slot: Tensor, radius: Tensor, elements: Tensor, first: Tensor, second: Tensor
) -> Tensor:
    """Least usual distances [P] of pairs of atoms, of residues or of the walls behind them.

    Args:
        residue, slot: int64 [N], the atoms of residues.
        radius: [N + M]; elements: int64 [M], classes of the walls.
        first, second: int64 [P], atoms.
    """
    polar = torch.cat((_polar(types)[residue, slot], (elements == 1) | (elements == 2)))
    sulfur = torch.cat((table(ELEMENTS == 16, types)[residue, slot], elements == _SULFUR))
    owner = torch.cat((residue, torch.full((len(elements),), -9).to(residue)))
    plain = radius[first] + radius[second] - _POLAR_CLOSER * (polar[first] & polar[second])
    least = torch.where(sulfur[first] & sulfur[second], _DISULFIDE, plain)
    place = torch.cat((slot, torch.zeros_like(elements)))
    proline = torch.cat((types[residue] == INDEX["PRO"], elements < 0))
    closes = proline[first] & (place[first] == 6) & (owner[second] == owner[first] - 1) & (place[second] < 4)
    return torch.where(closes, 0.0, least)


def _polar(types: Tensor) -> Tensor:
    return table((ELEMENTS == 7) | (ELEMENTS == 8), types)


def _ring_closure(types: Tensor, owner: Tensor, index: Tensor) -> Tensor:
    """bool [R, 9, W]: CD of a proline and the C of the residue before it, which are two bonds apart."""
    proline = (types == INDEX["PRO"])[:, None, None]
    slots = torch.arange(_FIRST, 14, device=types.device)[None, :, None]
    before = owner == torch.arange(len(types), device=types.device)[:, None] - 1
    return proline & (slots <= 6) & before[:, None] & (index % 5 >= 1)[:, None]
