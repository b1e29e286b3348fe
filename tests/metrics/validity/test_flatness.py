"""Distances from a plane at and beside their limits, and which atoms belong to planes."""

import pytest
import torch
from rdkit import Chem

from molgen.metrics.validity.flatness import all_flat, aromatic_rings, double_bonds, none_flat, puckered_rings

HEXAGON = torch.tensor([[1, 0, 0], [0.5, 0.87, 0], [-0.5, 0.87, 0], [-1, 0, 0], [-0.5, -0.87, 0], [0.5, -0.87, 0]])
RING = (torch.arange(6)[None],)


def chair(height: float) -> torch.Tensor:
    """A ring whose atoms lie so far above and below their plane, [1, 6, 3]."""
    ring = HEXAGON.double().clone()
    ring[:, 2] = height * torch.tensor([1, -1, 1, -1, 1, -1])
    return ring[None]


@pytest.mark.parametrize(("height", "flat"), [(0.0, True), (0.24, True), (0.26, False)])
def test_a_quarter_angstrom_from_the_plane_is_flat(height: float, flat: bool) -> None:
    assert all_flat(chair(height), RING).tolist() == [flat]


@pytest.mark.parametrize(("height", "puckered"), [(0.0, False), (0.04, False), (0.06, True), (0.3, True)])
def test_a_saturated_ring_in_a_plane_is_named(height: float, puckered: bool) -> None:
    assert none_flat(chair(height), RING).tolist() == [puckered]


def test_a_molecule_without_planes_passes_both() -> None:
    assert all_flat(chair(1.0), ()).tolist() == none_flat(chair(0.0), ()).tolist() == [True]


def test_the_atoms_of_planes_are_found() -> None:
    toluene, propene = Chem.MolFromSmiles("Cc1ccccc1"), Chem.MolFromSmiles("CC(C)=C(C)C")
    assert sorted(aromatic_rings(toluene)[-1][0].tolist()) == [1, 2, 3, 4, 5, 6]
    assert sum(len(rings) for rings in puckered_rings(toluene)) == 0
    assert sorted(double_bonds(propene)[0][0].tolist()) == [0, 1, 2, 3, 4, 5]
    assert sum(len(rings) for rings in puckered_rings(Chem.MolFromSmiles("C1CCCCC1"))) >= 1
