"""RMSD of poses in place against explicit loops, and matches between forms of a molecule."""

import math

import numpy as np
import pytest
import torch
from rdkit import Chem
from small_molecules import embedded, heavy_positions

from molgen.metrics.poses import pose_matches, pose_rmsd_matrix
from molgen.metrics.symmetry import automorphisms


def slow(a: np.ndarray, b: np.ndarray, permutations: np.ndarray) -> np.ndarray:
    """The definition, one atom after another."""
    result = np.empty((len(a), len(b)))
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            sums = [sum(math.dist(x[k], y[p[k]]) ** 2 for k in range(len(x))) for p in permutations]
            result[i, j] = math.sqrt(min(sums) / len(x))
    return result


@pytest.mark.parametrize("n", [1, 2, 7, 30])
@pytest.mark.parametrize("far", [0.0, 1e4])
def test_agrees_with_explicit_loops(n: int, far: float) -> None:
    rng = np.random.default_rng(n)
    a, b = rng.normal(size=(4, n, 3)) * 5 + far, rng.normal(size=(3, n, 3)) * 5 + far
    permutations = np.stack([np.arange(n)] + [rng.permutation(n) for _ in range(3)])
    own = pose_rmsd_matrix(a, b, permutations)
    assert own.shape == (4, 3)
    assert own.dtype == torch.float64
    assert np.abs(own.numpy() - slow(a, b, permutations)).max() < 1e-9 * (1 + far)
    assert np.abs(pose_rmsd_matrix(a, b).numpy() - slow(a, b, permutations[:1])).max() < 1e-9 * (1 + far)


def test_swapping_the_sets_transposes_the_matrix() -> None:
    mol = embedded("CC(C)c1ccc(C(=O)O)cc1")
    rng = np.random.default_rng(0)
    base = heavy_positions("CC(C)c1ccc(C(=O)O)cc1")
    a, b = base + rng.normal(size=(4, *base.shape[1:])), base + rng.normal(size=(5, *base.shape[1:]))
    permutations = automorphisms(mol).permutations  # a group: the inverse of each is among them
    assert len(permutations) > 1
    assert torch.allclose(pose_rmsd_matrix(a, b, permutations), pose_rmsd_matrix(b, a, permutations).T, atol=1e-10)


def benzene(angle: float = 0.0) -> np.ndarray:
    around = angle + np.arange(6) * math.pi / 3
    return np.stack([1.39 * np.cos(around) + 12, 1.39 * np.sin(around) - 7, np.full(6, 3.0)], axis=1)[None]


def test_benzene_turned_by_sixty_degrees_in_place_is_the_same_pose() -> None:
    permutations = automorphisms(Chem.MolFromSmiles("c1ccccc1")).permutations
    turned = benzene(math.pi / 3)
    assert pose_rmsd_matrix(benzene(), turned, permutations).item() < 1e-6
    assert pose_rmsd_matrix(benzene(), turned).item() == pytest.approx(1.39)
    # halfway the carbons lie 2 r sin(15 degrees) apart
    assert pose_rmsd_matrix(benzene(), benzene(math.pi / 6), permutations).item() == pytest.approx(
        2 * 1.39 * math.sin(math.pi / 12)
    )


def test_poses_are_not_superposed() -> None:
    pose = heavy_positions("CCO")
    assert pose_rmsd_matrix(pose, pose + np.array([3.0, 4.0, 0.0])).item() == pytest.approx(5.0)
    assert pose_rmsd_matrix(pose, -pose).item() > 0.5


def test_an_equal_pose_far_from_the_origin_is_at_zero() -> None:
    pose = heavy_positions("CCCCCCCC") + 1e5
    near = pose + np.array([1e-3, 0, 0])
    assert pose_rmsd_matrix(pose, pose).item() < 1e-5
    assert pose_rmsd_matrix(pose, near).item() == pytest.approx(1e-3, rel=1e-3)


