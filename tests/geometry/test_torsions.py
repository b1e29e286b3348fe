"""Torsion kinematics against RDKit's dihedrals, finite differences and a sequential reference."""

import math

import numpy as np
import pytest
import torch
from rdkit.Chem import rdMolTransforms
from small_molecules import batch_of, embedded, graph_of, heavy_positions

from molgen.geometry.torsions import apply_torsions, dihedral_angles
from molgen.geometry.torus import wrap

BRANCHED = "CC(C)C[C@H](NCCO)C(=O)OCC(CC)CCl"
ALKYNE = "OCC(Cl)C#CC(F)CN"
SMALL = "CC(F)COC"


def turns(count: int, seed: int = 0) -> torch.Tensor:
    rng = torch.Generator().manual_seed(seed)
    return (2 * torch.rand(count, generator=rng, dtype=torch.float64) - 1) * math.pi


def one(smiles: str) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    graph = graph_of(smiles)
    return (
        torch.from_numpy(heavy_positions(smiles)[0]),
        torch.from_numpy(graph.torsions.astype(np.int64)),
        torch.from_numpy(graph.moving),
    )


def turned_one_by_one(x: np.ndarray, changes, torsions, moving) -> np.ndarray:
    """The slow reference: turn about the axis where it is now, one torsion after the other."""
    x = x.copy()
    for angle, (_, b, c, _), side in zip(changes, torsions, moving, strict=True):
        axis = (x[c] - x[b]) / np.linalg.norm(x[c] - x[b])
        cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
        rotation = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
        x[side] = (x[side] - x[c]) @ rotation.T + x[c]
    return x


@pytest.mark.parametrize("smiles", [BRANCHED, ALKYNE])
def test_dihedrals_have_the_value_and_sign_of_rdkit(smiles):
    graph = graph_of(smiles)
    conformer = embedded(smiles).GetConformer()  # hydrogens come last, so heavy indices agree
    expected = [rdMolTransforms.GetDihedralRad(conformer, *(int(a) for a in path)) for path in graph.paths]
    found = dihedral_angles(torch.from_numpy(heavy_positions(smiles)[0]), torch.from_numpy(graph.paths.astype(int)))
    assert len(expected) >= 8
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-9)


def test_a_dihedral_is_positive_when_the_far_bond_is_turned_clockwise():
    # seen from a over b to c the far bond d points 60 degrees clockwise from the near bond
    angle = math.radians(60)
    points = torch.tensor([[1.0, 0, 0], [0, 0, 0], [0, 0, 1.0], [math.cos(angle), math.sin(angle), 1.0]])
    found = dihedral_angles(points, torch.tensor([[0, 1, 2, 3]]))
    assert found.item() == pytest.approx(angle, abs=1e-6)


