"""Interactions that are told by a distance: salt bridges, hydrophobic contacts, metal coordination."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from molgen.metrics.interactions.geometry import LIMITS, close_pairs
from molgen.metrics.interactions.groups.records import Groups
from molgen.metrics.interactions.records import Match


def salt_bridges(ligand: Groups, receptor: Groups) -> list[Match]:
    """Between groups of opposite charge."""
    return [
        *_opposite(ligand, ligand.cations, receptor, receptor.anions, "cation"),
        *_opposite(ligand, ligand.anions, receptor, receptor.cations, "anion"),
    ]


def _opposite(
    ligand: Groups, own: Sequence[tuple[int, ...]], receptor: Groups, other: Sequence[tuple[int, ...]], role: str
) -> Iterator[Match]:
    for group in own:
        for partner in other:
            distances = _distances(ligand.positions[list(group)], receptor.positions[list(partner)])
            nearest = float(distances.min())
            if nearest <= LIMITS.salt_bridge:
                i, j = np.unravel_index(int(distances.argmin()), distances.shape)
                ends = np.array([ligand.positions[group[i]], receptor.positions[partner[j]]])
                yield Match("salt_bridge", role, group, partner, nearest, None, ends)


def hydrophobic_contacts(ligand: Groups, receptor: Groups) -> list[Match]:
    """All pairs of hydrophobic atoms that are near."""
    pairs = close_pairs(
        ligand.positions, ligand.hydrophobic, receptor.positions, receptor.hydrophobic, LIMITS.hydrophobic
    )
    return [_pair("hydrophobic", "", ligand, receptor, *pair) for pair in pairs]


def metal_contacts(ligand: Groups, receptor: Groups) -> list[Match]:
    """Atoms of the ligand with a lone pair on a metal of the receptor."""
    pairs = close_pairs(ligand.positions, ligand.chelators, receptor.positions, receptor.metals, LIMITS.metal)
    return [_pair("metal", "", ligand, receptor, *pair) for pair in pairs]


def _pair(kind, role: str, ligand: Groups, receptor: Groups, own: int, other: int, distance: float) -> Match:
    ends = np.array([ligand.positions[own], receptor.positions[other]])
    return Match(kind, role, (own,), (other,), distance, None, ends)


def _distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.linalg.norm(first[:, None] - second[None], axis=2)
