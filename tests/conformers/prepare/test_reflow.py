"""Trajectories along a trained flow: as it walks, for a whole prepared set, resumable."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from flow_trajectories import MANY, NAMES, Field, conformer_set, saved_model, settings, spinning, trajectories, turning
from small_molecules import entry_of

from molgen.config import override
from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.prepare import prepare
from molgen.conformers.prepare.reflow import trajectories_of
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.trajectories import load_trajectories
from molgen.errors import ConfigError, InputError
from molgen.geometry import torus
from molgen.graphs.batch import batch_graphs
from molgen.models.torsion_flow.sample import sample_torsions
from molgen.models.torsion_flow.task import load_model
from molgen.sampling import euler, uniform_grid


@pytest.fixture(scope="module")
def flow(tmp_path_factory) -> Path:
    return saved_model(tmp_path_factory.mktemp("flow"))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    return conformer_set(tmp_path_factory.mktemp("prepared"))


def test_trajectories_keep_the_turns_that_were_made():
    for record in trajectories(spinning):
        m = record.graph.n_torsions
        assert record.path.shape == (6, 4, m)
        assert record.path.dtype == record.start.dtype == np.float16
        np.testing.assert_allclose(record.path[:, -1], 3 * math.pi, rtol=1e-3)
        np.testing.assert_allclose(record.path[:, 0], 3 * math.pi / 4, rtol=1e-3)


def test_trajectories_end_where_sampling_ends(flow):
    model, entry = load_model(flow), entry_of(NAMES[0], 2)
    record = trajectories_of(entry, model, replace(MANY, steps=4), seed=3)
    template = torch.from_numpy(record.molecule.positions[record.template].astype(np.float32))
    start = torch.from_numpy(record.start.astype(np.float32))
    end = sample_torsions(
        model, batch_graphs([entry.graph]), template, start, times=uniform_grid(4), stepper=lambda: euler
    )
    walked = start + torch.from_numpy(record.path[:, -1].astype(np.float32))
    assert torus.log(walked, end).abs().max() < 0.01
    assert torus.log(start, end).abs().max() > 0.05


def test_templates_without_weight_are_not_used():
    entry = replace(entry_of(NAMES[0], 3), weights=np.array([0, 1, 1], np.float16))
    record = trajectories_of(entry, Field(turning), MANY, seed=0)  # type: ignore[arg-type]
    assert np.array_equal(record.molecule.positions, entry.positions[1:])
    assert record.template.tolist() == [0, 1, 0, 1, 0, 1]


def test_a_prepared_set_becomes_trajectories_or_named_failures(prepared, flow, tmp_path):
    summary = prepare(prepared, tmp_path / "out", settings(flow))
    assert (summary.prepared, summary.examples, summary.failures) == (3, 18, 1)
    assert "no rotatable bond" in (tmp_path / "out" / "failures.csv").read_text()
    records, names = load_trajectories(find_parts(tmp_path / "out"))
    assert names == ["tiny"]
    assert [r.graph.n_atoms for r in records] == [entry_of(s).graph.n_atoms for s in NAMES]


def test_more_molecules_later_give_the_same_as_all_at_once(prepared, flow, tmp_path):
    prepare(prepared, tmp_path / "pieces", settings(flow), limit=1)
    (tmp_path / "pieces" / "part-00001.json").unlink(missing_ok=True)
    assert prepare(prepared, tmp_path / "pieces", settings(flow)) == prepare(prepared, tmp_path / "all", settings(flow))
    pieces, whole = (load_trajectories(find_parts(tmp_path / name))[0] for name in ("pieces", "all"))
    assert all(np.array_equal(a.path, b.path) for a, b in zip(pieces, whole, strict=True))


def test_a_diffusion_has_no_velocity_to_follow(prepared, tmp_path):
    diffusion = saved_model(tmp_path, "diffusion")
    with pytest.raises(ConfigError, match="plain flow"):
        prepare(prepared, tmp_path / "out", settings(diffusion))


def test_settings_are_checked():
    with pytest.raises(ConfigError, match="multiple of intervals"):
        override(PrepareConfig(), ["reflow.steps=10"])


def test_a_folder_begun_before_a_setting_existed_goes_on(prepared, flow, tmp_path):
    prepare(prepared, tmp_path, settings(flow))
    path = tmp_path / "prepare.json"
    known = json.loads(path.read_text())
    del known["boltzmann"]
    path.write_text(json.dumps(known))
    assert prepare(prepared, tmp_path, settings(flow)).prepared == 3
    with pytest.raises(InputError, match="another boltzmann;"):
        prepare(prepared, tmp_path, replace(settings(flow), boltzmann=True))
