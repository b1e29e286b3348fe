"""Training the model of poses: in pieces, from weights, without the clusters that are held back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_pockets import SIZE, placed, prepared_set

from molgen.datasets.complexes import ComplexRecord, encode_complexes
from molgen.datasets.sources import SourceConfig
from molgen.errors import CheckpointError, InputError
from molgen.models.pose_flow import task as pose_train
from molgen.models.pose_flow.checkpoint import load_pose_model
from molgen.models.pose_flow.config import DockingTraining, PoseModelConfig, PoseTrainConfig
from molgen.models.pose_flow.task import (
    augmentation_of,
    least_rmsd,
    split_by_cluster,
    train_poses,
    validate,
)

STEPS = 10  # more than one pool of batches
TINY = replace(SIZE, ligand=replace(SIZE.ligand, layers=1, l_max=1), contacts=4)
PARTS = ("loss_translation", "loss_rotation", "loss_torsion", "within_2", "best_within_2", "median_rmsd")

pytestmark = pytest.mark.filterwarnings("ignore")


def small_set(names: tuple[str, ...], clusters: int) -> list[ComplexRecord]:
    rng = np.random.default_rng(1)
    ligands = [placed(name, 30 * rng.normal(size=3), f"c{k % clusters}") for k, name in enumerate(names)]
    return prepared_set(ligands)


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> DockingTraining:
    sources = []
    sets = (small_set(("CCOC", "CCO"), 1), small_set(("CCOC", "CC(F)CO", "OCCN", "c1ccccc1", "CCN", "CO"), 4))
    for data in sets:
        folder = tmp_path_factory.mktemp("prepared")
        (folder / "part-000.safetensors").write_bytes(encode_complexes(data, f"of {len(data)}"))
        sources.append(SourceConfig(str(folder)))
    settings = PoseTrainConfig(tuple(sources), 0.25, batch=2, draws=2, warmup=3, steps=STEPS, ema=0.9, validate_every=6)
    return DockingTraining(PoseModelConfig("flow", TINY, 2, pocket_radius=9.0), settings)


@pytest.fixture(scope="module")
def whole(config, tmp_path_factory):
    return train_poses(config, tmp_path_factory.mktemp("whole"))


def weights(path: Path) -> dict[str, torch.Tensor]:
    return torch.load(path, weights_only=True)["state_dict"]


def test_training_makes_all_steps_and_leaves_weights_that_load(config, whole):
    assert whole.steps == STEPS
    model, record = load_pose_model(whole.weights)
    assert model.config == config.model
    assert not model.training
    (run,) = record["runs"]
    assert (run["steps"], run["batch"], run["bad_batches"]) == (STEPS, 4, 0)
    assert run["sources"][0] == "of 2 (2)"
    assert set(whole.metrics) == set(PARTS)
    assert whole.metrics["median_rmsd"] > 0
    averaged = load_pose_model(whole.weights)[0].state_dict()
    last = weights(whole.state)
    assert any(not torch.equal(averaged[name], last[f"model.{name}"]) for name in averaged)


def test_a_run_in_pieces_gives_the_weights_of_an_uninterrupted_one(config, whole, tmp_path):
    state = None
    for expected in (1, 2):
        part = train_poses(config, tmp_path, max_minutes=0.0, resume=state)
        state = part.state
        assert part.steps == expected
    end = train_poses(config, tmp_path, resume=state)
    assert end.steps == STEPS
    for name, value in weights(end.state).items():
        assert torch.equal(value, weights(whole.state)[name]), name
    averaged = load_pose_model(end.weights)[0].state_dict()
    for name, value in load_pose_model(whole.weights)[0].state_dict().items():
        assert torch.equal(averaged[name], value), name
    assert [run["steps"] for run in load_pose_model(end.weights)[1]["runs"]] == [1, 2, STEPS]


def test_training_can_start_from_weights(config, whole, tmp_path):
    result = train_poses(config, tmp_path, max_minutes=0.0, resume=whole.weights)
    assert result.steps == 1
    begun, start = (load_pose_model(path)[0].state_dict() for path in (result.weights, whole.weights))
    assert all((begun[name] - start[name]).abs().max() < 0.01 for name in start)
    assert any((begun[name] - start[name]).abs().max() > 0 for name in start)
    assert [run["steps"] for run in load_pose_model(result.weights)[1]["runs"]] == [STEPS, 1]


def test_weights_and_states_of_another_model_are_refused(config, whole, tmp_path):
    other = replace(config, model=replace(config.model, spread=5.0))
    with pytest.raises(CheckpointError, match="another model configuration") as caught:
        train_poses(other, tmp_path, resume=whole.weights)
    assert str(whole.weights) in str(caught.value)
    larger = replace(config, model=replace(config.model, harmonics=3))
    with pytest.raises(CheckpointError, match="do not fit") as caught:
        train_poses(larger, tmp_path, resume=whole.state)
    assert "\n" not in str(caught.value)
    with pytest.raises(CheckpointError, match="no such training state"):
        train_poses(config, tmp_path, resume=tmp_path / "missing.ckpt")


def test_a_missing_source_is_refused(config, tmp_path):
    missing = replace(config.train, sources=(SourceConfig(str(tmp_path / "nowhere")),))
    with pytest.raises(InputError, match="nowhere"):
        train_poses(replace(config, train=missing), tmp_path)


def test_clusters_that_are_held_back_are_not_trained_on(config, tmp_path, monkeypatch):
    trained: list[tuple[int, str, str]] = []
    validated: list[tuple[str, str]] = []
    stream = pose_train.MixtureDataset

    def watched(sources, batch, collate, **settings):
        def noted(records, rng):
            places = {id(record): k for k, source in enumerate(sources) for record in source.records}
            trained.extend((places[id(record)], record.name, record.cluster) for record in records)
            return collate(records, rng)

        return stream(sources, batch, noted, **settings)

    def measured(model, records, augmentation):
        validated.extend((record.name, record.cluster) for record in records)
        return {}

    monkeypatch.setattr(pose_train, "MixtureDataset", watched)
    monkeypatch.setattr(pose_train, "validate", measured)
    train_poses(replace(config, train=replace(config.train, batch=8, draws=1)), tmp_path)
    assert {name for k, name, _ in trained if k == 1}
    assert {name for k, name, _ in trained if k == 0} == {"CCOC in c0", "CCO in c0"}  # only the last source is split
    assert validated
    held = {cluster for _, cluster in validated}
    assert len(held) == 1
    assert not held & {cluster for k, _, cluster in trained if k == 1}
    names = {name for name, _ in validated} | {name for k, name, _ in trained if k == 1}
    assert len(names) == 6  # no example is lost


def test_a_split_takes_whole_clusters_and_its_seed_decides_which():
    data = small_set(("CCOC", "CCO", "CO", "CCN", "CCC", "CCF", "OCCO", "NCCN", "CC", "CCCl", "CN", "CS"), 6)
    rest, held = split_by_cluster(data, 1 / 3, seed=0)
    sides = [{e.cluster for e in part} for part in (rest, held)]
    assert len(sides[1]) == 2
    assert not sides[0] & sides[1]
    assert sorted(e.name for e in (*rest, *held)) == sorted(e.name for e in data)
    assert split_by_cluster(data, 1 / 3, seed=0)[1] == held
    choices = {tuple(sorted({e.cluster for e in split_by_cluster(data, 1 / 3, seed)[1]})) for seed in range(6)}
    assert len(choices) > 1
    assert split_by_cluster(data, 0.0, seed=0)[0] == data


def test_validation_is_repeatable_and_empty_without_examples(config):
    data = small_set(("CCOC", "CCO"), 2)
    torch.manual_seed(0)
    model = pose_train.PoseModel(config.model).eval()
    augmentation = augmentation_of(config)
    first = validate(model, data, augmentation)
    torch.manual_seed(99)
    assert validate(model, data, augmentation) == first
    assert set(first) == set(PARTS)
    assert 0 <= first["within_2"] <= first["best_within_2"] <= 1
    assert validate(model, [], augmentation) == {}


def test_validation_takes_one_complex_of_each_cluster_first(monkeypatch, config):
    data = small_set(("CCOC", "CCO", "CO", "CCN", "CCC"), 1)
    data = [replace(record, cluster=name) for record, name in zip(data, "aaabb", strict=True)]
    seen = []

    def watched(records, rng, augmentation):
        seen.extend(data.index(record) for record in records)
        return collate(records, rng, augmentation)

    collate = pose_train.collate_poses
    monkeypatch.setattr(pose_train, "collate_poses", watched)
    monkeypatch.setattr(pose_train, "VALIDATED", 3)
    torch.manual_seed(0)
    validate(pose_train.PoseModel(config.model).eval(), data, augmentation_of(config))
    assert seen == [0, 3, 1]


def test_the_least_rmsd_is_over_equivalent_orders_without_a_superposition():
    target = torch.tensor([[0.0, 0, 0], [1.0, 0, 0], [0.0, 2.0, 0]])
    swapped = target[[0, 2, 1]]
    orders = torch.tensor([[0, 1, 2], [0, 2, 1]])
    poses = torch.stack([target, swapped, target + torch.tensor([3.0, 4.0, 0.0])])
    assert least_rmsd(poses, target, orders).tolist() == pytest.approx([0.0, 0.0, 5.0])
    assert least_rmsd(poses, target, orders[:1])[1] == pytest.approx(np.sqrt(10 / 3))


def test_validation_knows_a_model_that_is_right(config, monkeypatch):
    """Poses that lie where the ligand is are all within 2 Angstrom."""
    data = small_set(("CCOC", "CCO"), 2)
    model = pose_train.PoseModel(config.model).eval()
    monkeypatch.setattr(pose_train, "sample_poses", lambda model, graph, pocket, template, *_: template)
    found = validate(model, data, augmentation_of(config))
    assert (found["within_2"], found["best_within_2"], found["median_rmsd"]) == (1.0, 1.0, 0.0)
