"""Training the networks of the confidence, and making one confidence of several."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import exit_code
from small_pockets import CONTACT_SIZE, confidence_model
from small_sets import ADDED, CLUSTERS, SEARCHED, confidence_training

from molgen.config import override
from molgen.datasets.mixture import MixtureDataset, MixtureSource
from molgen.datasets.records.decoys import load_decoys
from molgen.errors import CheckpointError, ConfigError, InputError
from molgen.models.pose_confidence.calibrate import calibrate
from molgen.models.pose_confidence.config import ConfidenceConfig, ConfidenceTrainConfig, ConfidenceTraining
from molgen.models.pose_confidence.data import CollateDecoys, DecoyBatch, collate_decoys
from molgen.models.pose_confidence.folds import fold_of
from molgen.models.pose_confidence.loss import confidence_loss
from molgen.models.pose_confidence.meta_classifier import calibration_curve, logistic_regression, pose_weights
from molgen.models.pose_confidence.model import META_FEATURES, ConfidenceModel, meta_features
from molgen.models.pose_confidence.task import load_confidence, save_confidence, train_confidence

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> ConfidenceTraining:
    return confidence_training(tmp_path_factory.mktemp("decoys"))


@pytest.fixture(scope="module")
def source(config) -> Path:
    return Path(config.train.sources[0].path)


@pytest.fixture(scope="module")
def folds(config, tmp_path_factory) -> list[Path]:
    found = []
    for fold in range(2):
        chosen = replace(config, train=replace(config.train, fold=fold))
        found.append(train_confidence(chosen, tmp_path_factory.mktemp(f"fold{fold}")).weights)
    return found


def test_folds_split_whole_clusters_and_hold_everything_once(source):
    entries = load_decoys([source / "part-000.safetensors"])[0]
    held = [fold_of(entries, 3, k)[1] for k in range(3)]
    assert sorted(e.name for part in held for e in part) == sorted(e.name for e in entries)
    for k in range(3):
        rest, own = fold_of(entries, 3, k)
        assert not {e.cluster for e in rest} & {e.cluster for e in own}
        assert len(rest) + len(own) == len(entries)
    with pytest.raises(ConfigError, match="between 0 and 2"):
        fold_of(entries, 3, 3)


def test_what_a_search_found_is_told_from_what_was_added(source):
    entry = load_decoys([source / "part-000.safetensors"])[0][0]
    assert len(entry.energies) == SEARCHED + ADDED
    assert len(entry.found().energies) == len(entry.found().positions) == SEARCHED


def test_the_loss_is_that_of_a_softmax_and_of_single_poses(source):
    batch = DecoyBatch.padded(collate_decoys(load_decoys([source / "part-000.safetensors"])[0][:3]))
    logits = torch.randn(batch.rmsds.shape, generator=torch.Generator().manual_seed(0))

    class Fixed(torch.nn.Module):
        def forward(self, *_):
            return logits

    expected = []
    for row, rmsds in zip(logits, batch.rmsds, strict=True):
        expected.append(-(row.softmax(0)[rmsds <= 2]).sum().log())
    target = torch.sigmoid((2 - batch.rmsds) / 0.3)
    single = -(target * logits.sigmoid().log() + (1 - target) * (1 - logits.sigmoid()).log()).mean()
    torch.testing.assert_close(confidence_loss(Fixed(), batch, 2.0), torch.stack(expected).mean() + single)


def test_the_stream_does_not_depend_on_where_it_is_resumed(source):
    entries = load_decoys([source / "part-000.safetensors"])[0]
    sources, collate = [MixtureSource(entries)], CollateDecoys(most=4, noise=0.1)
    whole = iter(MixtureDataset(sources, 2, collate, seed=3, pool=1))
    batches = [next(whole) for _ in range(4)]
    later = next(iter(MixtureDataset(sources, 2, collate, seed=3, start=3, pool=1)))
    assert torch.equal(batches[3]["ligand"].pos, later["ligand"].pos)
    assert not torch.equal(batches[2]["ligand"].pos, later["ligand"].pos)
    assert all(batch.mask.sum(1).tolist() == [4, 4] for batch in batches)
    assert all((batch.gaps.min(1).values == 0).all() for batch in batches)  # the best pose is never left out


def test_the_record_says_which_fold_was_held_back(folds):
    runs = [load_confidence(path)[1]["runs"] for path in folds]
    assert [(run["fold"], run["folds"]) for (run,) in runs] == [(0, 2), (1, 2)]


def test_several_networks_become_one_confidence(source, folds, tmp_path):
    scores = calibrate(folds, source, tmp_path / "joined.safetensors")
    assert set(scores) == {"top1", "network_top1", "energy_top1", "oracle", "auc", "calibration_error"}
    model, record = load_confidence(tmp_path / "joined.safetensors")
    assert len(model.members) == 2
    assert record["complexes"] == 2 * CLUSTERS
    entry = load_decoys([source / "part-000.safetensors"])[0][0]
    batch = DecoyBatch.padded(collate_decoys([entry]))
    with torch.no_grad():
        apart = [load_confidence(path)[0](batch.graph, batch.pocket, batch.positions, batch.gaps) for path in folds]
        joined = model(batch.graph, batch.pocket, batch.positions, batch.gaps)
    torch.testing.assert_close(joined, (apart[0] + apart[1]) / 2)


@pytest.mark.parametrize(("command", "warning"), [("calibrate", ""), ("judge", "now called `molgen train calibrate`")])
def test_the_command_joins_networks_under_its_former_name_too(command, warning, source, folds, tmp_path, capsys):
    output = tmp_path / "joined.safetensors"
    assert exit_code("train", command, *folds, "-d", source, "-o", output) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"{output}: top1 ")
    assert warning in err
    assert bool(warning) == bool(err)
    assert len(load_confidence(output)[0].members) == 2


def test_the_former_name_of_the_distance_of_near_native_poses_is_read(config):
    assert override(config, ["train.right=1.5"]).train.near_native == 1.5
    with pytest.warns(DeprecationWarning, match="right is now called near_native"):
        assert ConfidenceTrainConfig(right=1.5).near_native == 1.5  # type: ignore[call-arg]


def test_networks_of_different_sizes_are_refused(source, folds, tmp_path):
    odd = tmp_path / "odd.safetensors"
    save_confidence(ConfidenceModel(ConfidenceConfig(replace(CONTACT_SIZE, channels=4))), odd, {})
    with pytest.raises(InputError, match="different configurations"):
        calibrate([folds[0], odd], source, tmp_path / "joined.safetensors")


def test_the_meta_classifier_finds_what_decides():
    rng = np.random.default_rng(0)
    features = [rng.normal(size=(20, len(META_FEATURES))) for _ in range(60)]
    labels = [rows[:, 3] + 0.1 * rng.normal(size=20) > 0.5 for rows in features]
    weights, offset = logistic_regression(features, labels)
    assert weights[3] > 5 * np.abs(np.delete(weights, 3)).max()
    rows, right = np.concatenate(features), np.concatenate(labels)
    assert (((rows @ weights + offset) > 0) == right).mean() > 0.9


def test_the_first_pose_weighs_as_much_as_all_others():
    weights = pose_weights(np.array([0.1, 2.0, -1.0, 0.0]))
    assert weights[1] == 1
    assert weights.sum() == pytest.approx(2)
    assert pose_weights(np.array([3.0])).tolist() == [1.0]


def test_the_calibration_curve_recovers_known_probabilities():
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, 20000)
    labels = rng.random(20000) < 1 / (1 + np.exp(-0.5 * logits))
    at, values = calibration_curve(logits, labels, np.ones(20000))
    assert (np.diff(at) >= 0).all()
    assert (np.diff(values) >= 0).all()
    assert np.abs(values - 1 / (1 + np.exp(-0.5 * at))).max() < 0.05


def test_poses_that_agree_share_their_votes():
    positions = torch.zeros(3, 4, 3)
    positions[1] += 0.5  # less than 2 A away
    positions[2] += 10.0
    energies = torch.tensor([-5.0, -5.0, -5.0])
    logits = torch.zeros(3)
    found = meta_features(logits, positions, energies)
    near = found[:, META_FEATURES.index("share nearby")].exp()
    torch.testing.assert_close(near, torch.tensor([2 / 3, 2 / 3, 1 / 3]))
    assert confidence_model().meta_logits(logits, positions, energies).shape == (3,)


def test_training_goes_on_from_the_network_of_its_own_fold(config, source, folds, tmp_path):
    calibrate(folds, source, tmp_path / "joined.safetensors")
    chosen = replace(config, train=replace(config.train, fold=1, learning_rate=0.0, steps=1))
    result = train_confidence(chosen, tmp_path, resume=tmp_path / "joined.safetensors")
    made, own = (load_confidence(path)[0].members[0].state_dict() for path in (result.weights, folds[1]))
    assert all(torch.allclose(value, own[name]) for name, value in made.items())
    wrong = replace(chosen, train=replace(chosen.train, folds=4))
    with pytest.raises(CheckpointError, match="holds 2 networks"):
        train_confidence(wrong, tmp_path / "wrong", resume=tmp_path / "joined.safetensors")
