"""How well side chains on a given backbone agree with a structure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import chi_angles, chi_difference, chi_known, table
from molgen.chem.side_chains.residues import CHI_ATOMS, ELEMENTS, HAS_ATOM, HAS_CHI, INDEX, MOVED, SYMMETRIC
from molgen.geometry.torsions import apply_torsions

RADII = {6: 1.7, 7: 1.55, 8: 1.52, 16: 1.8}
"""Bondi 1964, Angstrom."""
_CLASH = 0.8  # of the sum of the radii: PackBench's middle one of three


@dataclass(frozen=True)
class SideChainScores:
    """Scores of residues, over those that have chi angles and all their atoms.

    Attributes:
        counted: bool [R].
        error: [R, 4], absolute differences of chi angles, radian; nan where there is none.
        rmsd2: [R], mean squared distance of side-chain atoms from CB on, Angstrom^2; the nearer of both namings of
            symmetric ends.
    """

    counted: Tensor
    error: Tensor
    rmsd2: Tensor

    def recovered(self, degrees: float = 20.0) -> Tensor:
        """bool [R], all chi angles within so many degrees."""
        return (self.error.nan_to_num(0.0) < np.deg2rad(degrees)).all(-1)


def side_chain_scores(types: Tensor, native: Tensor, present: Tensor, packed: Tensor) -> SideChainScores:
    """Compare residues.

    Args:
        types: int64 [R].
        native, packed: [R, 14, 3], Angstrom, on the same backbone.
        present: bool [R, 14], atoms that the structure has.
    """
    has = table(HAS_CHI, types)
    known = chi_known(types, present)
    complete = (present | ~table(HAS_ATOM, types)).all(-1)
    counted = (known == has).all(-1) & has.any(-1) & complete
    difference = chi_difference(types, chi_angles(types, packed), chi_angles(types, native))
    tails = table(HAS_ATOM, types).clone()
    tails[:, :4] = False
    both = torch.stack([_mean_square(x, native, tails) for x in (packed, _flipped(types, packed))])
    return SideChainScores(counted, torch.where(has, difference, torch.nan), both.min(0).values)


def clashes(types: Tensor, atoms: Tensor, present: Tensor | None = None, share: float = _CLASH) -> int:
    """Pairs of heavy atoms of two residues, one of them of a side chain, nearer than this share of their radii.

    Disulfides, and prolines with the residue before them, are left out. ``present``, bool [R, 14]: atoms that count.
    """
    radius = torch.zeros(17)
    for element, value in RADII.items():
        radius[element] = value
    elements = table(ELEMENTS, types)
    there = elements > 0 if present is None else present & (elements > 0)
    residue, slot = torch.nonzero(there, as_tuple=True)
    where = atoms[residue, slot]
    r = radius[elements[residue, slot].long()]
    total = 0
    for start in range(0, len(where), 2048):
        rows = slice(start, start + 2048)
        near = torch.cdist(where[rows], where) < share * (r[rows, None] + r[None])
        first, second = residue[rows, None], residue[None]
        near &= (second > first) & ((slot[rows, None] > 3) | (slot[None] > 3))
        sulfur = elements[residue, slot] == 16
        near &= ~(sulfur[rows, None] & sulfur[None])
        proline = (types[residue] == INDEX["PRO"])[None] & (second == first + 1) & (slot[None] == 6)
        total += int((near & ~proline).sum())
    return total


def _mean_square(first: Tensor, second: Tensor, mask: Tensor) -> Tensor:
    squares = (first - second).square().sum(-1) * mask
    return squares.sum(-1) / mask.sum(-1).clamp(min=1)


def _flipped(types: Tensor, atoms: Tensor) -> Tensor:
    """The same side chains with the other naming of their symmetric ends."""
    turn = torch.pi * table(SYMMETRIC, types).to(atoms)
    return apply_torsions(atoms, turn, table(CHI_ATOMS, types), table(MOVED, types))