def test_tensors_of_single_precision_are_taken() -> None:
    pose = torch.from_numpy(heavy_positions("CCO", 2)).float()
    own = pose_rmsd_matrix(pose, pose)
    assert own.dtype == torch.float64
    assert own.diagonal().max() < 1e-6


def test_no_poses_give_an_empty_matrix() -> None:
    pose = heavy_positions("CCO", 2)
    assert pose_rmsd_matrix(pose[:0], pose).shape == (0, 2)
    assert pose_rmsd_matrix(pose, pose[:0]).shape == (2, 0)


def elements(mol: Chem.Mol) -> list[int]:
    return [atom.GetAtomicNum() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]


FORMS = {
    "the same": ("CC(=O)Nc1ccccc1", "CC(=O)Nc1ccccc1"),
    "charged": ("CC(=O)O", "CC(=O)[O-]"),
    "an ammonium": ("NCCc1ccccc1", "[NH3+]CCc1ccccc1"),
    "a tautomer": ("Oc1ccccn1", "O=c1cccc[nH]1"),
    "an imidazole": ("Cc1c[nH]cn1", "Cc1cnc[nH]1"),
    "no bond orders": ("CC(=O)Nc1ccccc1", "CC(O)NC1CCCCC1"),
}


@pytest.mark.parametrize(("first", "second"), FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("hydrogens", [False, True])
def test_forms_of_a_molecule_match_atom_by_atom(first: str, second: str, hydrogens: bool) -> None:
    a, b = Chem.MolFromSmiles(first), Chem.MolFromSmiles(second)
    order = np.random.default_rng(0).permutation(b.GetNumAtoms()).tolist()
    b = Chem.RenumberAtoms(b, order)
    if hydrogens:
        a, b = Chem.AddHs(a), Chem.AddHs(b)
    matches = pose_matches(a, b)
    assert matches.complete
    bonds = [{frozenset((x.GetBeginAtomIdx(), x.GetEndAtomIdx())) for x in Chem.RemoveHs(m).GetBonds()} for m in (a, b)]
    for row in matches.permutations:
        assert sorted(row) == list(range(len(order)))
        assert [elements(b)[k] for k in row] == elements(a)
        assert {frozenset(int(row[k]) for k in bond) for bond in bonds[0]} == bonds[1]


def test_the_true_order_of_a_bare_form_is_among_its_matches() -> None:
    mol, bare = Chem.MolFromSmiles("CC(=O)Nc1ccc(Cl)cc1"), Chem.MolFromSmiles("CC(O)NC1CCC(Cl)CC1")
    order = np.random.default_rng(1).permutation(11)
    shuffled = Chem.RenumberAtoms(bare, order.tolist())
    rows = {tuple(row) for row in pose_matches(mol, shuffled).permutations.tolist()}
    # atom order[k] of the bare form is atom k of the shuffled one; both halves of the ring fit
    assert tuple(np.argsort(order).tolist()) in rows
    assert len(rows) == 2


def test_the_oxygens_of_a_carboxylate_are_alike() -> None:
    acid, pose = Chem.MolFromSmiles("CCC(=O)O"), Chem.MolFromSmiles("CCC(=O)[O-]")
    assert len(pose_matches(acid, pose).permutations) == 2


@pytest.mark.parametrize(("first", "second"), [("CCO", "CCN"), ("CCCO", "CC(C)O"), ("CCO", "CCCO"), ("C1CC1", "CCC")])
def test_other_molecules_are_refused(first: str, second: str) -> None:
    with pytest.raises(ValueError, match="differ"):
        pose_matches(Chem.MolFromSmiles(first), Chem.MolFromSmiles(second))


def test_too_many_matches_are_said_to_be_incomplete() -> None:
    mol = Chem.MolFromSmiles("CC(C)(C)c1ccc(C(C)(C)C)cc1")
    matches = pose_matches(mol, mol, max_matches=10)
    assert len(matches.permutations) == 10
    assert not matches.complete
