"""Figures show the numbers that they were given: bars, lines and order are compared with the data."""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from molgen.metrics import calibration, coverage, success_curve
from molgen.reports.figures import (
    calibration_figure,
    cluster_order,
    coverage_figure,
    energy_against_rmsd,
    figure_bytes,
    pairwise_heat_map,
    rmsd_distribution,
    sampling_trajectory,
    save_figure,
    success_figure,
    torsion_map,
    torsion_roses,
)
from molgen.reports.figures.calibration import wilson_interval
from molgen.reports.figures.distribution import histogram_edges
from molgen.reports.figures.torsions import rose_shares

RNG = np.random.default_rng(0)
VALUES = RNG.gamma(3.0, 0.5, 200)


def distances(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - points, axis=-1)


def bars(axes) -> np.ndarray:
    return np.array([patch.get_height() for patch in axes.patches])


@pytest.mark.parametrize("size", [1, 7, 200, 10_000])
def test_bars_of_the_histogram_sum_to_n(size: int) -> None:
    values = RNG.gamma(3.0, 0.5, size)
    above, below = rmsd_distribution(np.r_[values, np.nan]).axes
    assert bars(below).sum() == size
    share = above.lines[0].get_ydata()
    assert share[-1] == pytest.approx(size / (size + 1))  # the NaN is never reached
    at = above.lines[0].get_xdata()
    assert share[np.searchsorted(at, 1.0, side="right") - 1] == pytest.approx((values <= 1.0).sum() / (size + 1))


@pytest.mark.parametrize("values", [[0.0], [1e-9, 2e-9], [3.0] * 50, [0.1, 900.0], VALUES])
def test_edges_hold_all_values_in_few_bins(values: list) -> None:
    edges = histogram_edges(np.asarray(values))
    assert edges[0] == 0.0
    assert edges[-1] > max(values)
    assert 2 <= len(edges) <= 62
    assert np.histogram(values, edges)[0].sum() == len(values)


def test_the_success_curve_at_two_angstrom_is_the_fraction() -> None:
    poses = [RNG.exponential(3.0, 9) for _ in range(40)]
    curve = success_curve(poses, counts=(1, 5))
    (axes,) = success_figure(curve).axes
    for line, count in zip(axes.lines, (1, 5), strict=False):
        expected = np.mean([min(one[:count]) <= 2.0 for one in poses])
        assert line.get_ydata()[list(line.get_xdata()).index(2.0)] == pytest.approx(expected)
        assert f"{expected:.0%} ≤ 2 Å" in str(line.get_label())


def test_calibration_shows_shares_counts_and_error() -> None:
    stated = RNG.random(300)
    found = calibration(stated, RNG.random(300) < stated**2)
    figure = calibration_figure(found)
    above, below = figure.axes
    assert bars(below).astype(int).tolist() == found.counts.tolist()
    points = above.containers[0].lines[0]
    assert points.get_ydata() == pytest.approx(found.observed)
    assert points.get_xdata() == pytest.approx(found.confidence)
    assert f"{found.error:.3f}" in above.get_legend().get_texts()[1].get_text()


def test_wilson_interval_of_ten_in_twenty() -> None:
    low, high = wilson_interval(np.array([10.0, 0.0]), np.array([20, 5]))
    assert (low[0], high[0]) == pytest.approx((0.299, 0.701), abs=1e-3)
    assert (low[1], high[1]) == pytest.approx((0.0, 0.434), abs=1e-3)


def test_similar_structures_stand_side_by_side() -> None:
    groups = RNG.permutation(np.repeat([0.0, 10.0, 20.0], 5))
    matrix = distances(np.stack([groups, RNG.normal(size=15)], axis=1))
    order = cluster_order(matrix)
    assert sorted(order) == list(range(15))
    assert (np.diff(groups[order]) != 0).sum() == 2  # three blocks
    shown = next(axes.images[0].get_array() for axes in pairwise_heat_map(matrix).axes if axes.images)
    assert np.asarray(shown) == pytest.approx(matrix[np.ix_(order, order)])


def test_a_heat_map_of_many_structures_shows_some_of_them() -> None:
    figure = pairwise_heat_map(distances(RNG.normal(size=(1500, 3))), cluster=False)
    image = next(axes.images[0] for axes in figure.axes if axes.images)
    assert image.get_array().shape == (1000, 1000)
    assert "1,000 of 1,500" in figure.get_suptitle()


def test_the_star_is_the_lowest_energy() -> None:
    rmsd, energy = RNG.random(30), RNG.normal(size=30)
    energy[3] = np.nan
    (axes,) = energy_against_rmsd(rmsd, energy).axes
    points, star = (np.asarray(collection.get_offsets()) for collection in axes.collections)
    assert len(points) == 29
    assert star[0] == pytest.approx([rmsd[np.nanargmin(energy)], np.nanmin(energy)])
    assert axes.get_xlabel().endswith("/ Å")
    assert axes.get_ylabel().endswith("/ kcal/mol")


def test_ten_thousand_points_become_a_density_that_counts_them_all() -> None:
    figure = energy_against_rmsd(RNG.random(10_000), RNG.normal(size=10_000))
    assert figure.axes[0].collections[0].get_array().sum() == 10_000
    angles = RNG.uniform(-np.pi, np.pi, (2, 10_000))
    assert torsion_map(*angles).axes[0].images[0].get_array().sum() == 10_000


