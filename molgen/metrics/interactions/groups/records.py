"""What can interact in a ligand or a receptor: donors with their hydrogens, acceptors, charges, rings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Donor:
    """A nitrogen or oxygen with hydrogens.

    Attributes:
        atom: its index.
        length: Angstrom to a hydrogen.
        directions: float64 [k, 3], unit vectors to hydrogens whose place is known.
        axis: float64 [3], unit vector away from the only neighbor of a group that turns (hydroxyl, ammonium): its
            hydrogens lie on a cone around it; None where the directions are known, or where neither is (water).
        count: hydrogens of a group that turns.
    """

    atom: int
    length: float
    directions: np.ndarray
    axis: np.ndarray | None = None
    count: int = 1


@dataclass(frozen=True)
class Ring:
    """An aromatic ring: indices of its atoms, its center [3] in Angstrom, and the unit normal [3] of its plane."""

    atoms: tuple[int, ...]
    center: np.ndarray
    normal: np.ndarray


@dataclass(frozen=True)
class Groups:
    """The interacting groups of a molecule or a structure; indices are those of its atoms.

    Attributes:
        positions: float64 [N, 3], of all atoms, Angstrom.
        donors, acceptors: of hydrogen bonds; bases: acceptors that would take up a proton (nitrogens).
        hydrophobic: carbons with no bond to anything but carbon and hydrogen, and halogens.
        cations, anions: groups of atoms that share a charge.
        rings: aromatic.
        halogens: (halogen, carbon) of Cl, Br and I.
        metals: metal ions.
        chelators: atoms that can bind to a metal.
        neighbors: atom -> its bonded heavy atoms.
    """

    positions: np.ndarray
    donors: Sequence[Donor]
    acceptors: Sequence[int]
    bases: Sequence[int]
    hydrophobic: Sequence[int]
    cations: Sequence[tuple[int, ...]]
    anions: Sequence[tuple[int, ...]]
    rings: Sequence[Ring]
    halogens: Sequence[tuple[int, int]]
    metals: Sequence[int]
    chelators: Sequence[int]
    neighbors: Mapping[int, Sequence[int]]

    def hydrogen_bonding(self, atoms: Collection[int]) -> Groups:
        """Only the donors and acceptors among some atoms, and nothing else."""
        donors = [donor for donor in self.donors if donor.atom in atoms]
        acceptors = [atom for atom in self.acceptors if atom in atoms]
        return Groups(self.positions, donors, acceptors, (), (), (), (), (), (), (), (), self.neighbors)

    def without_hydrogen_bonding(self, atoms: Collection[int]) -> Groups:
        """All but the donors and acceptors among some atoms."""
        donors = [donor for donor in self.donors if donor.atom not in atoms]
        return replace(self, donors=donors, acceptors=[atom for atom in self.acceptors if atom not in atoms])


def ring_of(atoms: Sequence[int], positions: np.ndarray) -> Ring:
    """The ring of some atoms; its plane is the one of least squares."""
    points = positions[list(atoms)]
    center = points.mean(axis=0)
    return Ring(tuple(atoms), center, np.linalg.svd(points - center)[2][2])


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors [..., 3] scaled to length one; zero stays zero."""
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True).clip(1e-9)


def angle_between(u: np.ndarray, v: np.ndarray) -> float:
    """Angle of two vectors [3], radian."""
    return float(np.arccos(np.clip(unit(u) @ unit(v), -1.0, 1.0)))


def line_angle(u: np.ndarray, v: np.ndarray) -> float:
    """Angle of two lines, 0 to pi/2."""
    angle = angle_between(u, v)
    return min(angle, np.pi - angle)
