"""Coverage numbers worked out by hand."""

import numpy as np
import pytest

import molgen.metrics
from molgen.metrics import best_of_first, bootstrap_interval, coverage

# two references, three generated conformers
RMSD = np.array([[0.2, 0.9, 1.4], [1.0, 0.8, 1.2]])


def test_recall_looks_at_references_and_precision_at_conformers() -> None:
    found = coverage(RMSD, 0.75)
    assert found.recall == pytest.approx([1 / 2])  # only the first reference, by conformer 0
    assert found.precision == pytest.approx([1 / 3])  # only conformer 0
    assert found.recall_rmsd == pytest.approx((0.2 + 0.8) / 2)
    assert found.precision_rmsd == pytest.approx((0.2 + 0.8 + 1.2) / 3)


def test_a_grid_of_thresholds_gives_a_rising_curve() -> None:
    found = coverage(RMSD, [0.1, 0.5, 0.85, 2.0])
    assert found.recall == pytest.approx([0, 1 / 2, 1, 1])
    assert found.precision == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_the_threshold_itself_is_not_covered() -> None:
    assert coverage([[0.75]], 0.75).recall == pytest.approx([0.0])


def test_best_of_the_first_conformers() -> None:
    assert best_of_first(RMSD, [1, 2, 3, 50]) == pytest.approx([0.6, 0.5, 0.5, 0.5])
    assert best_of_first([3.0, 1.0, 2.0], [1, 2, 3]) == pytest.approx([3.0, 1.0, 1.0])


@pytest.mark.parametrize("matrix", [np.zeros((0, 3)), np.zeros(4), [[np.nan]]])
def test_matrices_without_meaning_are_refused(matrix: object) -> None:
    with pytest.raises(ValueError, match="RMSD matrix"):
        coverage(matrix)


def test_counts_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        best_of_first(RMSD, [0, 1])


def test_bootstrap_of_a_normal_sample_has_the_textbook_width() -> None:
    values = np.random.default_rng(0).normal(3.0, 2.0, size=400)
    found = bootstrap_interval(values)
    half = 1.96 * values.std() / np.sqrt(400)
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.value == pytest.approx(half, rel=0.1)
    assert found.value - found.low == pytest.approx(half, rel=0.1)
    assert bootstrap_interval(values) == found
    assert bootstrap_interval(values, np.median).value == pytest.approx(np.median(values))
    with pytest.raises(ValueError, match="zero values"):
        bootstrap_interval([])


def test_every_public_name_is_there() -> None:
    assert all(getattr(molgen.metrics, name) is not None for name in molgen.metrics.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = molgen.metrics.nonsense
