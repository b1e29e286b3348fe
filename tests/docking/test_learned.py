"""Docking with learned parts: which weights are loaded, what is refused, and that poses come."""

from pathlib import Path

import numpy as np
import pytest
import torch
from complexes import INHIBITOR, all_positions, docked
from safetensors.torch import load_file, save_file
from small_pockets import confidence_model, pose_model

from molgen.docking import dock as docking
from molgen.docking import learned
from molgen.docking.learned import learned_of
from molgen.docking.records import DockConfig, DockingResult
from molgen.docking.search import EFFORT, SearchConfig
from molgen.errors import CheckpointError, ConfigError
from molgen.models.pose_confidence.task import load_confidence, save_confidence
from molgen.models.pose_flow.task import load_pose_model, save_pose_model

FEW = SearchConfig(starts=24, chains=8, rounds=1, screen_steps=4, start_steps=6, hop_steps=4)


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> dict[str, str]:
    """Random models in files, as options of a configuration."""
    folder = tmp_path_factory.mktemp("weights")
    poses, confidence = folder / "poses.safetensors", folder / "confidence.safetensors"
    save_pose_model(pose_model(), poses, {"runs": ["first"]})
    save_confidence(confidence_model(), confidence, {"runs": ["second"]})
    return {"pose_model": str(poses), "confidence_model": str(confidence)}


def test_models_come_back_as_they_were_saved(weights):
    pairs = (
        (load_pose_model(weights["pose_model"]), pose_model()),
        (load_confidence(weights["confidence_model"]), confidence_model()),
    )
    for (model, _), original in pairs:
        assert model.config == original.config
        assert not model.training
        assert all(torch.equal(value, original.state_dict()[name]) for name, value in model.state_dict().items())
    assert [record["runs"] for (_, record), _ in pairs] == [["first"], ["second"]]


def refused(option: str, path: Path) -> str:
    """The one line that is said about a file."""
    other = {"pose_model": "rank", "confidence_model": "proposals"}[option]
    config = DockConfig(**{option: str(path), other: {"rank": "energy", "proposals": "random"}[other]})
    with pytest.raises(CheckpointError) as caught:
        learned_of(config)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("option", ["pose_model", "confidence_model"])
def test_files_that_are_no_weights_are_refused_by_name(option, weights, tmp_path):
    assert "no such checkpoint" in refused(option, tmp_path / "missing.safetensors")
    assert "no such checkpoint" in refused(option, tmp_path)
    random = tmp_path / "random.safetensors"
    random.write_bytes(np.random.default_rng(0).bytes(5000))
    assert "cannot be read" in refused(option, random)
    short = tmp_path / "short.safetensors"
    short.write_bytes(Path(weights[option]).read_bytes()[:2000])
    assert "cannot be read" in refused(option, short)
    empty = tmp_path / "empty.safetensors"
    empty.write_bytes(b"")
    assert "cannot be read" in refused(option, empty)
    foreign = tmp_path / "foreign.safetensors"
    save_file({"a": torch.ones(1)}, foreign)
    assert "is not a molgen checkpoint" in refused(option, foreign)


def test_weights_of_another_task_are_refused_by_name(weights):
    assert 'was trained for "confidence", not for "poses"' in refused("pose_model", Path(weights["confidence_model"]))
    assert 'was trained for "poses", not for "confidence"' in refused("confidence_model", Path(weights["pose_model"]))


@pytest.mark.parametrize("option", ["pose_model", "confidence_model"])
def test_weights_that_do_not_fit_their_configuration_are_refused_by_name(option, weights, tmp_path):
    from safetensors import safe_open

    with safe_open(weights[option], framework="pt") as file:
        metadata = file.metadata()
    tensors = load_file(weights[option])
    tensors.pop(next(name for name in tensors if name.endswith("weight")))
    less = tmp_path / "less.safetensors"
    save_file(tensors, less, metadata=metadata)
    assert "weights do not fit the model" in refused(option, less)
    other = tmp_path / "other.safetensors"
    save_file(load_file(weights[option]), other, metadata={**metadata, "config": '{"unheard_of": 1}'})
    assert "another version" in refused(option, other)


