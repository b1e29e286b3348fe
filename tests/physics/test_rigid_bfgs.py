"""The minimizer on energies whose minimum is known."""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
import torch
from small_molecules import graph_of, heavy_positions
from small_receptors import poses_last
from torch import Tensor

from molgen.physics.rigid_bfgs import Objective, minimize
from molgen.physics.torsion_tree import TorsionTree, generalized_gradient, move, torsion_tree

SMILES = "CCC(CO)CC(=O)NC1CCCC1"
TREE = torsion_tree(graph_of(SMILES))
TARGET = poses_last(torch.from_numpy(heavy_positions(SMILES)).float())


def along(tree: TorsionTree, cartesian: Callable[[Tensor], tuple[Tensor, Tensor]]) -> Objective:
    """From energies and gradients by the coordinates to an objective of the minimizer."""

    def objective(positions: Tensor) -> tuple[Tensor, Tensor]:
        energy, gradient = cartesian(positions)
        return energy, generalized_gradient(tree, positions, gradient)

    return objective


def well(target: Tensor, stiffness: float = 2.0) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    return lambda x: (stiffness * ((x - target) ** 2).sum((0, 1)), 2 * stiffness * (x - target))


def rough(x: Tensor) -> tuple[Tensor, Tensor]:
    """Many minima, steep walls."""
    wave = torch.linspace(0.5, 3, x.shape[0] * 3).view(x.shape[0], 3, 1)
    energy = torch.sin(wave * x) + 0.02 * x**4
    return energy.sum((0, 1)), wave * torch.cos(wave * x) + 0.08 * x**3


def starts(count: int, size: float, seed: int = 0) -> Tensor:
    rng = torch.Generator().manual_seed(seed)
    return move(TREE, TARGET.repeat(1, 1, count), size * torch.randn(TREE.freedom, count, generator=rng))


def test_the_minimum_of_a_quadratic_well_is_found() -> None:
    found = minimize(along(TREE, well(TARGET)), TREE, starts(16, 0.3), 120)
    assert found.energies.max() < 1e-4
    assert (found.positions - TARGET).abs().max() < 0.01
    assert found.evaluations == 121


def test_a_rigid_body_far_away_comes_home() -> None:
    tree = torsion_tree(graph_of("c1ccccc1O"))
    home = poses_last(torch.from_numpy(heavy_positions("c1ccccc1O")).float())
    rng = torch.Generator().manual_seed(0)
    motion = torch.randn(6, 20, generator=rng) * torch.tensor([5.0, 5, 5, 0.6, 0.6, 0.6])[:, None]
    found = minimize(along(tree, well(home)), tree, move(tree, home.repeat(1, 1, 20), motion), 100)
    assert found.energies.max() < 1e-4


def lennard_jones(x: Tensor) -> tuple[Tensor, Tensor]:
    """4 eps ((s / r)^12 - (s / r)^6) with an atom at (1, 2, 3), eps = 0.7 kcal/mol, s = 3.2 Angstrom."""
    away = x - torch.tensor([1.0, 2.0, 3.0])[:, None]
    r = torch.linalg.vector_norm(away, dim=1, keepdim=True)
    six = (3.2 / r) ** 6
    energy, slope = 2.8 * (six**2 - six), 2.8 * (6 * six - 12 * six**2) / r
    return energy.sum((0, 1)), slope * away / r


def test_one_atom_ends_at_the_minimum_of_a_lennard_jones_pair() -> None:
    tree = torsion_tree(graph_of("C"))
    directions = torch.nn.functional.normalize(torch.randn(3, 12, generator=torch.Generator().manual_seed(0)), dim=0)
    start = torch.tensor([1.0, 2.0, 3.0])[:, None] + directions * torch.linspace(2.4, 4.2, 12)
    found = minimize(along(tree, lennard_jones), tree, start[None], 100)
    distance = torch.linalg.vector_norm(found.positions[0] - torch.tensor([1.0, 2.0, 3.0])[:, None], dim=0)
    assert torch.allclose(distance, torch.tensor(3.2 * 2 ** (1 / 6)), atol=5e-3)
    assert torch.allclose(found.energies, torch.tensor(-0.7), atol=1e-4)


