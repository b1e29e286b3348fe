"""Bootstrap intervals against the textbook."""

import numpy as np
import pytest

from molgen.metrics import bootstrap_interval


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
