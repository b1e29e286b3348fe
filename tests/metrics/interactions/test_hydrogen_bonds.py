"""A hydrogen bond is near and straight enough, and a group that turns has each of its hydrogens once."""

import numpy as np
import pytest
from interacting_groups import donor, groups

from molgen.metrics.interactions.hydrogen_bonds import hydrogen_bonds
from molgen.metrics.interactions.shared_protons import shared_protons

ALONG_X = (1.0, 0.0, 0.0)


def at_angle(distance: float, degrees: float) -> tuple[float, float, float]:
    """Where an acceptor lies so that the angle at a hydrogen at (1, 0, 0) is this wide."""
    away = np.pi - np.deg2rad(degrees)  # between the bond and the line from the hydrogen
    reach = -np.cos(away) + np.sqrt(distance**2 - np.sin(away) ** 2)
    return (1.0 + reach * np.cos(away), reach * np.sin(away), 0.0)


@pytest.mark.parametrize(
    ("distance", "degrees", "bonded"), [(2.9, 180, True), (3.49, 121, True), (3.51, 180, False), (2.9, 119, False)]
)
def test_a_hydrogen_bond_is_within_3_5_angstrom_and_wider_than_120_degrees(distance, degrees, bonded) -> None:
    given = groups(donors=[donor(0, ALONG_X)])
    taken = groups([at_angle(distance, degrees)], acceptors=[0])
    for first, second, role in ((given, taken, "donor"), (taken, given, "acceptor")):
        matches = hydrogen_bonds(first, second)
        assert [match.role for match in matches] == [role] * bonded
        for match in matches:
            assert match.distance == pytest.approx(distance, abs=1e-6)
            assert match.angle == pytest.approx(np.deg2rad(degrees), abs=1e-6)


def test_a_hydroxyl_gives_its_hydrogen_to_one_of_two_opposite_acceptors_an_ammonium_to_both() -> None:
    partners = groups([(0.9, 2.6, 0.0), (0.9, -1.3, 2.25)], acceptors=[0, 1])
    hydroxyl = groups(donors=[donor(axis=np.array(ALONG_X), count=1)])
    ammonium = groups(donors=[donor(axis=np.array(ALONG_X), count=3)])
    assert (len(hydrogen_bonds(hydroxyl, partners)), len(hydrogen_bonds(ammonium, partners))) == (1, 2)


def test_of_two_hydroxyls_one_gives_and_one_takes() -> None:
    own = groups(donors=[donor(0, ALONG_X)], acceptors=[0])
    other = groups([(2.8, 0.0, 0.0)], donors=[donor(0, (-0.8, 0.6, 0.0))], acceptors=[0])
    assert [match.role for match in hydrogen_bonds(own, other)] == ["donor"]


def test_a_bare_ring_nitrogen_and_a_carboxylate_share_a_proton_but_two_ring_nitrogens_do_not() -> None:
    ring = groups([(0, 0, 0), (-0.7, 1.15, 0), (-0.7, -1.15, 0)], acceptors=[0], bases=[0], neighbors={0: [1, 2]})
    acid = groups([(2.7, 0, 0), (3.3, 1.1, 0)], acceptors=[0], anions=[(0,)], neighbors={0: [1]})
    base = groups([(2.7, 0, 0), (3.3, 1.1, 0)], acceptors=[0], bases=[0], neighbors={0: [1]})
    far = groups([(3.3, 0, 0), (3.9, 1.1, 0)], acceptors=[0], anions=[(0,)], neighbors={0: [1]})
    shared = list(shared_protons(ring, acid))
    assert [(match.kind, match.role, match.assumed) for match in shared] == [("hbond", "donor", True)]
    assert [match.role for match in shared_protons(acid, ring)] == ["acceptor"]
    assert not list(shared_protons(ring, base))
    assert not list(shared_protons(ring, far))
