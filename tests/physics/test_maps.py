"""Grid maps against sums over all pairs, and interpolation against finite differences."""

import time

import numpy as np
import pytest
import torch
from complexes import protein_of
from small_receptors import KINDS, classes_of, pocket_atoms, poses_last, slow_pair

from molgen.chem.atom_types.interaction_types import protein_types
from molgen.physics.direct import TypedAtoms, interaction_terms
from molgen.physics.maps import GridMaps, MapField, build_maps, interpolate
from molgen.physics.vina import atom_classes, weight_vector

LIGAND = "CPHNAX"
POCKET = pocket_atoms()


def maps_of(receptor: TypedAtoms, center: np.ndarray, size: np.ndarray, spacing: float = 0.375) -> GridMaps:
    return build_maps(receptor.positions, receptor.classes, classes_of(LIGAND), center, size, spacing=spacing)


def grid_points(maps: GridMaps) -> torch.Tensor:
    """float64 [X * Y * Z, 3]."""
    axes = [maps.origin[k].double() + maps.spacing * torch.arange(maps.shape[k]) for k in range(3)]
    return torch.cartesian_prod(*axes)


def exact(receptor: TypedAtoms, points: torch.Tensor) -> torch.Tensor:
    """Energies [classes, points] of single atoms, from pair sums."""
    rows = []
    classes = classes_of(LIGAND)
    for letter in range(len(classes)):
        own = classes_of(LIGAND[int((classes.index == letter).nonzero()[0])])
        rows.append(interaction_terms(receptor, own, points[:, None]) @ weight_vector())
    return torch.stack(rows)


def test_grid_points_have_the_energy_of_the_pair_sum() -> None:
    maps = maps_of(POCKET, np.array([0.3, -0.2, 1.0]), np.array([6.0, 4.0, 5.0]), 0.9)
    slow = exact(POCKET, grid_points(maps))
    own = maps.values.view(len(classes_of(LIGAND)), -1)
    error = (own - slow).abs()
    # half a bin of the table is 0.0013 Angstrom at 3 Angstrom and 0.004 at 1; up to 60 atoms add up
    low = slow < 5
    assert low.float().mean() > 0.3
    assert error[low].max() < 0.02
    assert (error / (1 + slow.abs())).max() < 0.02
    assert error[low].mean() < 0.003


def test_one_atom_has_the_energy_written_out_by_hand() -> None:
    receptor = pocket_atoms(1, seed=4)
    origin = receptor.positions[0]
    center, size = origin + np.array([3.0, 0, 0]), np.array([2.0, 0.5, 0.5])
    maps = build_maps(receptor.positions, receptor.classes, classes_of("O"), center, size, spacing=0.5)
    assert maps.shape == (5, 2, 2)
    letter = next(iter(KINDS))
    for k, point in enumerate(grid_points(maps).numpy()):
        distance = float(np.linalg.norm(point - origin))
        assert maps.values[k].item() == pytest.approx(slow_pair("O", letter, distance), abs=0.01)


def test_between_grid_points_low_energies_are_close() -> None:
    maps = maps_of(POCKET, np.zeros(3), np.full(3, 9.0))
    points = torch.from_numpy(np.random.default_rng(0).uniform(-4, 4, size=(150, 3)))
    slow = exact(POCKET, points)
    classes = torch.arange(len(slow))
    fast, _ = interpolate(maps, points.T.expand(len(slow), 3, 150).float().contiguous(), classes)
    low = slow < 0
    assert low.sum() > 100
    error = (fast - slow)[low].abs()
    assert error.max() < 0.35  # where the walls of the hollow are near, a cell of 0.375 Angstrom is coarse
    assert error.mean() < 0.03


