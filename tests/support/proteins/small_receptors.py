"""Receptors of a few atoms, and the Vina energy written out once more, slowly, for tests."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from molgen.chem.proteins.structure import InteractionTypes
from molgen.physics.direct import TypedAtoms
from molgen.physics.torsion_tree import TorsionTree
from molgen.physics.vina import AtomClasses, atom_classes


@dataclass(frozen=True)
class Kind:
    """One kind of atom, as Trott and Olson (2010) describe it."""

    element: int
    radius: float
    donor: bool = False
    acceptor: bool = False
    hydrophobic: bool = False
    metal: bool = False


KINDS = {
    "C": Kind(6, 1.9, hydrophobic=True),
    "P": Kind(6, 1.9),  # carbon with a polar neighbor
    "O": Kind(8, 1.7, acceptor=True),
    "H": Kind(8, 1.7, donor=True, acceptor=True),  # hydroxyl
    "N": Kind(7, 1.8, donor=True),
    "A": Kind(7, 1.8, acceptor=True),
    "M": Kind(7, 1.8, donor=True, acceptor=True),  # neutral amine
    "S": Kind(16, 2.0),
    "X": Kind(17, 1.8, hydrophobic=True),  # chlorine
    "Z": Kind(30, 1.2, donor=True, metal=True),  # zinc
}


def types_of(kinds: str) -> InteractionTypes:
    """One atom for each letter of ``kinds``."""
    rows = [KINDS[letter] for letter in kinds]
    return InteractionTypes(
        elements=np.array([row.element for row in rows], dtype=np.int16),
        donor=np.array([row.donor for row in rows], dtype=bool),
        acceptor=np.array([row.acceptor for row in rows], dtype=bool),
        hydrophobic=np.array([row.hydrophobic for row in rows], dtype=bool),
        metal=np.array([row.metal for row in rows], dtype=bool),
    )


def classes_of(kinds: str) -> AtomClasses:
    return atom_classes(types_of(kinds))


def receptor_of(kinds: str, positions: Sequence[Sequence[float]] | np.ndarray) -> TypedAtoms:
    return TypedAtoms(np.array(positions, dtype=np.float64), classes_of(kinds))


def pocket_atoms(count: int = 60, seed: int = 0) -> TypedAtoms:
    """Atoms of every kind around a hollow of about 5 Angstrom at the origin that is open above (z > 4)."""
    rng = np.random.default_rng(seed)
    points: list[np.ndarray] = []
    while len(points) < count:
        point = rng.normal(size=3)
        point *= rng.uniform(5.5, 8.5) / np.linalg.norm(point)
        if point[2] < 4 and all(np.linalg.norm(point - other) > 1.5 for other in points):
            points.append(point)
    letters = list(KINDS)
    return receptor_of("".join(letters[k % len(letters)] for k in range(count)), np.array(points))


def slow_pair(first: str, second: str, distance: float) -> float:
    """Energy of two atoms in kcal/mol: equations 3 to 5 and table 1 of Trott and Olson, J. Comput. Chem. 31, 455."""
    if distance >= 8.0:
        return 0.0
    a, b = KINDS[first], KINDS[second]
    d = distance - a.radius - b.radius
    energy = -0.035579 * math.exp(-((d / 0.5) ** 2)) - 0.005156 * math.exp(-(((d - 3.0) / 2.0) ** 2))
    if d < 0:
        energy += 0.840245 * d * d
    if a.hydrophobic and b.hydrophobic:
        energy -= 0.035069 * (1.0 if d < 0.5 else 0.0 if d > 1.5 else 1.5 - d)
    if (a.donor and b.acceptor) or (a.acceptor and b.donor):
        energy -= 0.587439 * (1.0 if d < -0.7 else 0.0 if d > 0 else -d / 0.7)
    return energy


def slow_energy(kinds: str, positions: np.ndarray, other_kinds: str, others: np.ndarray) -> float:
    """Sum over all pairs of atoms of two molecules."""
    total = 0.0
    for a, x in zip(kinds, positions, strict=True):
        for b, y in zip(other_kinds, others, strict=True):
            total += slow_pair(a, b, math.dist(x, y))
    return total


def kinds_of(types: InteractionTypes) -> str:
    """The letters of the atoms of a molecule; all its kinds must be known."""
    known = {(kind.element, kind.donor, kind.acceptor, kind.hydrophobic): letter for letter, kind in KINDS.items()}
    rows = zip(types.elements, types.donor, types.acceptor, types.hydrophobic, strict=True)
    return "".join(known[int(z), bool(d), bool(a), bool(h)] for z, d, a, h in rows)


def poses_last(positions: Tensor | np.ndarray) -> Tensor:
    """[B, n, 3] -> contiguous [n, 3, B]."""
    return torch.as_tensor(positions).permute(1, 2, 0).contiguous()


def poses_first(positions: Tensor) -> Tensor:
    """[n, 3, B] -> contiguous [B, n, 3]."""
    return positions.permute(2, 0, 1).contiguous()


def in_double(tree: TorsionTree) -> TorsionTree:
    """The same tree for float64 poses."""
    return replace(tree, moving=tree.moving.double())
