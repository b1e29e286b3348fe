"""Bootstrap intervals against the textbook."""

import numpy as np
import pytest

from molgen.metrics import bootstrap_interval, paired_difference


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


def test_a_paired_difference_sees_what_unpaired_means_do_not() -> None:
    rng = np.random.default_rng(1)
    hardness = rng.gamma(2.0, 2.0, 100)
    first, second = hardness + rng.normal(0.0, 0.05, 100), hardness + 0.1
    found = paired_difference(first, second, tolerance=0.02)
    assert found.mean.high < 0.0
    assert found.mean.value == pytest.approx(first.mean() - second.mean())
    assert found.mean.high - found.mean.low < 0.05
    assert bootstrap_interval(first).low < second.mean() < bootstrap_interval(first).high
    assert (found.lower, found.higher) == (np.mean(first - second < -0.02), np.mean(first - second > 0.02))
    assert paired_difference([1.0, 1.0], [1.0, 1.02], tolerance=0.02).lower == 0.0
    with pytest.raises(ValueError, match="same length"):
        paired_difference([1.0, 2.0], [1.0])