def test_a_finer_grid_is_closer() -> None:
    points = torch.from_numpy(np.random.default_rng(1).uniform(-2.5, 2.5, size=(100, 3)))
    slow = exact(POCKET, points)
    errors = []
    for spacing in (0.8, 0.4, 0.2):
        maps = maps_of(POCKET, np.zeros(3), np.full(3, 6.0), spacing)
        fast, _ = interpolate(maps, points.T.expand(len(slow), 3, 100).float().contiguous(), torch.arange(len(slow)))
        errors.append((fast - slow)[slow < 1].abs().mean().item())
    assert errors[1] < errors[0] / 2
    assert errors[2] < errors[1] / 2


def test_the_gradient_is_the_derivative_of_the_interpolation() -> None:
    maps = maps_of(POCKET, np.array([0.1, 0.2, 0.3]), np.full(3, 6.0))
    rng = np.random.default_rng(2)
    cells = rng.integers(0, np.array(maps.shape) - 1, size=(50, 4, 3)) + rng.uniform(0.05, 0.95, size=(50, 4, 3))
    positions = poses_last(maps.origin.double() + maps.spacing * torch.from_numpy(cells))
    classes = torch.tensor([0, 1, 3, 1])
    _, gradient = interpolate(maps, positions, classes)
    for axis in range(3):
        step = torch.zeros(3, 1, dtype=torch.float64)
        step[axis] = 1e-4
        slope = (
            interpolate(maps, positions + step, classes)[0] - interpolate(maps, positions - step, classes)[0]
        ) / 2e-4
        assert (gradient[:, axis] - slope).abs().max() < 1e-6 * (1 + slope.abs().max())


def test_interpolation_is_exact_for_a_trilinear_function_of_the_place() -> None:
    shape = (4, 5, 6)
    x, y, z = torch.meshgrid(*(0.5 * torch.arange(k) for k in shape), indexing="ij")
    values = torch.stack([1 + 2 * x - 3 * y + z + x * y * z, x - y])  # the origin is at (10, 20, 30)
    maps = GridMaps(values.reshape(-1), torch.tensor([10.0, 20.0, 30.0]), 0.5, shape)
    place = torch.from_numpy(np.random.default_rng(3).uniform(0, 1.5, size=(2, 3, 40)))
    energy, gradient = interpolate(maps, place + maps.origin[:, None], torch.tensor([0, 1]))
    a, b, c = place[0]
    assert torch.allclose(energy[0], 1 + 2 * a - 3 * b + c + a * b * c, atol=1e-5)
    assert torch.allclose(energy[1], place[1, 0] - place[1, 1], atol=1e-5)
    assert torch.allclose(gradient[0], torch.stack([2 + b * c, -3 + a * c, 1 + a * b]), atol=1e-4)
    assert torch.allclose(gradient[1, 2], torch.zeros(40, dtype=torch.float64), atol=1e-5)


def test_outside_the_grid_the_face_counts_and_nothing_pulls() -> None:
    maps = maps_of(POCKET, np.zeros(3), np.full(3, 4.0))
    low, high = maps.origin, maps.upper
    inside = torch.tensor([0.3, -0.2, 0.4])
    for axis in range(3):
        for face, far in ((high, high + 7), (low, low - 100)):
            at, beyond = inside.clone(), inside.clone()
            at[axis], beyond[axis] = face[axis], far[axis]
            here, _ = interpolate(maps, at[None, :, None], torch.tensor([1]))
            there, gradient = interpolate(maps, beyond[None, :, None], torch.tensor([1]))
            assert there.item() == pytest.approx(here.item(), abs=1e-3)
            assert gradient[0, axis, 0] == 0
            assert gradient[0, [k for k in range(3) if k != axis], 0].abs().min() > 0


