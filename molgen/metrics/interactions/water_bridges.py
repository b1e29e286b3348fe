"""Water bridges: a kept water with hydrogen bonds to the ligand and to the receptor."""

from __future__ import annotations

import numpy as np

from molgen.metrics.interactions.geometry import LIMITS
from molgen.metrics.interactions.groups.records import Groups, angle_between
from molgen.metrics.interactions.hydrogen_bonds import hydrogen_bonds
from molgen.metrics.interactions.records import Match


def water_bridges(ligand: Groups, receptor: Groups, waters: Groups) -> list[Match]:
    """One for each pair of a ligand atom and a receptor atom on the same water.

    Args:
        ligand: its groups.
        receptor: without waters.
        waters: the oxygens, as donors and acceptors, with the indices of the receptor.
    """
    bridges = []
    to_ligand = hydrogen_bonds(ligand, waters)
    touched = {match.receptor_atoms[0] for match in to_ligand}
    to_receptor = hydrogen_bonds(waters.hydrogen_bonding(touched), receptor)
    for inner in to_ligand:
        for outer in to_receptor:
            water = inner.receptor_atoms[0]
            if outer.ligand_atoms[0] != water:
                continue
            middle = waters.positions[water]
            angle = angle_between(inner.ends[0] - middle, outer.ends[1] - middle)
            least, most = LIMITS.water_angle
            if least <= np.rad2deg(angle) <= most:
                ends = np.array([inner.ends[0], outer.ends[1]])
                atoms = (inner.ligand_atoms, outer.receptor_atoms)
                bridges.append(Match("water_bridge", inner.role, *atoms, inner.distance, angle, ends, water))
    return bridges
