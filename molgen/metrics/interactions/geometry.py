"""The published thresholds, and the pairs of atoms that are near enough to be looked at.

Those of ProLIF 2 (Bouysset and Fiorucci, J. Cheminform. 2021, 13, 72), with two exceptions. Hydrophobic contacts and
the angle at the water of a bridge are those of PLIP (Salentin et al., Nucleic Acids Res. 2015, 43, W443). A hydrogen
bond may be as bent as 120 degrees (Baker and Hubbard, Prog. Biophys. Mol. Biol. 1984, 44, 97): between the 130 of
ProLIF and the 100 of PLIP, as hydrogens are set here and docked poses are some tenths of an Angstrom off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree


@dataclass(frozen=True)
class Thresholds:
    """Distances in Angstrom, angles in degrees.

    Attributes:
        hbond: donor to acceptor; hbond_angle: least donor-hydrogen-acceptor;
            shared_proton: between two acceptors with an acid among them.
        salt_bridge: between the nearest atoms of two charged groups.
        halogen_bond: halogen to acceptor; halogen_angle: least carbon-halogen-acceptor; acceptor_angle: range of
            halogen-acceptor-neighbor.
        parallel, t_shaped: between two ring centers; parallel_tilt: largest angle of the planes; t_shaped_tilt: least;
            parallel_offset, t_shaped_offset: largest angle of a normal and the line between the centers;
            t_shaped_reach: from the center of a ring to the line in which the two planes meet.
        cation_pi: charge to ring center; cation_angle: largest angle from the normal.
        hydrophobic: between two atoms.
        metal: metal to the atom that binds it.
        water_angle: range at the water of a bridge.
    """

    hbond: float = 3.5
    hbond_angle: float = 120.0
    shared_proton: float = 3.2
    salt_bridge: float = 4.5
    halogen_bond: float = 3.5
    halogen_angle: float = 130.0
    acceptor_angle: tuple[float, float] = (80.0, 140.0)
    parallel: float = 5.5
    parallel_tilt: float = 35.0
    parallel_offset: float = 33.0
    t_shaped: float = 6.5
    t_shaped_tilt: float = 50.0
    t_shaped_offset: float = 30.0
    t_shaped_reach: float = 1.5
    cation_pi: float = 4.5
    cation_angle: float = 30.0
    hydrophobic: float = 4.0
    metal: float = 2.8
    water_angle: tuple[float, float] = (71.0, 140.0)


LIMITS = Thresholds()


def close_pairs(
    first: np.ndarray, own: Sequence[int], second: np.ndarray, other: Sequence[int], cutoff: float
) -> list[tuple[int, int, float]]:
    """Pairs of atoms of two structures within a distance, in order.

    Args:
        first: float64 [N, 3], Angstrom; own: the atoms of it that count.
        second: float64 [M, 3]; other: the atoms of it that count.
        cutoff: Angstrom.

    Returns:
        (atom of the first, atom of the second, distance).
    """
    if not len(own) or not len(other):
        return []
    near = KDTree(first[list(own)]).sparse_distance_matrix(KDTree(second[list(other)]), cutoff, output_type="ndarray")
    return sorted((int(own[row["i"]]), int(other[row["j"]]), float(row["v"])) for row in near)
