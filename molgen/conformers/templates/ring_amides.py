"""Amides in rings of eight or more atoms: planarized where embedding twisted them, cis as well as trans."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem

from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.force_field import ConformerField
from molgen.geometry.torsions import dihedral_angles
from molgen.metrics.stereo import stereo_mask
from molgen.sampling.guards import MoleculeWarning

SMALLEST, LARGEST_STRAINED = 8, 11
"""Smaller rings hold cis amides only; in larger ones than the second nothing keeps an amide from being planar."""
TWISTED = np.radians(25.0)
"""Deviation from planar beyond which an amide is pulled."""
FLATTENING, TURNING = (0.0, 60.0, 0.0), 150.0
"""Barriers V1, V2, V3 (kcal/mol) of the term that flattens an amide, and the V1 that turns it over."""
PULL_STEPS, RELEASE_STEPS = 60, 80
BENT, STIFFENING, STIFF_STEPS = np.radians(15.0), (0.0, 30.0, 0.0), 40
"""A conformer with an amide so far from planar is minimized so far with these barriers added."""
MOST_COST = 4.0
"""kcal/mol of MMFF94s that planar amides may cost a conformer."""
TURNED_AT_ONCE = 4
MOST_TWISTED, MOST_TWISTED_MEDIUM = np.radians(25.0), np.radians(40.0)
"""Conformers with an amide further from planar, in a large ring and in one of eight to eleven atoms, are left out where
others are within: trans lactams of eight atoms are at 30 degrees."""
WINDOW = 12.0
"""Turned template conformers are kept up to so far above the lowest one, kcal/mol."""
_AMIDE = Chem.MolFromSmarts("[#6]-@[CX3](=[O,S])-@[NX3]-@[#6]")


def ring_amides(mol: Chem.Mol) -> NDArray[np.int64]:
    """[m, 4], torsions C-C(=O)-N-C along the rings of eight and more atoms, one for each amide bond."""
    torsions = {}
    for a, b, _, c, d in mol.GetSubstructMatches(_AMIDE):
        bond = mol.GetBondBetweenAtoms(b, c)
        if mol.GetRingInfo().MinBondRingSize(bond.GetIdx()) >= SMALLEST:
            torsions.setdefault(bond.GetIdx(), (a, b, c, d))
    return np.array(list(torsions.values()), dtype=np.int64).reshape(-1, 4)


def planarize_ring_amides(field: ConformerField, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Template conformers with planar ring amides, and in medium rings more of them, so that both cis and trans occur.

    Amides are pulled by extra torsional terms on all conformers at once, and released. Conformers whose stereo
    changes are dropped.

    Args:
        field: of the molecule.
        positions: [k, atoms, 3], Angstrom.

    Returns:
        [j, atoms, 3]: some of them flattened, turned ones appended; in large rings amides are turned over where none is
        planar otherwise, and those that stay twisted are left out where others are planar.
    """
    torsions = ring_amides(field.mol)
    if not len(torsions) or field.terms is None or not len(positions):
        return positions
    positions = _flattened(field, positions, torsions)
    sizes = [field.mol.GetRingInfo().MinBondRingSize(_bond(field.mol, torsion)) for torsion in torsions]
    for torsion, size in zip(torsions, sizes, strict=True):
        if size <= LARGEST_STRAINED:
            positions = np.concatenate([positions, _turned(field, positions, torsion)])
    large = torsions[np.array(sizes) > LARGEST_STRAINED]
    planar = (_twist(positions, large) < TWISTED).all(1)
    if not planar.any():
        positions = _flattened(field, np.concatenate([positions, _all_turned(field, positions, large)]), torsions)
        planar = (_twist(positions, large) < TWISTED).all(1)
    return positions[planar] if planar.any() else positions


def without_twisted_amides(field: ConformerField, positions: NDArray[np.float64]) -> NDArray[np.int64]:
    """Indices of the conformers whose ring amides are planar; all, with a warning, where none of them is.

    Args:
        field: of the molecule.
        positions: [k, atoms, 3], Angstrom.
    """
    every, torsions = np.arange(len(positions)), ring_amides(field.mol)
    if not len(torsions) or not len(positions) or field.restraints is not None:
        return every
    sizes = np.array([field.mol.GetRingInfo().MinBondRingSize(_bond(field.mol, torsion)) for torsion in torsions])
    twist = _twist(positions, torsions)
    planar = (twist < np.where(sizes > LARGEST_STRAINED, MOST_TWISTED, MOST_TWISTED_MEDIUM)).all(1)
    if planar.any():
        return every[planar]
    degrees = np.degrees(twist.max(1).min())
    warnings.warn(
        f"no conformer was found with planar amides in its rings: they are {degrees:.0f} degrees off and more",
        MoleculeWarning,
        stacklevel=3,
    )
    return every


