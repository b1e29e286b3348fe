"""Limits on bonds, angles and other pairs from RDKit's distance bounds, with slack."""

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.metrics.validity.bounds import DistanceLimits, geometry_limits, within_limits


def test_pairs_are_sorted_by_the_bonds_between_them() -> None:
    limits = geometry_limits(Chem.MolFromSmiles("CCCC"))
    assert limits.bonds.pairs.tolist() == [[0, 1], [1, 2], [2, 3]]
    assert limits.angles.pairs.tolist() == [[0, 2], [1, 3]]
    assert limits.others.pairs.tolist() == [[0, 3]]
    assert torch.isinf(limits.others.longest).all()


def test_a_quarter_of_a_bond_is_the_slack_on_both_sides() -> None:
    mol = Chem.MolFromSmiles("CC")
    bounds = rdDistGeom.GetMoleculeBoundsMatrix(mol, set15bounds=True, scaleVDW=True, doTriangleSmoothing=True)
    limits = geometry_limits(mol).bonds
    assert limits.shortest.item() == pytest.approx(0.75 * bounds[1, 0])
    assert limits.longest.item() == pytest.approx(1.25 * bounds[0, 1])


def test_hydrogens_are_not_checked() -> None:
    limits = geometry_limits(Chem.AddHs(Chem.MolFromSmiles("CO")))
    assert limits.bonds.pairs.tolist() == [[0, 1]]
    assert len(limits.angles.pairs) == len(limits.others.pairs) == 0


def test_the_ends_of_a_carboxylate_have_one_range() -> None:
    limits = geometry_limits(Chem.MolFromSmiles("CC(=O)[O-]")).bonds
    rows = [limits.pairs.tolist().index(pair) for pair in ([1, 2], [1, 3])]
    assert limits.shortest[rows[0]] == limits.shortest[rows[1]]
    assert limits.longest[rows[0]] == limits.longest[rows[1]]


@pytest.mark.parametrize(("length", "passes"), [(0.99, False), (1.0, True), (2.0, True), (2.01, False)])
def test_the_limits_themselves_pass(length: float, passes: bool) -> None:
    limits = DistanceLimits(torch.tensor([[0, 1]]), torch.tensor([1.0]).double(), torch.tensor([2.0]).double())
    positions = torch.from_numpy(np.array([[[0.0, 0.0, 0.0], [length, 0.0, 0.0]]]))
    assert within_limits(positions, limits).tolist() == [passes]