def test_random_proposals_ranked_by_energy_load_nothing(monkeypatch):
    def no(*_):
        raise AssertionError("weights were loaded")

    monkeypatch.setattr(learned, "_pose_model", no)
    monkeypatch.setattr(learned, "_confidence", no)
    monkeypatch.setitem(EFFORT, "quick", FEW)
    assert learned_of(DockConfig(proposals="random", rank="energy")) == learned.Learned()
    result = docked("1ia1", INHIBITOR, proposals="random", rank="energy", n=2)
    assert len(result.poses) == 2
    for options in ({"proposals": "learned", "rank": "energy"}, {"proposals": "random", "rank": "confidence"}):
        with pytest.raises(AssertionError, match="were loaded"):
            learned_of(DockConfig(**options))


def test_only_the_models_that_are_needed_are_loaded_and_once(weights):
    ranks = learned_of(DockConfig(proposals="random", **weights))
    proposes = learned_of(DockConfig(rank="energy", **weights))
    both = learned_of(DockConfig(**weights))
    assert ranks.poses is None
    assert proposes.confidence is None
    assert both.poses is proposes.poses is not None
    assert both.confidence is ranks.confidence is not None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"proposals": "some"}, "proposals must be one of both, learned, random, not some"),
        ({"rank": "score"}, "rank must be one of confidence, energy, not score"),
        ({"samples": 0}, "samples must be at least 1"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"steps": 2.5}, "steps must be at least 1"),
    ],
)
def test_impossible_learned_options_are_named(options, told):
    with pytest.raises(ConfigError, match=told):
        docking.config_of(**options)


def run(weights: dict[str, str], monkeypatch, **options) -> DockingResult:
    monkeypatch.setitem(EFFORT, "quick", FEW)
    return docked("1ia1", INHIBITOR, **{"n": 4, "samples": 6, "steps": 2, **weights, **options})


@pytest.mark.parametrize(
    ("proposals", "rank"), [("both", "confidence"), ("learned", "energy"), ("random", "confidence")]
)
def test_poses_come_and_the_seed_decides_them(weights, monkeypatch, proposals, rank):
    result = run(weights, monkeypatch, proposals=proposals, rank=rank)
    assert 1 <= len(result.poses) == result.mol.GetNumConformers() <= 4
    assert [pose.rank for pose in result.poses] == list(range(1, len(result.poses) + 1))
    confidences = [pose.confidence for pose in result.poses]
    if rank == "confidence":
        assert all(0 <= value <= 1 for value in confidences)
        assert confidences == sorted(confidences, reverse=True)
    else:
        assert confidences == [None] * len(confidences)
        energies = [pose.intermolecular + pose.intramolecular + pose.torsional for pose in result.poses]
        assert energies == sorted(energies)
    again = run(weights, monkeypatch, proposals=proposals, rank=rank)
    np.testing.assert_array_equal(all_positions(again), all_positions(result))
    assert [pose.confidence for pose in again.poses] == confidences


def test_the_rank_changes_the_order_and_not_the_poses(weights, monkeypatch):
    """Enough room for all poses: the same ones, in another order."""
    by_energy = run(weights, monkeypatch, proposals="random", rank="energy", n=40, min_rmsd=0.5)
    by_confidence = run(weights, monkeypatch, proposals="random", rank="confidence", n=40, min_rmsd=0.5)
    energies = [[round(pose.intermolecular, 4) for pose in result.poses] for result in (by_energy, by_confidence)]
    assert len(energies[0]) > 2
    assert sorted(energies[0]) == sorted(energies[1])


def test_random_starts_do_not_depend_on_the_proposals(weights, monkeypatch):
    """What is drawn for the search is the same with proposals and without."""
    seen = []

    def watched(energy, templates, config, seed, proposals=None):
        seen.append((seed, config.starts, proposals))
        return search(energy, templates, config, seed, proposals)

    search = docking.search
    monkeypatch.setattr(docking, "search", watched)
    for kind in ("random", "both", "learned"):
        run(weights, monkeypatch, proposals=kind, rank="energy")
    (seed, starts, none), (other_seed, other_starts, some), (_, no_starts, alone) = seen
    assert seed == other_seed
    assert (starts, other_starts, no_starts) == (FEW.starts, FEW.starts, 0)
    assert none is None
    assert some.positions.shape[2] == alone.positions.shape[2] == 6
    assert torch.equal(some.positions, alone.positions)


def test_missing_weights_stop_a_docking_in_one_line(monkeypatch, tmp_path):
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        run({"pose_model": str(tmp_path / "p.safetensors")}, monkeypatch)
