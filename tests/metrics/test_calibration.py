"""Calibration, worked out by hand."""

import numpy as np
import pytest

from molgen.metrics import calibration


def test_calibration_bins_recompute() -> None:
    rng = np.random.default_rng(3)
    stated = np.r_[rng.random(500), 0.0, 1.0, 0.1]
    right = rng.random(503) < stated
    found = calibration(stated, right)
    assert found.counts.sum() == found.n == 503
    error = 0.0
    for number, (low, high) in enumerate(zip(found.edges[:-1], found.edges[1:], strict=True)):
        inside = [i for i, p in enumerate(stated) if (low < p <= high) or (number == 0 and p == 0.0)]
        assert found.counts[number] == len(inside)
        confidence, share = np.mean(stated[inside]), np.mean(right[inside])
        assert found.confidence[number] == pytest.approx(confidence)
        assert found.observed[number] == pytest.approx(share)
        error += len(inside) / 503 * abs(confidence - share)
    assert found.error == pytest.approx(error)
    assert found.brier == pytest.approx(np.mean((stated - right) ** 2))
    assert found.error < 0.1


def test_confidence_that_is_always_wrong_has_the_largest_error() -> None:
    found = calibration([1.0, 1.0, 0.0, np.nan], [False, False, True, True])
    assert found.error == 1.0
    assert found.n == 3
    assert np.isnan(found.observed[1:9]).all()


@pytest.mark.parametrize(("stated", "right"), [([], []), ([1.2], [True]), ([np.nan], [True]), ([0.5], [True, False])])
def test_confidences_without_meaning_are_refused(stated: list, right: list) -> None:
    with pytest.raises(ValueError, match="confidence"):
        calibration(stated, right)