def flatten_strained_amides(field: ConformerField, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Conformers whose ring amides are planar where that costs little; a copy.

    MMFF94s lets amides of strained rings twist by 20 to 30 degrees, which crystals do not show.

    Args:
        field: of the molecule.
        positions: [k, atoms, 3], minimized conformers, Angstrom.
    """
    torsions = ring_amides(field.mol)
    if not len(torsions) or field.terms is None or field.restraints is not None:
        return positions
    rows = np.flatnonzero((_twist(positions, torsions) > BENT).any(1))
    if not len(rows):
        return positions
    stiff = field.with_torsional_terms(torsions, np.tile(STIFFENING, (len(torsions), 1)))
    flat, _ = stiff.minimize(positions[rows], STIFF_STEPS)
    cost = field.energies(flat).values - field.energies(positions[rows]).values
    taken = (cost <= MOST_COST) & _has_stereo(field.mol, flat)
    settled = positions.copy()
    settled[rows[taken]] = flat[taken]
    return settled


def _flattened(field: ConformerField, positions: NDArray, torsions: NDArray) -> NDArray[np.float64]:
    """Conformers after their twisted amides were pulled to the nearer plane and, where they come back, to the other."""
    positions = _pulled_where_twisted(field, positions, torsions, torsions, np.tile(FLATTENING, (len(torsions), 1)))
    for torsion in torsions:
        for rows, barrier in _ways_over(positions, torsion):
            positions[rows] = _pulled_where_twisted(field, positions[rows], torsion[None], torsions, barrier)
    return positions


def _ways_over(positions: NDArray, torsion: NDArray) -> list[tuple[NDArray[np.bool_], NDArray[np.float64]]]:
    """Conformers in which an amide is cis, and the barrier that makes it trans; and the other way round."""
    is_cis = np.cos(_angles(positions, torsion[None])[:, 0]) > 0
    return [(rows, np.array([[sign * TURNING, 0.0, 0.0]])) for rows, sign in ((is_cis, 1), (~is_cis, -1)) if rows.any()]


def _pulled_where_twisted(
    field: ConformerField, positions: NDArray, pulled: NDArray, torsions: NDArray, barriers: NDArray
) -> NDArray[np.float64]:
    """A copy in which conformers with a twisted amide among ``pulled`` are pulled, if all their amides gain by it."""
    positions = positions.copy()
    rows = np.flatnonzero((_twist(positions, pulled) > TWISTED).any(1))
    if len(rows):
        moved = _pulled(field, positions[rows], pulled, barriers)
        gains = _twist(moved, torsions).max(1) < _twist(positions[rows], torsions).max(1)
        taken = gains & _has_stereo(field.mol, moved)
        positions[rows[taken]] = moved[taken]
    return positions


def _turned(field: ConformerField, positions: NDArray, torsion: NDArray) -> NDArray[np.float64]:
    """Conformers in which an amide has the arrangement, cis or trans, that none of the given ones has."""
    is_cis = np.cos(_angles(positions, torsion[None])[:, 0]) > 0
    if is_cis.any() and not is_cis.all():
        return positions[:0]
    wanted = -1 if is_cis.all() else 1  # the sign of the cosine
    energies = field.energies(positions).values
    start = positions[np.argsort(energies, kind="stable")[:TURNED_AT_ONCE]]
    turned = _pulled(field, start, torsion[None], np.array([[-wanted * TURNING, 0.0, 0.0]]))
    arrived = wanted * np.cos(_angles(turned, torsion[None])[:, 0]) > 0
    low = field.energies(turned).values <= np.nanmin(energies) + WINDOW
    return turned[arrived & low & _has_stereo(field.mol, turned)]


def _all_turned(field: ConformerField, positions: NDArray, torsions: NDArray) -> NDArray[np.float64]:
    """A few conformers with the first amide turned over, with the first two, and so on."""
    turned, current = [positions[:0]], positions[:TURNED_AT_ONCE]
    for torsion in torsions:
        current = current.copy()
        for rows, barrier in _ways_over(current, torsion):
            current[rows] = _pulled(field, current[rows], torsion[None], barrier)
        turned.append(current[_has_stereo(field.mol, current)])
    return np.concatenate(turned)


def _pulled(field: ConformerField, positions: NDArray, torsions: NDArray, barriers: NDArray) -> NDArray[np.float64]:
    biased = field.with_torsional_terms(torsions, barriers)
    pulled, _ = biased.minimize(positions, PULL_STEPS, electrostatics=False)
    return field.minimize(pulled, RELEASE_STEPS, electrostatics=False)[0]


def _has_stereo(mol: Chem.Mol, positions: NDArray) -> NDArray[np.bool_]:
    return stereo_mask(mol, with_conformers(mol, positions))


def _twist(positions: NDArray, torsions: NDArray) -> NDArray[np.float64]:
    """Deviations from cis or trans, whichever is nearer, [k, m] in radian."""
    return np.arcsin(np.clip(np.abs(np.sin(_angles(positions, torsions))), 0.0, 1.0))


def _angles(positions: NDArray, torsions: NDArray) -> NDArray[np.float64]:
    return dihedral_angles(torch.from_numpy(positions), torch.from_numpy(torsions)).numpy()


def _bond(mol: Chem.Mol, torsion: NDArray) -> int:
    return mol.GetBondBetweenAtoms(int(torsion[1]), int(torsion[2])).GetIdx()
