"""Coverage numbers worked out by hand."""

import numpy as np
import pytest

from molgen.metrics import best_of_first, coverage

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


@pytest.mark.parametrize(("distance", "share"), [(0.75, 0.0), (np.nextafter(0.75, 0.0), 1.0)])
def test_the_threshold_itself_is_not_covered(distance: float, share: float) -> None:
    found = coverage([[distance, 0.2]], 0.75)
    assert found.precision == pytest.approx([(share + 1) / 2])
    found = coverage([[distance], [0.2]], 0.75)
    assert found.recall == pytest.approx([(share + 1) / 2])


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
