"""Hydrogen bonds: a donor near an acceptor whose hydrogen points at it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from molgen.metrics.interactions.geometry import LIMITS, close_pairs
from molgen.metrics.interactions.groups.hydrogens import donor_angles
from molgen.metrics.interactions.groups.records import Donor, Groups
from molgen.metrics.interactions.records import Match


def hydrogen_bonds(ligand: Groups, receptor: Groups) -> list[Match]:
    """At most one for each pair of atoms: where both can donate, the one whose hydrogen points better."""
    best: dict[tuple[int, int], Match] = {}
    for match in _both_ways(ligand, receptor):
        pair = (match.ligand_atoms[0], match.receptor_atoms[0])
        if pair not in best or (match.angle or 0.0) > (best[pair].angle or 0.0):
            best[pair] = match
    return [best[pair] for pair in sorted(best)]


def _both_ways(ligand: Groups, receptor: Groups) -> Iterator[Match]:
    for donor, acceptor, distance, angle in donations(ligand, receptor):
        ends = np.array([ligand.positions[donor.atom], receptor.positions[acceptor]])
        yield Match("hbond", "donor", (donor.atom,), (acceptor,), distance, angle, ends)
    for donor, acceptor, distance, angle in donations(receptor, ligand):
        ends = np.array([ligand.positions[acceptor], receptor.positions[donor.atom]])
        yield Match("hbond", "acceptor", (acceptor,), (donor.atom,), distance, angle, ends)


def donations(giver: Groups, taker: Groups) -> Iterator[tuple[Donor, int, float, float | None]]:
    """Donor, acceptor, their distance in Angstrom, and the angle at the hydrogen (None where it can be anywhere)."""
    donors = {donor.atom: donor for donor in giver.donors}
    pairs = close_pairs(giver.positions, sorted(donors), taker.positions, taker.acceptors, LIMITS.hbond)
    for atom, near in groupby(pairs, key=lambda pair: pair[0]):
        partners = [(acceptor, distance) for _, acceptor, distance in near if distance > 0]
        if not partners:
            continue
        places = taker.positions[[acceptor for acceptor, _ in partners]]
        angles = donor_angles(donors[atom], giver.positions[atom], places)
        for k, (acceptor, distance) in enumerate(partners):
            angle = None if angles is None else angles[k]
            if angle is None or np.rad2deg(angle) >= LIMITS.hbond_angle:
                yield donors[atom], acceptor, distance, angle
