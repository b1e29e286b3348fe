"""Bond lengths, bond angles and internal clashes against RDKit's distance-geometry bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdDistGeom
from torch import Tensor

from molgen.chem.formats.parsing import silent_rdkit
from molgen.errors import ParseError

_BOND_SLACK = 0.25
_ANGLE_SLACK = 0.25
_CLASH_SLACK = 0.3
# a terminal O or N of a conjugated group, whose two bonds are one kind; definition of PoseBusters
_CONJUGATED_END = "[O,N;D1;$([O,N;D1]-[*]=[O,N;D1]),$([O,N;D1]=[*]-[O,N;D1])]~[*]"


@dataclass(frozen=True)
class DistanceLimits:
    """Atom pairs [p, 2] and the distances float64 [p] between which each must stay, Angstrom."""

    pairs: Tensor
    shortest: Tensor
    longest: Tensor


@dataclass(frozen=True)
class GeometryLimits:
    """Limits on bonded heavy atoms, on the ends of bond angles, and on all other pairs."""

    bonds: DistanceLimits
    angles: DistanceLimits
    others: DistanceLimits


def geometry_limits(mol: Chem.Mol) -> GeometryLimits:
    """Limits for the pairs of heavy atoms of a sanitized molecule.

    Raises:
        ParseError: RDKit has no bounds for the molecule.
    """
    try:
        with silent_rdkit():
            bounds = rdDistGeom.GetMoleculeBoundsMatrix(mol, set15bounds=True, scaleVDW=True, doTriangleSmoothing=True)
    except RuntimeError as error:
        raise ParseError(f"RDKit has no distance bounds for the molecule: {error}") from error
    upper, lower = np.triu(bounds), np.tril(bounds).T
    _equalize_conjugated_ends(mol, lower, upper)
    separation = Chem.GetDistanceMatrix(mol)
    heavy = np.array([atom.GetAtomicNum() != 1 for atom in mol.GetAtoms()], dtype=bool)
    pairs = np.argwhere(np.triu(heavy[:, None] & heavy[None, :], k=1))
    apart = separation[pairs[:, 0], pairs[:, 1]]

    def limits(chosen: NDArray[np.bool_], below: float, above: float | None) -> DistanceLimits:
        rows = pairs[chosen]
        low, high = lower[rows[:, 0], rows[:, 1]], upper[rows[:, 0], rows[:, 1]]
        longest = np.full(len(rows), np.inf) if above is None else high * (1.0 + above)
        shortest = torch.from_numpy(low * (1.0 - below))
        return DistanceLimits(torch.from_numpy(rows), shortest, torch.from_numpy(longest))

    return GeometryLimits(
        bonds=limits(apart == 1, _BOND_SLACK, _BOND_SLACK),
        angles=limits(apart == 2, _ANGLE_SLACK, _ANGLE_SLACK),
        others=limits(apart > 2, _CLASH_SLACK, None),
    )


def within_limits(positions: Tensor, limits: DistanceLimits) -> Tensor:
    """Whether every pair keeps its limits: positions float64 [B, n, 3] in Angstrom -> bool [B]."""
    first, second = positions[:, limits.pairs[:, 0]], positions[:, limits.pairs[:, 1]]
    distances = (first - second).norm(dim=-1)
    return ((distances >= limits.shortest) & (distances <= limits.longest)).all(dim=-1)


def _equalize_conjugated_ends(mol: Chem.Mol, lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
    """Give all terminal bonds of conjugated groups (carboxylate, guanidinium) with the same elements one range."""
    bonds: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for match in mol.GetSubstructMatches(Chem.MolFromSmarts(_CONJUGATED_END)):
        elements = tuple(sorted(mol.GetAtomWithIdx(index).GetSymbol() for index in match))
        bonds.setdefault(elements, []).append((min(match), max(match)))
    for members in bonds.values():
        rows, columns = np.array(members).T
        lower[rows, columns] = lower[rows, columns].min()
        upper[rows, columns] = upper[rows, columns].max()
