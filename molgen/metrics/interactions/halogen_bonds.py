"""Halogen bonds: chlorine, bromine or iodine on carbon with its sigma hole at a lone pair."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from molgen.metrics.interactions.geometry import LIMITS, close_pairs
from molgen.metrics.interactions.groups.records import Groups, angle_between
from molgen.metrics.interactions.records import Match


def halogen_bonds(ligand: Groups, receptor: Groups) -> list[Match]:
    """With the ligand as donor (its halogen) or acceptor."""
    matches = []
    for halogen, acceptor, distance, angle in _bonds(ligand, receptor):
        ends = np.array([ligand.positions[halogen], receptor.positions[acceptor]])
        matches.append(Match("halogen_bond", "donor", (halogen,), (acceptor,), distance, angle, ends))
    for halogen, acceptor, distance, angle in _bonds(receptor, ligand):
        ends = np.array([ligand.positions[acceptor], receptor.positions[halogen]])
        matches.append(Match("halogen_bond", "acceptor", (acceptor,), (halogen,), distance, angle, ends))
    return matches


def _bonds(giver: Groups, taker: Groups) -> Iterator[tuple[int, int, float, float]]:
    """Halogen, acceptor, distance in Angstrom, angle at the halogen in radian."""
    carbons = dict(giver.halogens)
    acceptors = sorted({*taker.acceptors, *taker.chelators})
    for halogen, acceptor, distance in close_pairs(
        giver.positions, sorted(carbons), taker.positions, acceptors, LIMITS.halogen_bond
    ):
        x, target = giver.positions[halogen], taker.positions[acceptor]
        angle = angle_between(giver.positions[carbons[halogen]] - x, target - x)
        if np.rad2deg(angle) >= LIMITS.halogen_angle and _meets_lone_pair(x, acceptor, taker):
            yield halogen, acceptor, distance, angle


def _meets_lone_pair(halogen: np.ndarray, acceptor: int, taker: Groups) -> bool:
    """Whether the halogen lies where an acceptor has its lone pairs, seen from one of its neighbors."""
    least, most = np.deg2rad(LIMITS.acceptor_angle)
    target = taker.positions[acceptor]
    around = taker.neighbors.get(acceptor, ())
    angles = [angle_between(halogen - target, taker.positions[end] - target) for end in around]
    return not angles or any(least <= angle <= most for angle in angles)
