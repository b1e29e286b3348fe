"""Laying one structure of a protein over another by the residues around a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.spatial import KDTree

from molgen.chem.comparison.counterparts import chains_of, counterparts
from molgen.chem.proteins.structure import Protein
from molgen.errors import InputError
from molgen.geometry.alignment import kabsch

REACH = 8.0
"""Angstrom from the points; residues with an atom within it line the place."""
_LEAST_IDENTITY = 0.4
_LEAST_PAIRS = 4
_FAR = 6.0
"""Angstrom between two CA atoms that are no counterparts."""

Pairs = np.ndarray
"""int64 [k, 2]: indices of residues of the mobile structure and of the target."""


@dataclass(frozen=True)
class Superposition:
    """How a structure lies over another.

    Attributes:
        protein: the mobile structure, moved.
        pairs: int64 [k, 2], residues of it and of the target that are counterparts, in all chains that were matched.
        lining: int64 [l], residues of the target that line the place.
        rmsd: Angstrom, of the CA (or P) atoms of lining residues that have a counterpart.
        identity: share of the lining residues whose counterpart has the same name.
        rotation, translation: float64 [3, 3] and [3]: x -> rotation x + translation.
    """

    protein: Protein
    pairs: Pairs
    lining: np.ndarray
    rmsd: float
    identity: float
    rotation: np.ndarray
    translation: np.ndarray

    def counterpart(self) -> dict[int, int]:
        """Residue of the target -> residue of the mobile structure."""
        return {int(theirs): int(ours) for ours, theirs in self.pairs}


def superposed(mobile: Protein, target: Protein, points: np.ndarray, reach: float = REACH) -> Superposition:
    """Lay one structure over another by the CA atoms of the residues around some points.

    Chains are matched by sequence; where several of the mobile structure have it (a dimer), the ones that fit best. A
    pocket between chains is matched as a whole. The motion is that of least squares (Kabsch 1976).

    Args:
        mobile: what is moved.
        target: what it is laid over.
        points: float [k, 3] in the frame of the target, the atoms of its ligand, say; Angstrom.
        reach: Angstrom; residues nearer than this to a point are laid over each other.

    Raises:
        InputError: no chain of the mobile structure is at least 40 % identical with one that lines the place, or fewer
            than four of the residues around it have a counterpart.
    """
    lining = residues_near(target, points, reach)
    lining = lining[[target.residues[k].kind == "polymer" for k in lining]]
    if not len(lining):
        raise InputError("no residue lies around the place", source=target.source or None)
    best = max(_matches(mobile, target, lining), key=lambda fit: (fit.close, -fit.rmsd), default=None)
    if best is None or best.close < _LEAST_PAIRS:
        raise InputError(f"has no counterpart of the pocket of {target.source or 'the other'}", source=mobile.source)
    partner = {int(theirs): int(ours) for ours, theirs in best.pairs}
    same = [k in partner and mobile.residues[partner[k]].name == target.residues[k].name for k in lining.tolist()]
    moved = replace(mobile, positions=mobile.positions @ best.rotation.T + best.translation, copies=())
    return Superposition(moved, best.pairs, lining, best.rmsd, float(np.mean(same)), best.rotation, best.translation)


def residues_near(protein: Protein, points: np.ndarray, reach: float) -> np.ndarray:
    """Indices of the residues with an atom within ``reach`` (Angstrom) of a point, int64, ascending."""
    distance, _ = KDTree(points).query(protein.positions, distance_upper_bound=reach)
    return np.unique(protein.residue_index[np.isfinite(distance)]).astype(np.int64)


@dataclass(frozen=True)
class _Fit:
    pairs: Pairs
    rotation: np.ndarray
    translation: np.ndarray
    rmsd: float
    close: int


def _matches(mobile: Protein, target: Protein, lining: np.ndarray) -> list[_Fit]:
    """A fit for each chain of the mobile structure that the main chain of the place may be."""
    theirs, ours = chains_of(target), chains_of(mobile)
    lined = sorted((c for c in theirs if np.isin(theirs[c], lining).any()), key=lambda c: -_count(theirs[c], lining))
    anchors, central = _traced(mobile), _traced(target)

    def alike(chain: str) -> dict[str, Pairs]:
        matched = {own: counterparts(mobile, target, ours[own], theirs[chain]) for own in ours}
        return {own: pairs for own, (pairs, identity) in matched.items() if identity >= _LEAST_IDENTITY}

    candidates = {chain: alike(chain) for chain in lined}
    fits = []
    for own, pairs in candidates[lined[0]].items():
        fit = _fitted(pairs, lining, anchors, central)
        for chain in lined[1:]:
            added = _nearest_chain(candidates[chain], {own}, fit, lining, anchors, central) if fit else None
            if added is not None:
                fit = _fitted(np.concatenate([pairs, added]), lining, anchors, central)
                pairs = np.concatenate([pairs, added])
        if fit is not None:
            fits.append(fit)
    return fits


def _nearest_chain(
    candidates: Mapping[str, Pairs],
    taken: set[str],
    fit: _Fit,
    lining: np.ndarray,
    anchors: np.ndarray,
    central: np.ndarray,
) -> Pairs | None:
    """The chain that lies where it should once the main one is in place."""
    best, least = None, _FAR
    for own, pairs in candidates.items():
        rows = _usable(pairs, lining, anchors, central)
        if own in taken or not len(rows):
            continue
        moved = anchors[rows[:, 0]] @ fit.rotation.T + fit.translation
        apart = float(np.median(np.linalg.norm(moved - central[rows[:, 1]], axis=1)))
        if apart < least:
            best, least = pairs, apart
    return best


def _fitted(pairs: Pairs, lining: np.ndarray, anchors: np.ndarray, central: np.ndarray) -> _Fit | None:
    rows = _usable(pairs, lining, anchors, central)
    if len(rows) < _LEAST_PAIRS:
        return None
    start, goal = anchors[rows[:, 0]], central[rows[:, 1]]
    motion = kabsch(torch.from_numpy(start), torch.from_numpy(goal))
    rotation, translation = motion.rotation.numpy(), motion.translation.numpy()
    apart = np.linalg.norm(start @ rotation.T + translation - goal, axis=1)
    return _Fit(pairs, rotation, translation, float(np.sqrt((apart**2).mean())), int((apart < _FAR).sum()))


def _usable(pairs: Pairs, lining: np.ndarray, anchors: np.ndarray, central: np.ndarray) -> Pairs:
    """The pairs of lining residues whose CA atoms both structures have."""
    rows = pairs[np.isin(pairs[:, 1], lining)]
    return rows[np.isfinite(anchors[rows[:, 0], 0]) & np.isfinite(central[rows[:, 1], 0])]


def _traced(protein: Protein) -> np.ndarray:
    """float64 [R, 3]: the CA (nucleotides: P) atom of each residue, NaN where it has none."""
    traced = np.full((len(protein.residues), 3), np.nan)
    for atom, name in enumerate(protein.atom_names):
        if name in ("CA", "P"):
            residue = protein.residue_index[atom]
            if protein.residues[residue].kind == "polymer":
                traced[residue] = protein.positions[atom]
    return traced


def _count(chain: np.ndarray, lining: np.ndarray) -> int:
    return int(np.isin(chain, lining).sum())