def test_collinear_quadruples_have_dihedral_zero():
    points = torch.tensor([[0.0, 0, 0], [0, 0, 1], [0, 0, 2], [1, 0, 2]])
    assert dihedral_angles(points, torch.tensor([[0, 1, 2, 3], [0, 0, 0, 0]])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("smiles", [BRANCHED, SMALL])
def test_changes_are_added_to_the_dihedrals(smiles):
    x, torsions, moving = one(smiles)
    changes = turns(len(torsions))
    moved = apply_torsions(x, changes, torsions, moving)
    gained = dihedral_angles(moved, torsions) - dihedral_angles(x, torsions)
    torch.testing.assert_close(wrap(gained - changes), torch.zeros_like(changes), atol=1e-9, rtol=0)


def test_a_bent_alkyne_disturbs_its_neighbors_by_less_than_its_bend():
    x, torsions, moving = one(ALKYNE)
    changes = turns(len(torsions))
    moved = apply_torsions(x, changes, torsions, moving)
    error = wrap(dihedral_angles(moved, torsions) - dihedral_angles(x, torsions) - changes)
    alkyne = next(k for k, (_, b, c, _) in enumerate(torsions.tolist()) if abs(c - b) == 4)
    assert error[alkyne].abs() < 1e-9
    assert error.abs().max() < 0.03


@pytest.mark.parametrize("smiles", [BRANCHED, SMALL])
def test_one_change_leaves_the_other_dihedrals(smiles):
    x, torsions, moving = one(smiles)
    before = dihedral_angles(x, torsions)
    for k in range(len(torsions)):
        changes = torch.zeros(len(torsions), dtype=x.dtype)
        changes[k] = 1.3
        gained = wrap(dihedral_angles(apply_torsions(x, changes, torsions, moving), torsions) - before)
        torch.testing.assert_close(gained, changes, atol=1e-9, rtol=0)


def test_bond_lengths_and_angles_are_kept():
    graph, positions = batch_of(BRANCHED)
    x, torsions, moving = one(BRANCHED)
    moved = apply_torsions(x, turns(len(torsions)), torsions, moving)
    near = graph.path_length[0] <= 2
    torch.testing.assert_close(torch.cdist(moved, moved)[near], torch.cdist(x, x)[near], atol=1e-7, rtol=0)
    far = graph.path_length[0] >= 5
    assert (torch.cdist(moved, moved) - torch.cdist(x, x))[far].abs().max() > 1.0
    assert positions.shape[2] == len(x)


def test_the_order_of_the_torsions_does_not_matter():
    x, torsions, moving = one(BRANCHED)
    changes = turns(len(torsions))
    expected = apply_torsions(x, changes, torsions, moving)
    for seed in range(5):
        order = torch.randperm(len(torsions), generator=torch.Generator().manual_seed(seed))
        found = apply_torsions(x, changes[order], torsions[order], moving[order])
        torch.testing.assert_close(found, expected, atol=1e-9, rtol=0)


@pytest.mark.parametrize("smiles", [BRANCHED, ALKYNE, SMALL])
def test_agrees_with_turning_one_after_the_other(smiles):
    x, torsions, moving = one(smiles)
    changes = turns(len(torsions), seed=3)
    expected = turned_one_by_one(x.numpy(), changes.numpy(), torsions.numpy(), moving.numpy())
    np.testing.assert_allclose(apply_torsions(x, changes, torsions, moving).numpy(), expected, atol=1e-9)


def test_padded_molecules_move_as_they_do_alone():
    names = (BRANCHED, SMALL, "c1ccccc1", ALKYNE)
    graph, positions = batch_of(*names, count=3)
    changes = torch.stack([turns(3 * graph.torsions.shape[1], seed=k).reshape(3, -1) for k in range(len(names))])
    together = apply_torsions(positions, changes, graph.torsions[:, None], graph.moving[:, None])
    for row, name in enumerate(names):
        _, torsions, moving = one(name)
        n, m = moving.shape[1], len(torsions)
        for k in range(3):
            alone = apply_torsions(positions[row, k, :n], changes[row, k, :m], torsions, moving)
            torch.testing.assert_close(together[row, k, :n], alone, atol=1e-10, rtol=0)
            assert (together[row, k, n:] == 0).all()


def test_gradients_agree_with_finite_differences():
    x, torsions, moving = one(SMALL)
    changes = turns(len(torsions))
    assert len(torsions) == 2
    assert torch.autograd.gradcheck(
        lambda a, b: apply_torsions(a, b, torsions, moving), (x.requires_grad_(), changes.requires_grad_())
    )


def test_dihedral_gradients_agree_with_finite_differences():
    x, torsions, _ = one(SMALL)
    assert torch.autograd.gradcheck(lambda a: dihedral_angles(a, torsions), (x.requires_grad_(),))


def test_a_rigid_molecule_stays_where_it_is():
    x, torsions, moving = one("c1ccccc1")
    assert torsions.shape == (0, 4)
    assert torch.equal(apply_torsions(x, torch.zeros(0, dtype=x.dtype), torsions, moving), x)
    assert dihedral_angles(x, torsions).shape == (0,)
