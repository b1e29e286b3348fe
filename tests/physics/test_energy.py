"""The whole docking energy: its parts add up, and its gradient along motions is its derivative."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from rdkit import Chem
from small_molecules import graph_of, heavy_positions
from small_receptors import in_double, kinds_of, pocket_atoms, poses_first, poses_last, slow_pair
from torch import Tensor

from molgen.chem.atom_types.interaction_types import ligand_types
from molgen.physics.direct import direct_energy, interaction_terms
from molgen.physics.energy import DockingEnergy
from molgen.physics.intramolecular import changing_pairs, ligand_pairs, pair_energy
from molgen.physics.maps import MapField, build_maps
from molgen.physics.restraints import PointRestraint
from molgen.physics.torsion_tree import move, torsion_tree
from molgen.physics.vina import atom_classes, pair_terms, weight_vector

SMILES = "OCCC(CCO)COc1ccccc1"
GRAPH = graph_of(SMILES)
TREE = torsion_tree(GRAPH)
TYPES = ligand_types(Chem.MolFromSmiles(SMILES))
CLASSES = atom_classes(TYPES)
POCKET = pocket_atoms()
LOWER, UPPER = torch.tensor([-2.0, -2.5, -2.0]), torch.tensor([2.0, 2.5, 3.0])
HELD = PointRestraint(torch.tensor([[0, 4], [6, 4]]), torch.tensor([[1.0, 1, 0], [0, -2, 1]]), torch.tensor([0.5, 0.3]))
NO_PAIRS = ligand_pairs(replace(GRAPH, torsions=GRAPH.torsions[:0], moving=GRAPH.moving[:0]), CLASSES)


def poses(count: int, seed: int = 0) -> Tensor:
    """float64 [n, 3, count], some atoms outside the box and some inside the receptor."""
    rng = torch.Generator().manual_seed(seed)
    start = poses_last(torch.from_numpy(heavy_positions(SMILES))).repeat(1, 1, count)
    motion = torch.randn(TREE.freedom, count, generator=rng, dtype=torch.float64)
    motion[6:] *= 2
    return move(TREE, start - start.mean(0), motion)


def map_energy(ceiling: float | None) -> DockingEnergy:
    maps = build_maps(POCKET.positions, POCKET.classes, CLASSES, np.zeros(3), np.full(3, 14.0))
    field = MapField(maps, CLASSES.index)
    return DockingEnergy(in_double(TREE), field, NO_PAIRS, LOWER, UPPER, (HELD,), ceiling)


def slopes(energy: DockingEnergy, positions: Tensor, step: float) -> Tensor:
    """Central differences [6 + m, B] along every motion."""
    rows = []
    for k in range(TREE.freedom):
        way = torch.zeros(TREE.freedom, positions.shape[2], dtype=positions.dtype)
        way[k] = step
        ahead, behind = (energy(move(TREE, positions, sign * way))[0] for sign in (1, -1))
        rows.append((ahead - behind) / (2 * step))
    return torch.stack(rows)


@pytest.mark.parametrize("ceiling", [None, 10.0, 0.5])
def test_the_gradient_with_maps_walls_and_restraints_is_the_derivative(ceiling: float | None) -> None:
    energy = map_energy(ceiling)
    positions = poses(12)
    assert (energy.walls(positions)[0] > 0).any()
    assert (HELD(positions)[0] > 0).any()
    assert (energy.field(positions)[0] > 1).any()  # where the ceiling matters
    total, gradient = energy(positions)
    assert total.shape == (12,)
    assert gradient.shape == (TREE.freedom, 12)
    error = (gradient - slopes(energy, positions, 1e-6)).abs()
    # between the cells of the grid the derivative jumps; a step of 1e-6 Angstrom hardly ever meets that
    assert error.max() < 1e-4 * (1 + gradient.abs().max())


def exact(positions: Tensor) -> Tensor:
    """Receptor and ligand pairs without tables, [B]; differentiable, for poses [n, 3, B]."""
    own, other = CLASSES, POCKET.classes
    a, b = own.index[:, None], other.index
    bond = (own.donor[a] & other.acceptor[b]) | (own.acceptor[a] & other.donor[b])
    distance = torch.cdist(poses_first(positions), torch.from_numpy(POCKET.positions))
    radius, hydrophobic = own.radius[a] + other.radius[b], own.hydrophobic[a] & other.hydrophobic[b]
    outer = (pair_terms(distance, radius, hydrophobic, bond) @ weight_vector()).sum((1, 2))
    first, second = changing_pairs(GRAPH)
    a, b = own.index[first], own.index[second]
    bond = (own.donor[a] & own.acceptor[b]) | (own.acceptor[a] & own.donor[b])
    distance = torch.linalg.vector_norm(positions[first] - positions[second], dim=1).T
    radius, hydrophobic = own.radius[a] + own.radius[b], own.hydrophobic[a] & own.hydrophobic[b]
    inner = (pair_terms(distance, radius, hydrophobic, bond) @ weight_vector()).sum(1)
    outside = (positions - UPPER[:, None]).clamp(min=0) + (LOWER[:, None] - positions).clamp(min=0)
    return outer + inner + 10.0 * (outside**2).sum((0, 1)) + HELD(positions)[0]


def direct() -> DockingEnergy:
    pairs = ligand_pairs(GRAPH, CLASSES)
    return DockingEnergy(TREE, direct_energy(POCKET, CLASSES), pairs, LOWER, UPPER, (HELD,))


def test_the_energy_with_pair_sums_is_the_exact_one() -> None:
    positions = poses(20)
    total, _ = direct()(positions.float())
    assert torch.allclose(total.double(), exact(positions), atol=0.03, rtol=1e-4)


def test_the_gradient_with_pair_sums_is_the_derivative_of_the_exact_energy() -> None:
    positions = poses(20)
    motion = torch.zeros(TREE.freedom, 20, dtype=torch.float64, requires_grad=True)
    # autograd through the motion; a rotation of length zero has none, so it is taken at a small one
    small = motion + torch.cat([torch.zeros(3), torch.full((1,), 1e-7), torch.zeros(TREE.freedom - 4)])[:, None]
    (expected,) = torch.autograd.grad(exact(move(TREE, positions, small)).sum(), motion)
    _, gradient = direct()(positions.float())
    error = (gradient - expected).abs()
    assert (error / (1 + expected.abs().amax(0))).max() < 0.01


def test_without_a_ceiling_nothing_is_softened() -> None:
    positions = poses(10).float()
    energy = direct()
    inter, _ = energy.intermolecular(positions)
    terms = interaction_terms(POCKET, CLASSES, poses_first(positions)) @ weight_vector()
    assert torch.allclose(inter.double(), terms, atol=0.02, rtol=1e-3)
    assert energy.ceiling is None


def test_a_ceiling_keeps_low_energies_and_bounds_high_ones() -> None:
    positions = poses(30).float()
    energy = direct()
    hard, _ = energy.field(positions)
    assert hard.max() > 5
    for ceiling in (0.5, 3.0):
        own, _ = energy.softened(ceiling).intermolecular(positions)
        each = [[e if e < 0 else e * ceiling / (e + ceiling) for e in row] for row in hard.double().tolist()]
        assert own.tolist() == pytest.approx(np.sum(each, axis=0).tolist(), abs=1e-4)
        assert (own < len(hard) * ceiling).all()
    assert torch.allclose(energy.softened(1e9).intermolecular(positions)[0], hard.sum(0), rtol=1e-4)


def test_the_parts_add_up() -> None:
    positions = poses(10).float()
    energy = direct()
    parts = [energy.intermolecular, lambda x: pair_energy(energy.pairs, x), energy.walls, HELD]
    values = [part(positions) for part in parts]
    total, gradient = energy.cartesian(positions)
    assert torch.allclose(torch.stack([value for value, _ in values]).sum(0), total, rtol=1e-5)
    assert torch.allclose(torch.stack([slope for _, slope in values]).sum(0), gradient, rtol=1e-4, atol=1e-4)
    assert torch.equal(energy(positions)[0], total)
    bare = replace(energy, restraints=())
    assert torch.allclose(bare.cartesian(positions)[0], total - HELD(positions)[0], rtol=1e-4, atol=1e-3)


def test_the_pairs_of_the_ligand_count_once() -> None:
    positions = poses(3)
    kinds = kinds_of(TYPES)
    far = torch.tensor([0.0, 0, 400.0])[:, None]  # away from the receptor, in a box of its own
    energy = replace(direct(), lower=LOWER + far[:, 0] - 50, upper=UPPER + far[:, 0] + 50, restraints=())
    total, _ = energy((positions + far).float())
    for k in range(3):
        pose = positions[..., k].numpy()
        slow = sum(
            slow_pair(kinds[i], kinds[j], float(np.linalg.norm(pose[i] - pose[j])))
            for i, j in zip(*changing_pairs(GRAPH), strict=True)
        )
        assert total[k].item() == pytest.approx(slow, abs=0.02)


def test_walls_are_harmonic_outside_the_box_only() -> None:
    energy = direct()
    positions = torch.zeros(GRAPH.n_atoms, 3, 2)
    positions[0, :, 1] = torch.tensor([3.0, 0.0, -4.0])  # 1 Angstrom beyond x, 2 beyond z
    values, gradient = energy.walls(positions)
    assert values.tolist() == [0.0, pytest.approx(10 * (1 + 4))]
    assert gradient[0, :, 1].tolist() == pytest.approx([20.0, 0.0, -40.0])
    assert not gradient[..., 0].any()
    assert not gradient[1:].any()


def test_another_field_replaces_only_the_receptor() -> None:
    energy = direct().softened(5.0)
    other = energy.with_field(MapField(build_maps(POCKET.positions, POCKET.classes, CLASSES, np.zeros(3),
                                                  np.full(3, 12.0)), CLASSES.index))  # fmt: skip
    positions = poses(30).float()
    assert other.ceiling == 5.0
    assert other.pairs is energy.pairs
    assert other.restraints == energy.restraints
    assert torch.equal(other.walls(positions)[0], energy.walls(positions)[0])
    own, exact_ = other.intermolecular(positions)[0], energy.intermolecular(positions)[0]
    assert not torch.equal(own, exact_)
    assert torch.corrcoef(torch.stack([own, exact_]))[0, 1] > 0.99