def test_a_torsion_alone_turns_to_its_minimum() -> None:
    smiles = "CCCC"
    tree = torsion_tree(graph_of(smiles))
    start = poses_last(torch.from_numpy(heavy_positions(smiles)).float())
    turned = move(tree, start, torch.tensor([0, 0, 0, 0, 0, 0, 1.0])[:, None])
    found = minimize(along(tree, well(turned)), tree, start, 80)
    assert found.energies.item() < 1e-4


def test_no_pose_ends_higher_than_it_began() -> None:
    objective = along(TREE, rough)
    begin = starts(200, 1.0)
    before, _ = objective(begin)
    for iterations in (0, 1, 2, 5, 40):
        found = minimize(objective, TREE, begin, iterations)
        assert (found.energies <= before).all()
        assert torch.allclose(objective(found.positions)[0], found.energies, rtol=1e-5, atol=1e-4)
    assert (found.energies < before - 1).float().mean() > 0.95


def test_more_iterations_never_end_higher() -> None:
    objective = along(TREE, rough)
    energies = [minimize(objective, TREE, starts(50, 1.0), k).energies for k in (5, 10, 20, 40)]
    assert all((b <= a).all() for a, b in pairwise(energies))


def test_at_the_end_the_gradient_is_small() -> None:
    objective = along(TREE, rough)
    found = minimize(objective, TREE, starts(50, 0.5), 100)
    before, after = (objective(x)[1].abs().amax(0) for x in (starts(50, 0.5), found.positions))
    assert after.median() < 0.02 * before.median()


def test_poses_do_not_depend_on_the_batch() -> None:
    objective = along(TREE, rough)
    begin = starts(8, 0.6)
    together = minimize(objective, TREE, begin, 15)
    for k in range(8):
        alone = minimize(objective, TREE, begin[..., k : k + 1].contiguous(), 15)
        assert torch.allclose(alone.energies, together.energies[k : k + 1], atol=1e-2, rtol=1e-3)
    order = torch.arange(7, -1, -1)
    turned = minimize(objective, TREE, begin[..., order].contiguous(), 15)
    assert torch.allclose(turned.energies[order], together.energies, atol=1e-2, rtol=1e-3)


def test_a_pose_with_an_undefined_energy_leaves_the_others_alone() -> None:
    begin = starts(6, 0.3)
    broken = begin.clone()
    broken[..., 2] = torch.nan
    found = minimize(along(TREE, well(TARGET)), TREE, broken, 40)
    clean = minimize(along(TREE, well(TARGET)), TREE, begin, 40)
    others = [0, 1, 3, 4, 5]
    assert torch.allclose(found.energies[others], clean.energies[others], atol=1e-4)


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
def test_the_number_of_threads_does_not_change_the_result() -> None:
    objective = along(TREE, rough)
    begin = starts(500, 0.6)
    found = []
    for count in (1, 2):
        torch.set_num_threads(count)
        found.append(minimize(objective, TREE, begin, 4))
    assert torch.equal(found[0].energies, found[1].energies)
    assert torch.equal(found[0].positions, found[1].positions)


def test_steps_are_no_longer_than_asked() -> None:
    tree = torsion_tree(graph_of("C"))
    seen: list[Tensor] = []

    def watched(x: Tensor) -> tuple[Tensor, Tensor]:
        seen.append(x)
        return along(tree, well(torch.zeros(1, 3, 1), 100.0))(x)

    minimize(watched, tree, torch.tensor([30.0, -40.0, 0.0])[None, :, None], 30, longest=0.5)
    steps = [(b - a).abs().max().item() for a, b in pairwise(seen)]
    assert max(steps) < 0.5 + 1e-3
    assert max(steps) > 0.4


@pytest.mark.parametrize("stiffness", [1.0, 1e3, 1e6])
def test_steep_wells_are_descended(stiffness: float) -> None:
    tree = torsion_tree(graph_of("C"))
    start = torch.tensor([30.0, -40.0, 10.0])[None, :, None]
    objective = along(tree, well(torch.zeros(1, 3, 1), stiffness))
    found = minimize(objective, tree, start, 150)
    assert torch.linalg.vector_norm(found.positions).item() < 0.01 * math.sqrt(2600)
