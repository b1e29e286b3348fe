"""The shapes of a ring in its molecule, with their strain: canonical puckers, minimized, deduplicated."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem

from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.force_field import ConformerField
from molgen.conformers.templates.grafting import SubstitutedRing
from molgen.conformers.templates.puckers import canonical_heights, ring_of_heights
from molgen.geometry.torsions import dihedral_angles
from molgen.metrics.stereo import stereo_mask

STEPS = 20
WINDOW = 10.0
"""Shapes are kept up to so far above the lowest, kcal/mol."""
SAME = np.radians(25.0)
"""Largest difference of a torsion between two conformers of a ring that count as one shape."""
REACH = 2
"""Bonds from the ring to the atoms whose contacts count: the others stand elsewhere in other conformers."""
FLAT = np.radians(30.0)
"""Largest torsion of a bond that does not turn, in a pucker that is tried."""
MOST_SHAPES = 64


@dataclass(frozen=True)
class RingStates:
    """Shapes of one ring.

    Attributes:
        ring: the ring.
        shapes: [s, n, 3], Angstrom.
        torsions: [s, n + i], radian, see :class:`SubstitutedRing`.
        energies: [s], strain of the molecule but for contacts of what is far from the ring, kcal/mol.
    """

    ring: SubstitutedRing
    shapes: NDArray[np.float64]
    torsions: NDArray[np.float64]
    energies: NDArray[np.float64]

    def state_of(self, positions: NDArray[np.float64]) -> NDArray[np.int64]:
        """int [k], the state of each conformer [k, atoms, 3]; -1: none of these."""
        gaps = _gaps(torsions_of(self.ring, positions)[:, None], self.torsions).max(-1)
        return np.where(gaps.min(1) < SAME, gaps.argmin(1), -1)

    def placed(self, positions: NDArray[np.float64], states: NDArray[np.int64]) -> NDArray[np.float64]:
        """Conformers [k, atoms, 3] with the ring in these states [k]; a copy."""
        moved = self.ring.placed(positions, self.shapes[states])
        along = len(self.ring.atoms)
        for k, (_, _, atom, _) in enumerate(self.ring.sides):
            wrong = _gaps(torsions_of(self.ring, moved), self.torsions[states])[:, along + k] > np.pi / 3
            moved[wrong] = self.ring.inverted(moved[wrong], int(atom))
        return moved


def ring_states(
    field: ConformerField, ring: SubstitutedRing, templates: NDArray[np.float64], lowest: int
) -> RingStates:
    """The shapes of a ring, found by minimizing every canonical pucker in place, and those of template conformers.

    Args:
        field: of the molecule.
        ring: of the molecule, 5 to 8 atoms.
        templates: [k, atoms, 3], Angstrom.
        lowest: the one that puckers are set into.
    """
    start = templates[lowest]
    puckers = _puckers(field.mol, ring, start)
    set_in = ring.placed(np.repeat(start[None], len(puckers), axis=0), puckers)
    tried = np.concatenate([templates, _turned_over(ring, np.concatenate([start[None], set_in]))])
    local = field.with_contacts_among(_near(field.mol, ring))
    moved, energies = local.minimize(tried, STEPS, electrostatics=False)
    return _distinct(field.mol, ring, moved, energies.values)


def _turned_over(ring: SubstitutedRing, candidates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Conformers [k, atoms, 3] with their amines on either side in every combination, as many as are affordable."""
    sides = list(product((False, True), repeat=len(ring.amines)))[: max(1, MOST_SHAPES // len(candidates))]
    variants = []
    for flips in sides:
        flipped = candidates
        for atom, flip in zip(ring.amines, flips, strict=True):
            flipped = ring.inverted(flipped, int(atom)) if flip else flipped
        variants.append(flipped)
    return np.concatenate(variants)


def _near(mol: Chem.Mol, ring: SubstitutedRing) -> NDArray[np.int64]:
    """Atoms at most REACH bonds from a ring."""
    return np.flatnonzero((Chem.GetDistanceMatrix(mol)[ring.atoms] <= REACH).any(0))


def torsions_of(ring: SubstitutedRing, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """[k, n + i], radian, of conformers [k, atoms, 3]."""
    return dihedral_angles(torch.from_numpy(positions), torch.from_numpy(ring.torsions)).numpy()


def _puckers(mol: Chem.Mol, ring: SubstitutedRing, start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Canonical shapes [k, n, 3] in which the bonds that do not turn are flat."""
    atoms = ring.atoms
    size = len(atoms)
    bond = np.linalg.norm(start[atoms] - start[np.roll(atoms, -1)], axis=-1).mean()
    turning = zip(np.roll(atoms, -1).tolist(), np.roll(atoms, -2).tolist(), strict=True)
    fixed = np.array([_is_fixed(mol.GetBondBetweenAtoms(a, b)) for a, b in turning])
    shapes = ring_of_heights(canonical_heights(size, bool(fixed.any())), float(bond))
    along = np.stack([np.roll(np.arange(size), -shift) for shift in range(4)], axis=1)
    angles = dihedral_angles(torch.from_numpy(shapes), torch.from_numpy(along)).numpy()
    return shapes[(np.abs(angles[:, fixed]) < FLAT).all(1)]


def _is_fixed(bond: Chem.Bond) -> bool:
    """Whether a ring bond does not turn: double, aromatic, or an amide's."""
    ends = bond.GetBeginAtom().GetHybridization(), bond.GetEndAtom().GetHybridization()
    planar = bond.GetIsConjugated() and ends == (Chem.HybridizationType.SP2,) * 2
    return planar or bond.GetBondType() != Chem.BondType.SINGLE


def _distinct(mol: Chem.Mol, ring: SubstitutedRing, positions: NDArray, energies: NDArray) -> RingStates:
    """Lowest first, those with the stereo of the molecule, within the window, no shape twice."""
    good = stereo_mask(mol, with_conformers(mol, positions)) & np.isfinite(energies)
    order = np.argsort(np.where(good, energies, np.inf), kind="stable")[: good.sum()]
    order = order[energies[order] <= np.min(energies[order], initial=np.inf) + WINDOW]
    torsions = torsions_of(ring, positions)
    kept: list[int] = []
    for index in order:
        if not kept or _gaps(torsions[index], torsions[kept]).max(-1).min() > SAME:
            kept.append(int(index))
    return RingStates(ring, positions[kept][:, ring.atoms], torsions[kept], energies[kept])


def _gaps(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Differences between angles, 0 to pi."""
    return np.abs((first - second + np.pi) % (2 * np.pi) - np.pi)
