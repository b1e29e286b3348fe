"""Energy between the parts of a ligand against explicit sums."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from rdkit import Chem
from small_molecules import embedded, graph_of, heavy_positions
from small_receptors import kinds_of, poses_first, poses_last, slow_pair
from torch import Tensor

from molgen.chem.atom_types.interaction_types import ligand_types
from molgen.physics.intramolecular import LigandPairs, changing_pairs, ligand_pairs, pair_energy
from molgen.physics.torsion_tree import move, torsion_tree
from molgen.physics.vina import atom_classes, pair_terms, weight_vector

FLEXIBLE = ["CCCCCCCO", "OCC(CCl)NCCc1ccccc1", "CC(C)CC(=O)OCCN", "OCCC#CCCO"]


def pairs_of(smiles: str) -> LigandPairs:
    return ligand_pairs(graph_of(smiles), atom_classes(ligand_types(Chem.MolFromSmiles(smiles))))


def changing(smiles: str) -> set[tuple[int, int]]:
    first, second = changing_pairs(graph_of(smiles))
    return set(zip(first.tolist(), second.tolist(), strict=True))


def test_a_chain_has_the_pairs_four_bonds_apart_and_more() -> None:
    assert changing("CCCCCC") == {(0, 4), (0, 5), (1, 5)}
    assert changing("CCCC") == set()  # 1-4 pairs do not count
    assert changing("CCCCC") == {(0, 4)}


def test_pairs_within_a_rigid_part_do_not_count() -> None:
    assert changing("c1ccc2ccccc2c1") == set()
    biphenyl = "c1ccccc1-c1ccccc1"
    pairs = changing(biphenyl)
    assert pairs
    assert all(i < 6 <= j for i, j in pairs)
    # atoms on the axis stay where they are: 2 and 5 are the para atoms, 5-6 is the bond
    assert not any({i, j} & {5, 6, 2, 9} == {i, j} for i, j in pairs - {(2, 9)})


def test_only_an_axis_between_two_atoms_changes_their_distance() -> None:
    # 4-methylbiphenyl with an ethyl: the torsion of the ethyl does not move the far ring
    pairs = changing("CCc1ccc2ccccc2c1")
    assert all(0 in pair for pair in pairs)


@pytest.mark.parametrize("smiles", FLEXIBLE)
def test_every_pair_whose_distance_a_torsion_changes_counts(smiles: str) -> None:
    graph = graph_of(smiles)
    tree = torsion_tree(graph)
    bonds = Chem.GetDistanceMatrix(Chem.MolFromSmiles(smiles))
    start = poses_last(torch.from_numpy(heavy_positions(smiles))).repeat(1, 1, 30)
    motion = torch.zeros(tree.freedom, 30, dtype=torch.float64)
    motion[6:] = 2 * torch.randn(tree.n_torsions, 30, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    before, after = (torch.cdist(poses_first(x), poses_first(x)) for x in (start, move(tree, start, motion)))
    changes = ((before - after).abs() > 0.2).any(0)
    n = graph.n_atoms
    expected = {(i, j) for i in range(n) for j in range(i + 1, n) if changes[i, j] and bonds[i, j] > 3}
    own = changing(smiles)
    assert expected <= own
    # further pairs only where an atom happens to lie on the line of the axis, as the para atom of a ring does
    assert len(own - expected) <= smiles.count("c1") // 2


@pytest.mark.parametrize("smiles", FLEXIBLE)
def test_the_energy_is_the_sum_over_the_pairs(smiles: str) -> None:
    kinds = kinds_of(ligand_types(Chem.MolFromSmiles(smiles)))
    poses = heavy_positions(smiles, 4)
    own, _ = pair_energy(pairs_of(smiles), poses_last(poses).float())
    for k, pose in enumerate(poses):
        slow = sum(slow_pair(kinds[i], kinds[j], math.dist(pose[i], pose[j])) for i, j in changing(smiles))
        assert own[k].item() == pytest.approx(slow, abs=0.01)


def exact_energy(smiles: str, positions: Tensor) -> Tensor:
    """Differentiable sum [B] over the pairs of poses [n, 3, B]."""
    graph, classes = graph_of(smiles), atom_classes(ligand_types(Chem.MolFromSmiles(smiles)))
    first, second = changing_pairs(graph)
    a, b = classes.index[first], classes.index[second]
    bond = (classes.donor[a] & classes.acceptor[b]) | (classes.acceptor[a] & classes.donor[b])
    distance = torch.linalg.vector_norm(positions[first] - positions[second], dim=1)
    columns = (classes.radius[a] + classes.radius[b], classes.hydrophobic[a] & classes.hydrophobic[b], bond)
    return (pair_terms(distance, *(column[:, None] for column in columns)) @ weight_vector()).sum(0)


@pytest.mark.parametrize("smiles", FLEXIBLE)
def test_the_gradient_is_the_derivative_of_the_exact_sum(smiles: str) -> None:
    positions = poses_last(torch.from_numpy(heavy_positions(smiles, 4))).requires_grad_()
    (expected,) = torch.autograd.grad(exact_energy(smiles, positions).sum(), positions)
    _, gradient = pair_energy(pairs_of(smiles), positions.detach().float())
    assert expected.abs().max() > 0.01
    assert (gradient - expected).abs().max() < 0.01 * (1 + expected.abs().max())


def test_the_gradient_is_the_difference_of_energies_over_a_step() -> None:
    smiles = FLEXIBLE[1]
    positions = poses_last(torch.from_numpy(heavy_positions(smiles, 3))).float()
    pairs = pairs_of(smiles)
    _, gradient = pair_energy(pairs, positions)
    rng = torch.Generator().manual_seed(5)
    for _ in range(5):  # a step far wider than a bin of the table
        way = 0.05 * torch.randn(positions.shape, generator=rng)
        slope = pair_energy(pairs, positions + way)[0] - pair_energy(pairs, positions - way)[0]
        assert torch.allclose((gradient * 2 * way).sum((0, 1)), slope, atol=0.01)


def test_a_pair_beyond_the_cutoff_does_not_act() -> None:
    pairs = pairs_of("CCCCC")
    positions = torch.zeros(5, 3, 2)
    positions[4, 0] = torch.tensor([7.9, 8.1])
    energy, gradient = pair_energy(pairs, positions)
    assert energy[0] < 0
    assert energy[1] == 0
    assert not gradient[..., 1].any()
    assert gradient[..., 0].any()


@pytest.mark.parametrize("smiles", ["C", "c1ccccc1", "CCCC", "CC#N"])
def test_without_pairs_there_is_no_energy(smiles: str) -> None:
    n = graph_of(smiles).n_atoms
    energy, gradient = pair_energy(pairs_of(smiles), torch.randn(n, 3, 7))
    assert energy.shape == (7,)
    assert gradient.shape == (n, 3, 7)
    assert not energy.any()
    assert not gradient.any()


def test_forces_between_the_parts_cancel() -> None:
    smiles = FLEXIBLE[0]
    _, gradient = pair_energy(pairs_of(smiles), poses_last(heavy_positions(smiles, 3)).float())
    assert gradient.sum(0).abs().max() < 1e-5


def test_a_molecule_held_rigid_has_no_pairs() -> None:
    graph = graph_of(FLEXIBLE[0])
    rigid = replace(graph, torsions=graph.torsions[:0], moving=graph.moving[:0])
    assert len(changing_pairs(rigid)[0]) == 0


def test_hydrogens_do_not_change_the_pairs() -> None:
    mol = embedded("OCCCCO")
    types = ligand_types(mol)
    assert len(types) == 6
    assert np.array_equal(types.elements, ligand_types(Chem.MolFromSmiles("OCCCCO")).elements)