def test_roses_show_shares_and_references() -> None:
    angles = np.radians([[5.0], [5.1], [-5.0], [178.0], [np.nan]])
    (axes,) = torsion_roses(angles, ["a-b-c-d"], reference=[[1.0]]).axes
    assert bars(axes) ** 2 == pytest.approx(rose_shares(angles))
    assert rose_shares(angles)[[17, 18, 35]] == pytest.approx([0.25, 0.5, 0.25])
    assert axes.lines[0].get_xdata()[0] == 1.0
    assert rose_shares([np.pi, -np.pi, 3 * np.pi]).sum() == pytest.approx(1.0)
    assert len(torsion_roses(np.zeros((2, 30))).axes) == 12


def test_coverage_lines_are_the_means() -> None:
    found = [coverage(RNG.random((3, 8)) * 2, np.linspace(0.1, 2, 20)) for _ in range(5)]
    left, right = coverage_figure(found).axes
    assert left.lines[0].get_ydata() == pytest.approx(np.mean([one.recall for one in found], axis=0))
    assert right.lines[0].get_ydata() == pytest.approx(np.mean([one.precision for one in found], axis=0))


def test_a_trajectory_has_the_median_of_the_samples() -> None:
    rmsd, energy = RNG.random((6, 31)), RNG.normal(size=(6, 31))
    above, below = sampling_trajectory(rmsd, energy, times=np.linspace(1, 0, 6)).axes
    assert above.lines[-1].get_ydata() == pytest.approx(np.median(rmsd, axis=1))
    assert below.lines[-1].get_ydata() == pytest.approx(np.median(energy, axis=1))
    assert below.get_xlim()[0] > below.get_xlim()[1]  # from noise to data
    with pytest.raises(ValueError, match="RMSDs or energies"):
        sampling_trajectory()


def nothing_and_one() -> dict:
    one_curve = success_curve([[np.nan]])
    return {
        "no rmsds": lambda: rmsd_distribution([]),
        "nan": lambda: rmsd_distribution([np.nan], threshold=2.0),
        "one rmsd": lambda: rmsd_distribution(1.2),
        "no structures": lambda: pairwise_heat_map(np.zeros((0, 0))),
        "one structure": lambda: pairwise_heat_map([[0.0]]),
        "pairs with nan": lambda: pairwise_heat_map([[0, np.nan, 1], [np.nan, 0, 2], [1, 2, 0]]),
        "all nan": lambda: pairwise_heat_map(np.full((3, 3), np.nan)),
        "equal structures": lambda: pairwise_heat_map(np.zeros((4, 4))),
        "one energy": lambda: energy_against_rmsd(1.0, -3.0),
        "no energy": lambda: energy_against_rmsd([1.0], [np.nan]),
        "empty energy": lambda: energy_against_rmsd([], []),
        "one pair of torsions": lambda: torsion_map(1.0, 2.0),
        "no pair of torsions": lambda: torsion_map([np.nan], [1.0], reference=([np.nan], [0.0])),
        "one rose": lambda: torsion_roses([[np.nan]]),
        "no rose": lambda: torsion_roses(np.zeros((3, 0))),
        "one complex": lambda: success_figure(one_curve),
        "one prediction": lambda: calibration_figure(calibration([0.7], [True])),
        "one molecule": lambda: coverage_figure([coverage([[0.5]], [0.3, 0.6])]),
        "one step": lambda: sampling_trajectory([[1.0, 2.0]]),
        "steps of nan": lambda: sampling_trajectory([[np.nan], [np.nan]], [[1.0], [np.nan]]),
    }


@pytest.mark.parametrize("name", nothing_and_one())
def test_little_data_is_drawn_without_a_warning(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        content = figure_bytes(nothing_and_one()[name](), dpi=40)
    assert content.startswith(b"\x89PNG")


def test_text_from_files_is_no_mathematics() -> None:
    assert figure_bytes(rmsd_distribution(VALUES, title="a$_b$ \\frac{ <&>" * 9), "svg").startswith(b"<?xml")


def test_files_are_written_whole_and_alike(tmp_path: Path) -> None:
    for ending in ("png", "svg"):
        for name in ("a", "b"):
            save_figure(rmsd_distribution(VALUES, threshold=1.0), tmp_path / f"{name}.{ending}", dpi=50)
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()
    assert b"RMSD to the nearest reference" in (tmp_path / "a.svg").read_bytes()
    with pytest.raises(ValueError, match=r"\.png, \.svg or \.pdf"):
        save_figure(rmsd_distribution(VALUES), tmp_path / "a.gif")


def test_figures_leave_the_settings_of_the_user_alone() -> None:
    import matplotlib

    with matplotlib.rc_context({"font.size": 31.0, "axes.grid": True}):
        figure = rmsd_distribution(VALUES)
        assert matplotlib.rcParams["font.size"] == 31.0
    assert figure.axes[0].yaxis.label.get_size() == 9.0


def test_importing_the_figures_does_not_load_matplotlib() -> None:
    program = "import sys, molgen.reports, molgen.reports.figures; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
