"""Trajectories of a flow in part files: as they were walked, or refused."""

from dataclasses import replace

import numpy as np
import pytest
from flow_trajectories import MANY, trajectories, turning

from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.trajectories import encode_trajectories, load_trajectories
from molgen.errors import InputError


def test_trajectories_come_back_as_they_were_written(tmp_path):
    records = trajectories(turning)
    (tmp_path / "part.safetensors").write_bytes(encode_trajectories(records, "x"))
    found, names = load_trajectories(find_parts(tmp_path))
    assert names == ["x"]
    for one, other in zip(records, found, strict=True):
        for name in ("template", "start", "path"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
        assert np.array_equal(one.molecule.positions, other.molecule.positions)
        assert other.intervals == 4


@pytest.mark.parametrize(
    "change",
    [
        {"template": np.array([7] * 6, np.uint8)},
        {"start": np.full((6, 4), np.nan, np.float16)},
        {"path": np.full((6, 4, 4), np.inf, np.float16)},
        {"path": np.zeros((6, 4, 4), np.float16)[:, :0]},
        {"path": np.zeros(77, np.float16)},
        {"template": np.zeros(0, np.uint8)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_trajectories_that_make_no_sense_are_refused(change, tmp_path):
    record = trajectories(turning)[0]
    assert record.graph.n_torsions == 4
    (tmp_path / "part.safetensors").write_bytes(encode_trajectories([replace(record, **change)], "x"))
    with pytest.raises(InputError, match="sizes disagree") as caught:
        load_trajectories(find_parts(tmp_path))
    assert "\n" not in str(caught.value)


def test_parts_with_other_points_do_not_go_together(tmp_path):
    for k, intervals in enumerate((2, 4)):
        data = encode_trajectories(trajectories(turning, replace(MANY, intervals=intervals)), "x")
        (tmp_path / f"part-{k}.safetensors").write_bytes(data)
    with pytest.raises(InputError, match="different numbers of points"):
        load_trajectories(find_parts(tmp_path))
