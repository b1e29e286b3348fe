"""Batched symmetric RMSD against a slow reference, RDKit and spyrmsd."""

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import AllChem, rdMolAlign

from molgen.metrics import atom_matches, automorphisms, best_rmsd, best_rmsds, heavy_coordinates, rmsd_matrix
from molgen.metrics.rmsd import rmsd_among

SMILES = [  # symmetric groups of every kind, rings, chains, charges
    "CC(C)(C)c1ccc(cc1)C(F)(F)F",
    "OC(=O)CCc1ccc(cc1)S(=O)(=O)NC",
    "[O-]C(=O)CC(CC([O-])=O)C(=O)[O-]",
    "COP(=O)([O-])OCC[N+](C)(C)C",
    "O=[N+]([O-])c1ccc(Oc2ccc([N+](=O)[O-])cc2)cc1",
    "CC(C)CC(NC(=O)C(N)Cc1ccccc1)C(=O)O",
    "NC(=[NH2+])c1ccc(OCCCCCOc2ccc(cc2)C(N)=[NH2+])cc1",
    "CN1CCN(CC1)c1ncnc2ccccc12",
    "CCCCCCCCCC",
    "C1CCC(CC1)C1CCCCC1",
]


def conformers(smiles: str, count: int, seed: int = 3) -> Chem.Mol:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert len(AllChem.EmbedMultipleConfs(mol, count, randomSeed=seed)) == count
    return mol


