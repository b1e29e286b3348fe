"""Interactions of aromatic rings: pi stacking, parallel and T-shaped, and cation-pi."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from molgen.metrics.interactions.geometry import LIMITS
from molgen.metrics.interactions.groups.records import Groups, Ring, line_angle
from molgen.metrics.interactions.records import Match


def pi_stacking(ligand: Groups, receptor: Groups) -> list[Match]:
    """Pairs of rings."""
    return list(filter(None, (_stacked(own, other) for own in ligand.rings for other in receptor.rings)))


def _stacked(ring: Ring, other: Ring) -> Match | None:
    line = other.center - ring.center
    distance = float(np.linalg.norm(line))
    if distance > LIMITS.t_shaped:
        return None
    tilt = line_angle(ring.normal, other.normal)
    offset = min(line_angle(ring.normal, line), line_angle(other.normal, line))
    degrees, aside = np.rad2deg(tilt), np.rad2deg(offset)
    if distance <= LIMITS.parallel and degrees <= LIMITS.parallel_tilt and aside <= LIMITS.parallel_offset:
        role = "parallel"
    elif degrees >= LIMITS.t_shaped_tilt and aside <= LIMITS.t_shaped_offset and _planes_meet_inside(ring, other, tilt):
        role = "T-shaped"
    else:
        return None
    ends = np.array([ring.center, other.center])
    return Match("pi_stacking", role, ring.atoms, other.atoms, distance, tilt, ends)


def _planes_meet_inside(ring: Ring, other: Ring, tilt: float) -> bool:
    """Whether the line in which the planes of two rings meet passes within one of the rings."""
    line = ring.center - other.center
    away = min(abs(line @ ring.normal), abs(line @ other.normal)) / np.sin(tilt)
    return bool(away <= LIMITS.t_shaped_reach)


def cation_pi(ligand: Groups, receptor: Groups) -> list[Match]:
    """A charge above a ring, on either side."""
    contacts = []
    for group, ring, distance, angle, atom in _above(ligand, receptor):
        ends = np.array([ligand.positions[atom], ring.center])
        contacts.append(Match("cation_pi", "cation", group, ring.atoms, distance, angle, ends))
    for group, ring, distance, angle, atom in _above(receptor, ligand):
        ends = np.array([ring.center, receptor.positions[atom]])
        contacts.append(Match("cation_pi", "ring", ring.atoms, group, distance, angle, ends))
    return contacts


def _above(charged: Groups, aromatic: Groups) -> Iterator[tuple[tuple[int, ...], Ring, float, float, int]]:
    """Group, ring, distance in Angstrom, angle from the normal in radian, and the atom of the group that is nearest."""
    for group in charged.cations:
        for ring in aromatic.rings:
            lines = charged.positions[list(group)] - ring.center
            distances = np.linalg.norm(lines, axis=1)
            angles = np.array([line_angle(ring.normal, line) for line in lines])
            fits = (distances <= LIMITS.cation_pi) & (np.rad2deg(angles) <= LIMITS.cation_angle)
            if fits.any():
                nearest = int(np.where(fits, distances, np.inf).argmin())
                yield group, ring, float(distances[nearest]), float(angles[nearest]), group[nearest]
