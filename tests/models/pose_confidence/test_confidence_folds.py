"""Folds of clusters: they stay when data are added, and what is held back is held back from every source."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_sets import confidence_training, labeled_decoys

from molgen.datasets.records.decoys import encode_decoys
from molgen.datasets.sources import SourceConfig
from molgen.errors import CheckpointError
from molgen.models.pose_confidence.calibrate import calibrate
from molgen.models.pose_confidence.config import ConfidenceTraining
from molgen.models.pose_confidence.folds import check_not_trained_on, deal_folds, known_folds, networks_of_folds
from molgen.models.pose_confidence.task import load_confidence, save_confidence, train_confidence, training_data

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> ConfidenceTraining:
    return confidence_training(tmp_path_factory.mktemp("decoys"))


@pytest.fixture(scope="module")
def fragments(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("fragments")
    (folder / "part-000.safetensors").write_bytes(encode_decoys(labeled_decoys(), "fragments"))
    return folder


def train(config: ConfidenceTraining, folder: Path, start: Path | None = None, **settings) -> Path:
    chosen = replace(config, train=replace(config.train, steps=1, **settings))
    return train_confidence(chosen, folder, resume=start).weights


def test_folds_are_dealt_evenly_and_known_ones_stay():
    few = [f"cluster {k}" for k in range(9)]
    dealt = deal_folds(few, 4)
    assert sorted(np.bincount(list(dealt.values())).tolist()) == [2, 2, 2, 3]
    more = deal_folds([*few, *(f"added {k}" for k in range(7))], 4, dealt)
    assert {name: more[name] for name in few} == dealt
    assert np.bincount(list(more.values())).tolist() == [4, 4, 4, 4]
    assert deal_folds([*few, *(f"added {k}" for k in range(7))], 4) != more


def test_the_checkpoint_keeps_the_folds_and_a_later_training_goes_by_them(config, tmp_path):
    record = load_confidence(train(config, tmp_path / "first"))[1]
    folds = known_folds(record)
    assert sorted(folds) == sorted({f"cluster {k}" for k in range(8)})
    swapped = {cluster: 1 - fold for cluster, fold in folds.items()}
    model = load_confidence(tmp_path / "first" / "weights.safetensors")[0]
    save_confidence(model, tmp_path / "other.safetensors", {"runs": [{"clusters": swapped, "fold": 0, "folds": 2}]})
    chosen = replace(config, train=replace(config.train, folds_from=str(tmp_path / "other.safetensors")))
    assert training_data(chosen).labels["clusters"] == swapped


def test_a_pretraining_on_fragments_leaves_out_the_clusters_of_the_fold(config, fragments, tmp_path):
    """In each fold half of the fragments' clusters, and the networks validate on complexes."""
    complexes = config.train.sources[0].path
    sizes = []
    for fold in (0, 1):
        pretraining = {"sources": (SourceConfig(str(fragments)),), "held_back": complexes, "fold": fold}
        data = training_data(replace(config, train=replace(config.train, **pretraining)))
        sizes += data.labels["sources"].values()
        held = {cluster for cluster, own in data.labels["clusters"].items() if own == fold}
        stream = data.stream.args[0][0].records
        assert not held & {record.cluster for record in stream}
    assert sizes == [8, 8]


def test_weights_that_saw_the_clusters_held_back_now_are_refused(config, fragments, tmp_path):
    source, complexes = (SourceConfig(str(fragments)),), config.train.sources[0].path
    leaking = train(config, tmp_path / "leaking", sources=source, fold=1)
    with pytest.raises(CheckpointError, match=r"4 of 4 clusters that are held back were trained on"):
        train(config, tmp_path / "refused", leaking, fold=0)
    honest = train(config, tmp_path / "honest", sources=source, held_back=complexes, fold=0)
    tuned = train(config, tmp_path / "tuned", honest, fold=0)
    assert len(load_confidence(tuned)[1]["runs"]) == 2


def test_one_pretraining_on_other_families_serves_all_folds(config, fragments, tmp_path):
    """What counts is what was trained on, not which fold was left out."""
    complexes = config.train.sources[0].path
    others = train(config, tmp_path / "others", sources=(SourceConfig(str(fragments)),), held_back=complexes, fold=0)
    (run,) = load_confidence(others)[1]["runs"]
    held = [name for name, fold in run["clusters"].items() if fold == 0]
    assert run["trained_on"]
    assert not set(held) & set(run["trained_on"])
    check_not_trained_on(run["clusters"], {"runs": [{**run, "trained_on": ["elsewhere"]}]})
    with pytest.raises(CheckpointError, match="1 of 4 clusters"):
        check_not_trained_on(held, {"runs": [{**run, "trained_on": held[:1]}]})


def test_networks_of_different_folds_are_not_joined(config, tmp_path):
    networks = [train(config, tmp_path / f"fold{k}", fold=k) for k in (0, 1)]
    model, record = load_confidence(networks[1])
    (run,) = record["runs"]
    moved = {cluster: 1 - fold for cluster, fold in run["clusters"].items()}
    save_confidence(model, networks[1], {"runs": [{**run, "clusters": moved}]})
    with pytest.raises(CheckpointError, match="is in fold"):
        calibrate(networks, config.train.sources[0].path, tmp_path / "joined.safetensors")


def test_networks_that_have_not_seen_a_ligand_vote_on_it_together(config, tmp_path):
    """Of two networks of each fold both are asked about it, and none of the other fold."""
    source = config.train.sources[0].path
    networks = [train(config, tmp_path / f"{seed}{k}", fold=k, seed=seed) for seed in (0, 1) for k in (0, 1)]
    joined = tmp_path / "joined.safetensors"
    scores = calibrate([networks[k] for k in (1, 0, 2, 3)], source, joined)
    assert calibrate(networks, source, tmp_path / "same.safetensors") == scores
    model, record = load_confidence(joined)
    assert [member["runs"][-1]["fold"] for member in record["members"]] == [1, 0, 0, 1]
    assert [len(group) for group in networks_of_folds(list(model.members), record["members"])] == [2, 2]
    alone = calibrate(networks[:2], source, tmp_path / "alone.safetensors")
    assert alone != scores
    with pytest.raises(CheckpointError, match="1 of fold 0, 2 of fold 1"):
        calibrate([*networks[:2], networks[3]], source, joined)
    tuned = train(config, tmp_path / "tuned", joined, fold=0, learning_rate=0.0)
    first, second = (load_confidence(path)[0].members[0].state_dict() for path in (tuned, networks[0]))
    assert all(torch.allclose(value, second[name]) for name, value in first.items())