def kabsch(a: np.ndarray, b: np.ndarray) -> float:
    """Slow and obvious: rotate, then measure (Kabsch 1976)."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    u, _, vt = np.linalg.svd(b.T @ a)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    return float(np.sqrt(((b @ u @ flip @ vt - a) ** 2).sum() / len(a)))


def random_rotations(count: int, rng: np.random.Generator) -> np.ndarray:
    q, r = np.linalg.qr(rng.normal(size=(count, 3, 3)))
    q = q * np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None]
    return q * np.linalg.det(q)[:, None, None]


@pytest.mark.parametrize("smiles", SMILES)
def test_agrees_with_rdkit(smiles: str) -> None:
    mol = conformers(smiles, 8)
    bare = Chem.RemoveAllHs(mol)
    coords = heavy_coordinates(mol)
    ours = rmsd_matrix(coords, coords, automorphisms(mol).permutations).numpy()
    theirs = rdMolAlign.GetAllConformerBestRMS(bare)  # 28 pairs a molecule, 280 in all
    assert np.abs(ours[np.tril_indices(8, -1)] - np.array(theirs)).max() < 1e-4
    assert np.diagonal(ours).max() < 1e-5
    assert min(theirs) > 1e-3
    np.testing.assert_allclose(rmsd_among(coords, automorphisms(mol).permutations), ours, atol=1e-6)


def test_all_pairs_are_compared_in_blocks_of_any_size(monkeypatch) -> None:
    coords = np.random.default_rng(0).normal(size=(11, 5, 3))
    whole = rmsd_matrix(coords, coords, [[0, 1, 2, 3, 4], [1, 0, 2, 3, 4]])
    monkeypatch.setattr("molgen.metrics.rmsd._CHUNK", 24)
    np.testing.assert_allclose(rmsd_among(coords, [[0, 1, 2, 3, 4], [1, 0, 2, 3, 4]]), whole, atol=1e-6)
    np.testing.assert_allclose(rmsd_among(coords), rmsd_matrix(coords, coords), atol=1e-6)


def test_agrees_with_rdkit_when_the_atom_orders_differ() -> None:
    mol = conformers(SMILES[1], 3)
    rng = np.random.default_rng(0)
    other = Chem.RenumberAtoms(mol, rng.permutation(mol.GetNumAtoms()).tolist())
    ours = best_rmsds(other, mol)
    for i in range(3):
        for j in range(3):
            probe = Chem.RemoveAllHs(other)
            theirs = rdMolAlign.GetBestRMS(probe, Chem.RemoveAllHs(mol), j, i)
            assert ours[i, j] == pytest.approx(theirs, abs=1e-4)
            assert best_rmsd(other, mol, j, i) == pytest.approx(theirs, abs=1e-4)


# spyrmsd's graph has no bond orders, so only molecules where they make no difference
@pytest.mark.parametrize("smiles", [SMILES[0], SMILES[4], SMILES[7], SMILES[8], SMILES[9]])
def test_agrees_with_spyrmsd(smiles: str) -> None:
    spyrmsd = pytest.importorskip("spyrmsd.rmsd")
    mol = conformers(smiles, 5)
    bare = Chem.RemoveAllHs(mol)
    coords = heavy_coordinates(mol)
    numbers = np.array([atom.GetAtomicNum() for atom in bare.GetAtoms()])
    bonds = Chem.GetAdjacencyMatrix(bare)
    theirs = spyrmsd.symmrmsd(coords[0], list(coords[1:]), numbers, numbers, bonds, bonds, center=True, minimize=True)
    ours = rmsd_matrix(coords[:1], coords[1:], automorphisms(mol).permutations)[0].numpy()
    assert ours == pytest.approx(np.array(theirs), abs=1e-4)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 30, 80])
@pytest.mark.parametrize("scale", [1.0, 20.0])
def test_agrees_with_the_slow_reference_on_random_points(n: int, scale: float) -> None:
    rng = np.random.default_rng(n)
    a, b = rng.normal(size=(7, n, 3)) * scale, rng.normal(size=(5, n, 3)) * scale
    permutations = np.stack([np.arange(n)] + [rng.permutation(n) for _ in range(3)])
    slow = [[min(kabsch(x, y[p]) for p in permutations) for y in b] for x in a]
    assert np.abs(rmsd_matrix(a, b, permutations).numpy() - slow).max() < 1e-6 * max(scale, 1.0)


def test_blocks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(13, 6, 3)), rng.normal(size=(11, 6, 3))
    permutations = np.stack([rng.permutation(6) for _ in range(9)])
    whole = rmsd_matrix(a, b, permutations)
    for size in (1, 7, 30, 200):
        monkeypatch.setattr("molgen.metrics.rmsd._CHUNK", size)
        assert torch.allclose(rmsd_matrix(a, b, permutations), whole, atol=1e-9)


SHAPES = {
    "two atoms": [[0.0, 0, 0], [0, 0, 1.1]],
    "linear": [[0.0, 0, 1.2 * i] for i in range(30)],
    "planar ring": [[1.4 * np.cos(k * np.pi / 3), 1.4 * np.sin(k * np.pi / 3), 0] for k in range(6)],
    "tetrahedron": [[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]],
    "octahedron": [[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]],
    "long": [[np.cos(i), np.sin(i), 1.3 * i] for i in range(60)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_moved_copies_have_zero_rmsd(shape: str) -> None:
    x = np.array(SHAPES[shape])
    rng = np.random.default_rng(1)
    copies = x @ random_rotations(20, rng) + rng.normal(size=(20, 1, 3)) * 30.0
    assert rmsd_matrix(copies, copies).max() < 1e-5


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [1e-3, 1e-1])
def test_small_deviations_are_exact(shape: str, size: float) -> None:
    x = np.array(SHAPES[shape])
    rng = np.random.default_rng(2)
    copies = (x + rng.normal(size=(6, *x.shape)) * size) @ random_rotations(6, rng)
    slow = [[kabsch(a, b) for b in copies] for a in copies]
    assert np.abs(rmsd_matrix(copies, copies).numpy() - slow).max() < 1e-5


def test_a_mirror_image_is_not_the_molecule() -> None:
    mol = conformers("C[C@H](O)F", 1)
    coords = heavy_coordinates(mol)
    assert rmsd_matrix(coords, coords * [1.0, 1.0, -1.0]).item() > 0.3


def test_renaming_equivalent_atoms_costs_nothing_only_with_permutations() -> None:
    mol = conformers(SMILES[0], 1)
    coords, permutations = heavy_coordinates(mol), automorphisms(mol).permutations
    renamed = coords[:, permutations[-1]]
    assert rmsd_matrix(coords, renamed, permutations).item() < 1e-5
    assert rmsd_matrix(coords, renamed).item() > 0.1


def test_wrong_shapes_and_permutations_are_refused() -> None:
    x = np.zeros((2, 4, 3))
    with pytest.raises(ValueError, match="expected"):
        rmsd_matrix(x, x[:, :3])
    with pytest.raises(ValueError, match="permute"):
        rmsd_matrix(x, x, np.array([[0, 1, 2, 2]]))
    with pytest.raises(ValueError, match="no conformer"):
        best_rmsd(Chem.MolFromSmiles("CCO"), Chem.MolFromSmiles("CCO"))


def test_no_structures_give_an_empty_matrix() -> None:
    assert rmsd_matrix(np.zeros((0, 4, 3)), np.zeros((3, 4, 3))).shape == (0, 3)
    assert rmsd_matrix(np.zeros((3, 4, 3)), np.zeros((0, 4, 3))).shape == (3, 0)


def test_matches_of_a_capped_search_are_an_upper_bound() -> None:
    mol = conformers(SMILES[0], 4)
    coords = heavy_coordinates(mol)
    few = rmsd_matrix(coords, coords, atom_matches(mol, mol, 5).permutations)
    assert (few >= rmsd_matrix(coords, coords, automorphisms(mol).permutations) - 1e-9).all()
