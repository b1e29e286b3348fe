"""Each kind of interaction within its published limits, and not beyond them."""

import numpy as np
import pytest
from interacting_groups import donor, groups, hexagon

from molgen.metrics.interactions.contacts import hydrophobic_contacts, metal_contacts, salt_bridges
from molgen.metrics.interactions.groups.records import ring_of
from molgen.metrics.interactions.halogen_bonds import halogen_bonds
from molgen.metrics.interactions.ring_contacts import cation_pi, pi_stacking
from molgen.metrics.interactions.water_bridges import water_bridges

RING = groups(hexagon(), rings=[ring_of(range(6), hexagon())])


def ring_at(center, normal="z"):
    return groups(hexagon(center, normal), rings=[ring_of(range(6), hexagon(center, normal))])


@pytest.mark.parametrize(
    ("center", "normal", "roles"),
    [
        ((0, 0, 3.6), "z", ["parallel"]),
        ((1.4, 0, 3.5), "z", ["parallel"]),
        ((3.5, 0, 3.5), "z", []),  # aside
        ((0, 0, 5.6), "z", []),
        ((0, 0, 5.0), "x", ["T-shaped"]),
        ((0, 0, 6.6), "x", []),
        ((5.0, 0, 0), "y", []),  # edge to edge, the planes meet outside
    ],
)
def test_rings_stack_parallel_or_t_shaped(center, normal, roles) -> None:
    assert [match.role for match in pi_stacking(RING, ring_at(center, normal))] == roles
    assert [match.role for match in pi_stacking(ring_at(center, normal), RING)] == roles


@pytest.mark.parametrize(("place", "found"), [((0, 0, 4.4), True), ((0, 0, 4.6), False), ((2.4, 0, 3.5), False)])
def test_a_cation_lies_above_a_ring_on_either_side(place, found) -> None:
    cation = groups([place], cations=[(0,)])
    assert [match.role for match in cation_pi(cation, RING)] == ["cation"] * found
    assert [match.role for match in cation_pi(RING, cation)] == ["ring"] * found


def test_a_salt_bridge_joins_opposite_charges_whose_nearest_atoms_are_within_4_5_angstrom() -> None:
    acid = groups([(0, 0, 0), (2.2, 0, 0)], anions=[(0, 1)])
    near, far = (groups([(x, 0, 0)], cations=[(0,)]) for x in (6.6, 6.8))
    (match,) = salt_bridges(acid, near)
    assert (match.role, match.ligand_atoms) == ("anion", (0, 1))
    assert match.distance == pytest.approx(4.4)
    assert not salt_bridges(acid, far)
    assert not salt_bridges(acid, acid)


@pytest.mark.parametrize(("distance", "bend", "found"), [(3.2, 0, True), (3.6, 0, False), (3.2, 60, False)])
def test_a_halogen_bond_is_straight_at_the_halogen(distance, bend, found) -> None:
    turn = np.deg2rad(bend)
    chloride = groups([(-1.7, 0, 0), (0, 0, 0)], halogens=[(1, 0)])
    oxygen = np.array([distance * np.cos(turn), distance * np.sin(turn), 0])
    carbon = oxygen + np.array([0.6, 1.05, 0])
    carbonyl = groups([oxygen, carbon], acceptors=[0], neighbors={0: [1]})
    assert [match.role for match in halogen_bonds(chloride, carbonyl)] == ["donor"] * found


@pytest.mark.parametrize(("kind", "limit"), [("hydrophobic", 4.0), ("metal", 2.8)])
def test_contacts_end_at_their_limit(kind, limit) -> None:
    finder = {"hydrophobic": hydrophobic_contacts, "metal": metal_contacts}[kind]
    own = groups(hydrophobic=[0], chelators=[0])
    near, far = (groups([(limit + x, 0, 0)], hydrophobic=[0], metals=[0]) for x in (-0.01, 0.01))
    assert [match.kind for match in finder(own, near)] == [kind]
    assert not finder(own, far)


@pytest.mark.parametrize(("degrees", "bridged"), [(105, True), (60, False), (170, False)])
def test_a_water_between_two_acceptors_is_a_bridge_at_the_angles_of_water(degrees, bridged) -> None:
    turn = np.deg2rad(degrees)
    water = groups([(0, 0, 0)], donors=[donor(0)], acceptors=[0])
    ligand = groups([(2.8, 0, 0)], acceptors=[0])
    receptor = groups([(2.9 * np.cos(turn), 2.9 * np.sin(turn), 0)], acceptors=[0])
    bridges = water_bridges(ligand, receptor, water)
    assert [(match.role, match.water) for match in bridges] == [("acceptor", 0)] * bridged