@pytest.mark.parametrize("shift", [(1.0, 2.0, -3.0), (0.1234, 51.77, -33.3), (900.0, -800.0, 1234.5)])
def test_moving_receptor_and_box_together_leaves_the_energies(shift: tuple[float, float, float]) -> None:
    center, size = np.array([0.4, 0.1, -0.3]), np.array([5.0, 6.0, 4.0])
    maps = maps_of(POCKET, center, size, 0.5)
    moved = maps_of(TypedAtoms(POCKET.positions + shift, POCKET.classes), center + shift, size, 0.5)
    assert moved.shape == maps.shape
    assert torch.allclose(moved.origin, maps.origin + torch.tensor(shift), atol=1e-4)
    # an atom may fall into the next bin of the table
    assert ((moved.values - maps.values).abs() / (1 + maps.values.abs())).max() < 0.02
    assert (moved.values - maps.values).abs().median() < 1e-5


def test_turning_receptor_and_box_by_a_quarter_turns_the_maps() -> None:
    center, size = np.array([0.4, 0.1, -0.3]), np.array([5.0, 6.0, 4.0])
    maps = maps_of(POCKET, center, size, 0.5)
    turned = POCKET.positions @ np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])  # (x, y, z) -> (-y, x, z)
    other = maps_of(TypedAtoms(turned, POCKET.classes), np.array([-0.1, 0.4, -0.3]), size[[1, 0, 2]], 0.5)
    expected = maps.values.view(-1, *maps.shape).flip(2).transpose(1, 2)
    error = (other.values.view(expected.shape) - expected).abs() / (1 + expected.abs())
    assert error.max() < 0.02


def test_the_grid_covers_the_box_and_is_centered_on_it() -> None:
    center = np.array([5.0, -7.0, 11.0])
    maps = maps_of(POCKET, center, np.array([3.0, 3.1, 0.2]))
    assert maps.shape == (9, 10, 2)
    assert maps.spacing == 0.375
    assert torch.allclose((maps.origin + maps.upper) / 2, torch.from_numpy(center).float(), atol=1e-5)
    assert ((maps.upper - maps.origin).numpy() >= np.array([3.0, 3.1, 0.2]) - 1e-5).all()


def test_blocks_do_not_change_the_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    center, size = np.array([1.0, 0.0, 2.0]), np.array([9.0, 6.0, 13.0])
    blocks = maps_of(POCKET, center, size, 0.5)
    assert max(blocks.shape) > 20
    monkeypatch.setattr("molgen.physics.maps._BLOCK", 1000)
    whole = maps_of(POCKET, center, size, 0.5)
    # squared distances are rounded differently: an atom may fall into the next bin
    assert ((blocks.values - whole.values).abs() / (1 + whole.values.abs())).max() < 0.02
    assert (blocks.values - whole.values).abs().median() < 1e-5


def test_far_from_the_receptor_there_is_nothing() -> None:
    maps = maps_of(POCKET, np.array([100.0, 0, 0]), np.full(3, 6.0))
    assert not maps.values.any()


def test_a_map_field_looks_up_each_atom_in_the_map_of_its_class() -> None:
    maps = maps_of(POCKET, np.zeros(3), np.full(3, 5.0))
    classes = classes_of("HCX").index
    assert len(classes_of("HCX")) == 3
    positions = torch.randn(3, 3, 5, generator=torch.Generator().manual_seed(0))
    energy, gradient = MapField(maps, classes)(positions)
    for atom in range(3):
        alone, slope = interpolate(maps, positions[atom : atom + 1], classes[atom : atom + 1])
        assert torch.equal(energy[atom], alone[0])
        assert torch.equal(gradient[atom], slope[0])


def test_maps_around_a_real_protein_take_seconds_at_most() -> None:
    protein = protein_of("1ia1")
    classes = atom_classes(protein_types(protein))
    ligand = classes_of("CPOHNAXS")
    begin = time.perf_counter()
    maps = build_maps(protein.positions, classes, ligand, protein.positions.mean(0), np.full(3, 22.5))
    taken = time.perf_counter() - begin
    assert maps.shape == (61, 61, 61)
    assert maps.values.isfinite().all()
    assert taken < 4.0  # half a second alone on a core of 2024; tests share theirs
