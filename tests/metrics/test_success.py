"""Success curves, worked out by hand."""

import numpy as np
import pytest

from molgen.metrics import first_and_best, success_curve

POSES = [[1.0, 0.5, 3.0], [2.0, 4.0], [5.0, 1.9, 0.1], [], [np.nan, 1.0]]


def test_the_curve_at_two_angstrom_is_the_fraction() -> None:
    curve = success_curve(POSES, counts=(1, 2, 9))
    assert curve.at(2.0, 1) == pytest.approx(2 / 5)  # 1.0 and 2.0 itself
    assert curve.at(2.0, 2) == pytest.approx(4 / 5)
    assert curve.at(0.1, 9) == pytest.approx(1 / 5)
    assert curve.n == 5
    with pytest.raises(ValueError, match="no point"):
        curve.at(2.05)


def test_curves_rise_and_the_best_of_more_is_never_worse() -> None:
    rng = np.random.default_rng(0)
    curve = success_curve([rng.exponential(3.0, 9) for _ in range(50)], counts=(1, 5, 9))
    assert (np.diff(curve.fraction, axis=1) >= 0).all()
    assert (np.diff(curve.fraction, axis=0) >= 0).all()
    assert (curve.low <= curve.fraction).all()
    assert (curve.fraction <= curve.high).all()


def test_bootstrap_band_has_the_binomial_width() -> None:
    curve = success_curve([[0.0]] * 60 + [[9.0]] * 40, thresholds=[2.0], counts=(1,))
    half = 1.96 * np.sqrt(0.6 * 0.4 / 100)
    assert curve.high.item() - curve.fraction.item() == pytest.approx(half, rel=0.15)
    again = success_curve([[0.0]] * 60 + [[9.0]] * 40, thresholds=[2.0], counts=(1,))
    assert (again.low == curve.low).all()


def test_a_complex_without_poses_is_infinitely_far() -> None:
    assert first_and_best(POSES, [1, 2]).tolist() == [
        [1.0, 2.0, 5.0, np.inf, np.inf],
        [0.5, 2.0, 1.9, np.inf, 1.0],
    ]
    with pytest.raises(ValueError, match="at least 1"):
        first_and_best(POSES, [0])
    with pytest.raises(ValueError, match="at least one complex"):
        success_curve([])
