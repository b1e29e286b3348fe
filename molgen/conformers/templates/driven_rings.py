"""Further shapes of a large ring: its torsions are driven with the force field, then released."""

from __future__ import annotations

import time

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers, rdMolTransforms

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.molecules.force_field import minimize_conformers
from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.templates.embedding import LARGE_RING
from molgen.metrics.rmsd import rmsd_matrix
from molgen.metrics.stereo import stereo_mask

ATTEMPT_ATOMS = 4000
"""Attempts times atoms: a driven state costs time in proportion to the size of the molecule."""
DRIVEN_AT_ONCE = 2
SPRING = 20.0
"""Of the constraint, kcal / (mol rad^2)."""
TOLERANCE = 15.0
"""Half the width of the bottom of the constraint, degree."""
DRIVE_STEPS, RELEASE_STEPS = 60, 200
MIN_RMSD = 0.1
"""Least RMSD between two shapes of the ring, Angstrom."""


def drive_rings(
    mol: Chem.Mol, positions: np.ndarray, wanted: int, *, seed: int = 0, timeout: float = 60.0
) -> np.ndarray:
    """New template conformers, made from known ones by driving two torsions of a large ring at a time.

    Each attempt takes the next known structure, pulls two random single bonds of the ring by 60 to 300 degrees with a
    spring (MMFF94s without electrostatics), minimizes without it, and keeps the result when its stereo is right and its
    ring differs from all others.

    Args:
        mol: with explicit hydrogens and complete stereo.
        positions: [k, atoms, 3], structures to start from, at least one, Angstrom.
        wanted: how many new ones, at most; fewer when the attempts (up to 4000 / atoms, two for each) do not give them.
        seed: same seed, same structures, unless the time runs out.
        timeout: seconds of CPU time.

    Returns:
        [j, atoms, 3] with j <= wanted; none for molecules without a large ring, or without MMFF94s parameters.
    """
    bonds = _ring_torsions(mol)
    none = positions[:0]
    if wanted <= 0 or len(bonds) < DRIVEN_AT_ONCE or not rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol):
        return none
    rng = np.random.default_rng(seed)
    known = list(positions)
    ring = sorted({atom for bond in bonds for atom in bond} & set(heavy_atoms(mol).tolist()))
    end = time.thread_time() + timeout
    for attempt in range(min(2 * wanted, max(1, ATTEMPT_ATOMS // mol.GetNumAtoms()))):
        if len(known) - len(positions) >= wanted or time.thread_time() > end:
            break
        driven = _driven(mol, known[attempt % len(known)], bonds, rng)
        distances = rmsd_matrix(driven[None, ring], np.array(known)[:, ring]).numpy()
        if distances.min() >= MIN_RMSD and stereo_mask(mol, with_conformers(mol, driven[None]))[0]:
            known.append(driven)
    return np.array(known[len(positions) :]).reshape(-1, *positions.shape[1:])


def _driven(mol: Chem.Mol, start: np.ndarray, bonds: list[tuple[int, ...]], rng: np.random.Generator) -> np.ndarray:
    """One structure [atoms, 3] after a drive and a release."""
    work = with_conformers(mol, start[None])
    properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(work, mmffVariant="MMFF94s")
    properties.SetMMFFEleTerm(False)
    field = rdForceFieldHelpers.MMFFGetMoleculeForceField(work, properties)
    for index in rng.choice(len(bonds), DRIVEN_AT_ONCE, replace=False):
        now = rdMolTransforms.GetDihedralDeg(work.GetConformer(), *bonds[index])
        goal = (now + rng.uniform(60.0, 300.0) + 180.0) % 360.0 - 180.0
        field.MMFFAddTorsionConstraint(*bonds[index], False, goal - TOLERANCE, goal + TOLERANCE, SPRING)
    field.Initialize()
    field.Minimize(maxIts=DRIVE_STEPS)
    return minimize_conformers(work, RELEASE_STEPS, electrostatics=False)[0][0]


def _ring_torsions(mol: Chem.Mol) -> list[tuple[int, ...]]:
    """Torsions (a, b, c, d) along the large rings whose bond b-c turns: single, not conjugated, in no other ring."""
    rings = mol.GetRingInfo()
    torsions = []
    for ring in rings.AtomRings():
        if len(ring) < LARGE_RING:
            continue
        for k in range(len(ring)):
            torsion = tuple(ring[(k + shift) % len(ring)] for shift in range(4))
            bond = mol.GetBondBetweenAtoms(torsion[1], torsion[2])
            turns = bond.GetBondType() == Chem.BondType.SINGLE and not bond.GetIsConjugated()
            if turns and rings.NumBondRings(bond.GetIdx()) == 1:
                torsions.append(torsion)
    return torsions
