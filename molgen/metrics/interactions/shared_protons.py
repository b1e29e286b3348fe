"""Hydrogen bonds of a proton that neither side is drawn with.

A carboxylate and the ring nitrogen of an aminopyrimidine, or two carboxylates, that lie within 3.2 Angstrom of one
another share a proton, whatever the pH would leave on either of them alone: two lone pairs would repel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from molgen.metrics.interactions.geometry import LIMITS, close_pairs
from molgen.metrics.interactions.groups.hydrogens import proton_angle
from molgen.metrics.interactions.groups.records import Groups, unit
from molgen.metrics.interactions.records import Match


def shared_protons(ligand: Groups, receptor: Groups) -> Iterator[Match]:
    """Pairs of an acid's oxygen with a nitrogen that only accepts, or with the oxygen of another acid."""
    own, other = _acid_oxygens(ligand), _acid_oxygens(receptor)
    for first, second, distance in close_pairs(
        ligand.positions, _bare(ligand), receptor.positions, _bare(receptor), LIMITS.shared_proton
    ):
        if first not in own and second not in other:
            continue
        if not (first in own or first in ligand.bases) or not (second in other or second in receptor.bases):
            continue
        ends = np.array([ligand.positions[first], receptor.positions[second]])
        if first in own:
            angle = _angle(receptor, second, ends[0])
            role = "acceptor"
        else:
            angle = _angle(ligand, first, ends[1])
            role = "donor"
        if np.rad2deg(angle) >= LIMITS.hbond_angle:
            yield Match("hbond", role, (first,), (second,), distance, angle, ends, assumed=True)


def _bare(groups: Groups) -> Sequence[int]:
    """Acceptors that are no donors."""
    donors = {donor.atom for donor in groups.donors}
    return [atom for atom in groups.acceptors if atom not in donors]


def _acid_oxygens(groups: Groups) -> set[int]:
    accepting = set(groups.acceptors)
    return {atom for group in groups.anions for atom in group if atom in accepting}


def _angle(groups: Groups, atom: int, partner: np.ndarray) -> float:
    """The angle at the proton, radian: opposite to the bonds of a nitrogen, turned to the partner on an acid."""
    x = groups.positions[atom]
    bonds = unit(groups.positions[list(groups.neighbors[atom])] - x)
    return proton_angle(x, partner, -unit(bonds.sum(axis=0)), turns=len(bonds) == 1)
