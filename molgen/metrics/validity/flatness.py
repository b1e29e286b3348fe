"""Flat rings and double bonds, and rings that must not be flat."""

from __future__ import annotations

import torch
from rdkit import Chem
from torch import Tensor

FLAT_LIMIT = 0.25  # Angstrom
PUCKER_LIMIT = 0.05  # Angstrom

# which atoms belong to a plane is part of the definition of the checks, hence the patterns of PoseBusters
_AROMATIC_RINGS = ("[ar5^2]1" + "[ar5^2]" * 3 + "[ar5^2]1", "[ar6^2]1" + "[ar6^2]" * 4 + "[ar6^2]1")
_DOUBLE_BONDS = ("[C;X3;^2](*)(*)=[C;X3;^2](*)(*)",)
_ANY, _CARBON = "[C,O,S,N;R1]", "[C;R1]"
_PUCKERED_RINGS = (
    f"{_ANY}~1{_ANY}{_ANY}{_ANY}{_ANY}{_ANY}1",
    f"{_CARBON}~1{_CARBON}{_ANY}~{_ANY}{_CARBON}{_CARBON}1",
    f"{_CARBON}~1{_CARBON}{_CARBON}~{_CARBON}{_ANY}{_CARBON}1",
    f"{_CARBON}~1{_CARBON}{_CARBON}{_ANY}~{_ANY}{_CARBON}1",
    f"{_CARBON}~1{_CARBON}{_ANY}{_CARBON}~{_CARBON}{_CARBON}1",
)


def aromatic_rings(mol: Chem.Mol) -> tuple[Tensor, ...]:
    """Atoms of the aromatic five- and six-rings, each int64 [rings, size]."""
    return _matches(mol, _AROMATIC_RINGS)


def double_bonds(mol: Chem.Mol) -> tuple[Tensor, ...]:
    """Carbon double bonds with their four substituents, int64 [bonds, 6]."""
    return _matches(mol, _DOUBLE_BONDS)


def puckered_rings(mol: Chem.Mol) -> tuple[Tensor, ...]:
    """Saturated or nearly saturated six-rings, int64 [rings, 6]."""
    return _matches(mol, _PUCKERED_RINGS)


def all_flat(positions: Tensor, groups: tuple[Tensor, ...]) -> Tensor:
    """Whether no atom is further than 0.25 A from its group's plane: float64 [B, n, 3] in Angstrom -> bool [B]."""
    passed = [(out_of_plane(positions, group) <= FLAT_LIMIT).all(dim=-1) for group in groups]
    return torch.stack([_yes(positions), *passed]).all(dim=0)


def none_flat(positions: Tensor, groups: tuple[Tensor, ...]) -> Tensor:
    """Whether each group has an atom at least 0.05 A from its plane: float64 [B, n, 3] in Angstrom -> bool [B]."""
    passed = [(out_of_plane(positions, group) >= PUCKER_LIMIT).all(dim=-1) for group in groups]
    return torch.stack([_yes(positions), *passed]).all(dim=0)


def out_of_plane(positions: Tensor, group: Tensor) -> Tensor:
    """Largest distance of an atom to the least-squares plane of its group, [B, n, 3], [k, s] -> [B, k] in Angstrom.

    PoseBusters takes the largest *signed* distance along a normal of arbitrary sign, which this one bounds from above.
    """
    points = positions[:, group]
    centered = points - points.mean(dim=-2, keepdim=True)
    normal = torch.linalg.eigh(centered.mT @ centered).eigenvectors[..., :1]
    return (centered @ normal).squeeze(-1).abs().amax(dim=-1)


def _matches(mol: Chem.Mol, patterns: tuple[str, ...]) -> tuple[Tensor, ...]:
    matches = [mol.GetSubstructMatches(Chem.MolFromSmarts(pattern)) for pattern in patterns]
    return tuple(torch.tensor(groups, dtype=torch.int64) for groups in matches if groups)


def _yes(positions: Tensor) -> Tensor:
    return torch.ones(len(positions), dtype=torch.bool, device=positions.device)
