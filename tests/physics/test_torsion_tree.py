"""Motion of articulated molecules against internal coordinates, and generalized forces against finite differences."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem
from small_molecules import graph_of, heavy_positions
from small_receptors import in_double, poses_first, poses_last
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.geometry import rotations
from molgen.geometry.internal_coordinates import internal_coordinates
from molgen.geometry.torsions import dihedral_angles
from molgen.physics.torsion_tree import generalized_gradient, move, rotation_matrices, torsion_tree

MOLECULES = {
    "chain": "CCCCCCCC",
    "branched": "CCC(CC(C)O)N(CCO)CC(CC)C(=O)OCC",
    "rings": "O=C(NC1CCCCC1)c1ccc(-c2ccccc2OC)cc1CN1CCOCC1",
    "a stiff ring": "c1ccccc1",
    "an alkyne": "CCC#CCCO",
    "two atoms": "CO",
    "one atom": "C",
}


def reference(graph: MoleculeGraph, positions: Tensor, motion: Tensor, order: Tensor) -> Tensor:
    """Poses [B, n, 3] moved along [B, 6 + m]: torsions one after another, then the rigid motion about the centroid."""
    changes = torch.zeros(len(positions), graph.n_torsions, dtype=positions.dtype)
    changes[:, order] = motion[:, 6:]
    torsions = torch.from_numpy(graph.torsions.astype(np.int64))
    shape = internal_coordinates(positions, torsions, torch.from_numpy(graph.moving))
    turned = shape.positions(shape.start + changes)
    pivot = positions.mean(1)
    rotation = rotations.exp(motion[:, 3:6])
    return (turned - pivot[:, None]) @ rotation.transpose(1, 2) + (pivot + motion[:, :3])[:, None]


def random_motion(freedom: int, batch: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    rng = torch.Generator().manual_seed(seed)
    motion = torch.randn(freedom, batch, generator=rng, dtype=dtype)
    motion[6:] *= 2
    return motion


@pytest.mark.parametrize("smiles", MOLECULES.values(), ids=MOLECULES.keys())
def test_moving_equals_turning_torsions_then_the_whole(smiles: str) -> None:
    graph = graph_of(smiles)
    tree = torsion_tree(graph)
    positions = torch.from_numpy(heavy_positions(smiles)).expand(9, -1, -1) + 3.0
    motion = random_motion(tree.freedom, 9)
    moved = poses_first(move(tree, poses_last(positions), motion))
    assert moved.dtype == torch.float64
    assert torch.allclose(moved, reference(graph, positions, motion.T, tree.order), atol=1e-10)


def test_the_molecules_have_the_torsions_that_the_tests_need() -> None:
    assert {name: graph_of(smiles).n_torsions for name, smiles in MOLECULES.items()} == {
        "chain": 5, "branched": 12, "rings": 6, "a stiff ring": 0, "an alkyne": 2, "two atoms": 0, "one atom": 0,
    }  # fmt: skip


def test_no_motion_leaves_every_atom() -> None:
    tree = torsion_tree(graph_of(MOLECULES["branched"]))
    positions = poses_last(heavy_positions(MOLECULES["branched"]))
    assert torch.allclose(move(tree, positions, torch.zeros(tree.freedom, 1, dtype=torch.float64)), positions)


def test_a_motion_changes_each_torsion_by_its_angle() -> None:
    smiles = MOLECULES["branched"]
    graph, tree = graph_of(smiles), torsion_tree(graph_of(smiles))
    positions = torch.from_numpy(heavy_positions(smiles)).expand(20, -1, -1)
    motion = random_motion(tree.freedom, 20)
    quadruples = torch.from_numpy(graph.torsions.astype(np.int64))
    moved = poses_first(move(tree, poses_last(positions), motion))
    change = (dihedral_angles(moved, quadruples) - dihedral_angles(positions, quadruples))[:, tree.order]
    difference = change - motion[6:].T
    assert torch.sin(difference / 2).abs().max() < 1e-8


def test_the_rotation_is_about_the_centroid_and_counter_clockwise() -> None:
    tree = torsion_tree(graph_of("CO"))
    positions = torch.tensor([[[5.0, 1, 2], [7.0, 1, 2]]])
    motion = torch.tensor([0, 0, 0, 0, 0, math.pi / 2])[:, None]
    moved = poses_first(move(tree, poses_last(positions), motion))[0]
    assert torch.allclose(moved, torch.tensor([[6.0, 0, 2], [6.0, 2, 2]]), atol=1e-6)


def test_rotation_matrices_are_those_of_the_exponential_map() -> None:
    rng = torch.Generator().manual_seed(0)
    axis = torch.nn.functional.normalize(torch.randn(4, 3, 6, generator=rng, dtype=torch.float64), dim=1)
    angle = 4 * torch.randn(4, 6, generator=rng, dtype=torch.float64)
    expected = rotations.exp((axis * angle[:, None]).permute(0, 2, 1))
    assert torch.allclose(rotation_matrices(axis, angle).permute(0, 3, 1, 2), expected, atol=1e-12)


@pytest.mark.parametrize("smiles", MOLECULES.values(), ids=MOLECULES.keys())
def test_the_generalized_gradient_is_the_derivative_along_motions(smiles: str) -> None:
    tree = in_double(torsion_tree(graph_of(smiles)))
    positions = poses_last(torch.from_numpy(heavy_positions(smiles, 2))) + 2.0
    rng = torch.Generator().manual_seed(1)
    wave = torch.randn(positions.shape[0], 3, 1, generator=rng, dtype=torch.float64)

    def energy(x: Tensor) -> Tensor:
        return torch.sin(wave * x).sum((0, 1)) + 0.1 * ((x - 1) ** 2).sum((0, 1))

    gradient = wave * torch.cos(wave * positions) + 0.2 * (positions - 1)
    own = generalized_gradient(tree, positions, gradient)
    assert own.shape == (tree.freedom, 2)
    for k in range(tree.freedom):
        step = torch.zeros(tree.freedom, 2, dtype=torch.float64)
        step[k] = 1e-5
        slope = (energy(move(tree, positions, step)) - energy(move(tree, positions, -step))) / 2e-5
        assert torch.allclose(own[k], slope, atol=1e-6, rtol=1e-6)


def test_a_thousand_moves_in_float32_keep_the_bond_lengths() -> None:
    smiles = MOLECULES["rings"]
    graph = graph_of(smiles)
    tree = torsion_tree(graph)
    first, second = torch.from_numpy(graph.bond_index.astype(np.int64))
    start = poses_last(torch.from_numpy(heavy_positions(smiles)).float()).repeat(1, 1, 4)
    positions = start
    for k in range(1000):
        positions = move(tree, positions, 0.3 * random_motion(tree.freedom, 4, seed=k, dtype=torch.float32))
    lengths = [torch.linalg.vector_norm(x[first] - x[second], dim=1) for x in (start, positions)]
    assert positions.dtype == torch.float32
    assert (lengths[1] - lengths[0]).abs().max() < 1e-3


def test_poses_of_a_batch_do_not_affect_each_other() -> None:
    smiles = MOLECULES["branched"]
    tree = torsion_tree(graph_of(smiles))
    positions = poses_last(torch.from_numpy(heavy_positions(smiles, 3)).float())
    motion = random_motion(tree.freedom, 3, dtype=torch.float32)
    gradient = torch.randn(positions.shape, generator=torch.Generator().manual_seed(3))
    moved, forces = move(tree, positions, motion), generalized_gradient(tree, positions, gradient)
    for k in range(3):
        own = (positions[..., k : k + 1].contiguous(), motion[:, k : k + 1].contiguous(), gradient[..., k : k + 1])
        assert torch.allclose(move(tree, *own[:2]), moved[..., k : k + 1], atol=1e-5)
        assert torch.allclose(generalized_gradient(tree, own[0], own[2]), forces[:, k : k + 1], atol=1e-4)


def test_parents_come_before_their_children() -> None:
    for smiles in MOLECULES.values():
        graph = graph_of(smiles)
        tree = torsion_tree(graph)
        assert sorted(tree.order.tolist()) == list(range(graph.n_torsions))
        assert [k for first, last in tree.levels for k in range(first, last)] == list(range(tree.n_torsions))
        for k in range(tree.n_torsions):
            assert tree.parent[k] <= k
            assert tree.fragment[tree.end[k]] == k + 1
            moving = tree.moving[k].bool()
            assert torch.equal(moving, torch.from_numpy(graph.moving[tree.order[k]]))
            # the fragment that an axis belongs to holds its first atom, except next to a straight chain
            if smiles != MOLECULES["an alkyne"]:
                assert tree.fragment[tree.start[k]] == tree.parent[k]


@st.composite
def random_trees(draw: st.DrawFn) -> str:
    """SMILES of a branched alkane."""
    mol = Chem.RWMol()
    mol.AddAtom(Chem.Atom(6))
    for k in range(draw(st.integers(3, 24))):
        free = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetDegree() < 4]
        mol.AddAtom(Chem.Atom(6))
        mol.AddBond(free[draw(st.integers(0, len(free) - 1))], k + 1, Chem.BondType.SINGLE)
    Chem.SanitizeMol(mol)
    return Chem.MolToSmiles(mol)


@settings(max_examples=40)
@given(smiles=random_trees(), seed=st.integers(0, 2**16))
def test_random_trees_move_as_one_torsion_after_another(smiles: str, seed: int) -> None:
    graph = graph_of(smiles)
    tree = torsion_tree(graph)
    rng = torch.Generator().manual_seed(seed)
    positions = 2 * torch.randn(2, graph.n_atoms, 3, generator=rng, dtype=torch.float64)  # no axis needs a real bond
    motion = random_motion(tree.freedom, 2, seed)
    moved = poses_first(move(tree, poses_last(positions), motion))
    assert torch.allclose(moved, reference(graph, positions, motion.T, tree.order), atol=1e-7)
