"""Every public name of the package is there, and others are not."""

import pytest

import molgen.metrics


def test_every_public_name_is_there() -> None:
    assert all(getattr(molgen.metrics, name) is not None for name in molgen.metrics.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = molgen.metrics.nonsense
