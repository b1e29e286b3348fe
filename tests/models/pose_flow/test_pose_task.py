"""Training the model of poses without the clusters that are held back, and its validation on them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_sets import docking_set_of, docking_training

from molgen.errors import InputError
from molgen.models.pose_flow import task, validation
from molgen.models.pose_flow.config import DockingTraining
from molgen.models.pose_flow.model import PoseModel
from molgen.models.pose_flow.task import augmentation_of, split_by_cluster, train_poses
from molgen.models.pose_flow.validation import least_rmsd, validate

PARTS = ("loss_translation", "loss_rotation", "loss_torsion", "within_2", "best_within_2", "median_rmsd")

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> DockingTraining:
    return docking_training(tmp_path_factory.mktemp("prepared"))


def test_clusters_that_are_held_back_are_not_trained_on(config, tmp_path, monkeypatch):
    trained: list[tuple[int, str, str]] = []
    validated: list[tuple[str, str]] = []
    stream = task.MixtureDataset

    def watched(sources, batch, collate, **settings):
        def noted(records, rng):
            places = {id(record): k for k, source in enumerate(sources) for record in source.records}
            trained.extend((places[id(record)], record.name, record.cluster) for record in records)
            return collate(records, rng)

        return stream(sources, batch, noted, **settings)

    def measured(model, records, augmentation):
        validated.extend((record.name, record.cluster) for record in records)
        return {}

    monkeypatch.setattr(task, "MixtureDataset", watched)
    monkeypatch.setattr(task, "validate", measured)
    train_poses(replace(config, train=replace(config.train, batch=8, draws=1)), tmp_path)
    assert {name for k, name, _ in trained if k == 1}
    assert {name for k, name, _ in trained if k == 0} == {"CCOC in c0", "CCO in c0"}
    assert validated
    held = {cluster for _, cluster in validated}
    assert len(held) == 1
    assert not held & {cluster for _, _, cluster in trained}
    names = {name for name, _ in validated} | {name for k, name, _ in trained if k == 1}
    assert len(names) == 6  # no example is lost


def test_a_split_takes_whole_clusters_out_of_all_sources_and_its_seed_decides_which():
    data = docking_set_of(("CCOC", "CCO", "CO", "CCN", "CCC", "CCF", "OCCO", "NCCN", "CC", "CCCl", "CN", "CS"), 6)
    fragments = docking_set_of(("CCOC", "CCO", "CO", "CCN", "CCC", "CCF"), 6)
    (pieces, rest), held = split_by_cluster([fragments, data], 1 / 3, seed=0)
    sides = [{e.cluster for e in part} for part in (rest, held, pieces)]
    assert len(sides[1]) == 2
    assert not sides[0] & sides[1]
    assert not sides[2] & sides[1]
    assert len(pieces) == 4
    assert sorted(e.name for e in (*rest, *held)) == sorted(e.name for e in data)
    assert split_by_cluster([data], 1 / 3, seed=0)[1] == held
    choices = {tuple(sorted({e.cluster for e in split_by_cluster([data], 1 / 3, seed)[1]})) for seed in range(6)}
    assert len(choices) > 1
    assert split_by_cluster([data], 0.0, seed=0)[0] == [data]
    assert len({e.cluster for e in split_by_cluster([data], 0.01, seed=0)[1]}) == 1
    with pytest.raises(InputError, match="one cluster"):
        split_by_cluster([docking_set_of(("CO", "CC"), 1)], 0.1, seed=0)


def test_validation_is_repeatable_and_empty_without_examples(config):
    data = docking_set_of(("CCOC", "CCO"), 2)
    torch.manual_seed(0)
    model = PoseModel(config.model).eval()
    augmentation = augmentation_of(config)
    first = validate(model, data, augmentation)
    torch.manual_seed(99)
    assert validate(model, data, augmentation) == first
    assert set(first) == set(PARTS)
    assert 0 <= first["within_2"] <= first["best_within_2"] <= 1
    assert validate(model, [], augmentation) == {}


def test_validation_takes_one_complex_of_each_cluster_first(monkeypatch, config):
    data = docking_set_of(("CCOC", "CCO", "CO", "CCN", "CCC"), 1)
    data = [replace(record, cluster=name) for record, name in zip(data, "aaabb", strict=True)]
    seen = []

    def watched(records, rng, augmentation):
        seen.extend(data.index(record) for record in records)
        return collate(records, rng, augmentation)

    collate = validation.collate_poses
    monkeypatch.setattr(validation, "collate_poses", watched)
    monkeypatch.setattr(validation, "VALIDATED", 3)
    torch.manual_seed(0)
    validate(PoseModel(config.model).eval(), data, augmentation_of(config))
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
    data = docking_set_of(("CCOC", "CCO"), 2)
    model = PoseModel(config.model).eval()
    monkeypatch.setattr(validation, "sample_poses", lambda model, graph, pocket, template, *_, **__: template)
    found = validate(model, data, augmentation_of(config))
    assert (found["within_2"], found["best_within_2"], found["median_rmsd"]) == (1.0, 1.0, 0.0)
