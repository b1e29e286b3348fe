"""The grid around a protein, and the points of it that protein encloses."""

import numpy as np
import pytest

from molgen.chem.proteins.burial import DIRECTIONS, Grid, enclosed_points


def shell(radius: float, *, count: int = 800) -> np.ndarray:
    """Points spread evenly over a sphere, and a few along x that fix the principal axes."""
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5))
    height = 1 - 2 * (np.arange(count) + 0.5) / count
    ring = np.sqrt(1 - height**2)
    return radius * np.stack([height, ring * np.cos(turn), ring * np.sin(turn)], axis=1)


def test_points_of_the_grid_and_of_the_world_are_the_same_points() -> None:
    positions = np.random.default_rng(0).normal(size=(50, 3)) * [9, 6, 3] + [100, -50, 20]
    grid = Grid.around(positions)
    np.testing.assert_allclose(grid.to_world(grid.atoms), positions, atol=1e-9)
    corners = grid.to_world(np.array([[0, 0, 0], np.array(grid.shape) - 1]))
    np.testing.assert_allclose(corners.mean(axis=0), positions.mean(axis=0), atol=1e-9)


def test_turning_the_atoms_turns_the_grid_with_them() -> None:
    positions = np.random.default_rng(1).normal(size=(50, 3)) * [9, 6, 3]
    turned = positions @ np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]) + 7
    assert Grid.around(turned).shape == Grid.around(positions).shape


def test_the_inside_of_a_shell_is_buried_and_the_outside_is_not() -> None:
    atoms = shell(7.0)
    grid = Grid.around(atoms)
    points, burial = enclosed_points(grid, np.full(len(atoms), 6))
    away = np.linalg.norm(grid.to_world(points), axis=1)
    assert away.max() < 7.0
    assert (burial[away < 3.0] == len(DIRECTIONS)).all()
    assert len(points[away < 3.0]) > 80  # of the 113 in this ball


def test_no_point_lies_within_reach_of_an_atom() -> None:
    atoms = shell(7.0)
    grid = Grid.around(atoms)
    for element, radius in ((6, 1.75), (8, 1.5)):
        points, _ = enclosed_points(grid, np.full(len(atoms), element))
        nearest = np.linalg.norm(grid.to_world(points)[:, None] - atoms, axis=2).min()
        assert nearest > radius + 1.3 - 1e-6


def test_points_between_two_sheets_meet_protein_in_some_directions_only() -> None:
    plane = np.stack(np.meshgrid(np.arange(-20, 21, 1.5), np.arange(-14, 15, 1.5)), axis=-1).reshape(-1, 2)
    atoms = np.concatenate([np.insert(plane, 2, height, axis=1) for height in (-4.0, 4.0)])
    grid = Grid.around(atoms)
    points, burial = enclosed_points(grid, np.full(len(atoms), 6))
    middle = np.linalg.norm(grid.to_world(points), axis=1) < 2.0
    assert middle.any()
    assert (burial[middle] == 18).all()  # all but the eight within the plane


def test_a_gaussian_of_one_point_has_height_one_and_the_given_width() -> None:
    grid = Grid.around(np.random.default_rng(2).normal(size=(200, 3)) * 8)
    values = np.zeros(grid.shape, dtype=np.float32)
    values[tuple(grid.middle)] = 1
    smooth = grid.smoothed(values, 2.5)
    assert smooth.max() == pytest.approx(1.0, abs=0.1)
    x, y, z = grid.middle
    assert smooth[x + 2, y, z] / smooth.max() == pytest.approx(np.exp(-((2 * grid.step / 2.5) ** 2) / 2), abs=0.02)
