"""Prepared sets as sources of a training."""

import pytest

from molgen.datasets.sources import SourceConfig, parts_of
from molgen.errors import ConfigError


def test_a_training_without_a_set_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"train\.sources: there is no prepared set to train on"):
        parts_of(())
    (tmp_path / "part-00000.safetensors").touch()
    assert parts_of([SourceConfig(str(tmp_path))]) == [[tmp_path / "part-00000.safetensors"]]
