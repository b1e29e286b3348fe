"""The confidence of poses: what it is made of, its calibration, and the order of poses by it."""

import numpy as np
import pytest
import torch
from small_molecules import batch_of
from small_pockets import blind, confidence_model, physics_of, random_pocket
from small_sets import confidence_training
from torch import Tensor

from molgen.config import to_mapping
from molgen.graphs.pockets import batch_pockets
from molgen.models.pose_confidence.curve import KNOTS, interpolated
from molgen.models.pose_confidence.model import META_FEATURES, ConfidenceModel, meta_features
from molgen.models.pose_confidence.task import load_confidence, save_confidence, train_confidence
from molgen.training.checkpoint import Checkpoint, encode_checkpoint

NAMES = ("C[C@H](N)C(=O)OCCF", "CCO")
POCKETS = [random_pocket(40, seed=1), random_pocket(25, seed=2)]
UNIT = 3.0  # kcal/mol, of the energy gap as the networks see it


@torch.no_grad()
def logits_of(model: ConfidenceModel, names: tuple[str, ...], gap: Tensor) -> Tensor:
    graph, positions = batch_of(*names, count=gap.shape[1])
    pockets = [POCKETS[NAMES.index(name)] for name in names]
    return model(graph, batch_pockets(pockets), positions.float(), gap)


def test_without_the_network_logits_fall_with_the_energy():
    model = blind(confidence_model())
    gap = torch.tensor([[0.0, 1.0, 6.0], [0.0, 3.0, 30.0]])
    found = logits_of(model, NAMES, gap)
    slope, offset = physics_of(model)
    assert slope < 0
    torch.testing.assert_close(found, offset + slope * gap / UNIT)
    assert (found.diff(dim=1) < 0).all()


def test_the_network_adds_to_the_physics():
    model, gap = confidence_model(), torch.tensor([[0.0, 1.0], [0.0, 1.0]])
    seen = logits_of(model, NAMES, gap)
    physics = logits_of(blind(confidence_model()), NAMES, gap)
    assert (seen - physics).abs().min() > 1e-4
    torch.testing.assert_close(
        logits_of(model, NAMES, gap + 2.0) - seen, torch.full_like(seen, 2.0 * physics_of(model)[0] / UNIT)
    )


def test_what_the_atoms_add_grows_with_the_root_of_their_number():
    model = blind(confidence_model())
    torch.nn.init.ones_(model.members[0].atom[-1].bias)  # type: ignore[index]
    found = logits_of(model, NAMES, torch.zeros(2, 1))[:, 0] - physics_of(model)[1]
    sizes = torch.tensor([9.0, 3.0])  # heavy atoms
    torch.testing.assert_close(found, sizes.sqrt())


def test_a_batch_gives_what_its_ligands_give_alone():
    model, gap = confidence_model().double(), torch.rand(2, 3, dtype=torch.float64)
    graph, positions = batch_of(*NAMES, count=3)
    with torch.no_grad():
        together = model(graph, batch_pockets(POCKETS, torch.float64), positions, gap)
        for row, name in enumerate(NAMES):
            single, own = batch_of(name, count=3)
            alone = model(single, batch_pockets([POCKETS[row]], torch.float64), own, gap[row : row + 1])
            torch.testing.assert_close(together[row : row + 1], alone, atol=1e-9, rtol=0)


def test_interpolation_is_linear_inside_and_constant_outside():
    at = torch.tensor([-2.0, -0.5, 1.0, 4.0], dtype=torch.float64)
    values = torch.tensor([0.1, 0.2, 0.7, 0.9], dtype=torch.float64)
    x = torch.cat([torch.linspace(-9, 9, 400, dtype=torch.float64), at]).view(4, 101)
    np.testing.assert_allclose(interpolated(x, at, values), np.interp(x, at, values), atol=1e-12)
    assert interpolated(torch.tensor(-100.0), at.float(), values.float()) == pytest.approx(0.1)
    assert interpolated(torch.tensor(100.0), at.float(), values.float()) == pytest.approx(0.9)


def test_interpolation_between_equal_knots_is_finite():
    at, values = torch.tensor([0.0, 1.0, 1.0, 2.0]), torch.tensor([0.0, 0.3, 0.6, 1.0])
    found = interpolated(torch.linspace(-1, 3, 101), at, values)
    assert found.isfinite().all()
    assert (found.diff() >= 0).all()


def test_probabilities_lie_between_0_and_1_and_rise_with_the_logit():
    model = confidence_model()
    found = model.probability(torch.linspace(-30, 30, 2001))
    assert found.min() >= 0
    assert found.max() <= 1
    assert (found.diff() >= 0).all()
    assert found[-1] - found[0] > 0.5


def test_before_the_calibration_probabilities_are_the_sigmoid_of_the_logits():
    model = ConfidenceModel(confidence_model().config)
    logits = torch.linspace(-8, 8, 200)
    assert len(model.curve_values) == KNOTS
    torch.testing.assert_close(model.probability(logits), logits.sigmoid(), atol=0.01, rtol=0)


def test_the_calibration_is_saved_with_the_weights(tmp_path):
    model, path = confidence_model(), tmp_path / "c.safetensors"
    save_confidence(model, path, {"runs": [1]})
    loaded, record = load_confidence(path)
    logits = torch.linspace(-9, 9, 50)
    assert torch.equal(loaded.probability(logits), model.probability(logits))
    assert (loaded.probability(logits) - logits.sigmoid()).abs().max() > 0.01
    assert record == {"runs": [1]}
    assert not loaded.training


FORMER_NAMES = {"meta_weights": "judge_weights", "meta_offset": "judge_offset"}


def test_weights_with_the_names_of_earlier_versions_are_read(tmp_path):
    model, path = confidence_model(), tmp_path / "former.safetensors"
    model.meta_weights = torch.arange(6.0)
    former = {FORMER_NAMES.get(name, name): value for name, value in model.state_dict().items()}
    path.write_bytes(encode_checkpoint(Checkpoint("confidence", to_mapping(model.config), {}, former)))
    loaded = load_confidence(path)[0]
    assert loaded.state_dict().keys() == model.state_dict().keys()
    assert torch.equal(loaded.meta_weights, model.meta_weights)


def test_training_states_with_the_names_of_earlier_versions_go_on(tmp_path):
    config = confidence_training(tmp_path / "decoys")
    first = train_confidence(config, tmp_path, max_minutes=0.0)
    state = torch.load(first.state, weights_only=True)
    for name, former in FORMER_NAMES.items():
        state["state_dict"][f"model.{former}"] = state["state_dict"].pop(f"model.{name}")
    torch.save(state, tmp_path / "former.ckpt")
    result = train_confidence(config, tmp_path / "rest", resume=tmp_path / "former.ckpt")
    assert result.steps == config.train.steps


def test_the_shipped_meta_classifier_is_not_that_of_a_new_model():
    assert (load_confidence()[0].meta_weights[1:] != 0).any()


def test_several_networks_vote_by_their_mean():
    both, gap = confidence_model(members=2), torch.tensor([[0.0, 2.0]])
    votes = []
    for member in both.members:
        one = confidence_model()
        one.members[0].load_state_dict(member.state_dict())
        votes.append(logits_of(one, NAMES[:1], gap))
    assert (votes[0] - votes[1]).abs().min() > 0.01
    torch.testing.assert_close(logits_of(both, NAMES[:1], gap), (votes[0] + votes[1]) / 2)


def features_by_hand(logits: np.ndarray, positions: np.ndarray, energies: np.ndarray) -> np.ndarray:
    rows, n = [], positions.shape[1]
    vote, energy_vote = np.exp(logits), np.exp(-(energies - energies.min()) / 0.6)
    for k in range(len(logits)):
        near = [
            np.sqrt(((positions[k] - other) ** 2).sum() / n) < 2.0  # Angstrom, as they lie
            for other in positions
        ]
        shares = [np.log(votes[near].sum() / votes.sum()) for votes in (vote, energy_vote)]
        gap = energies[k] - energies.min()
        rows.append([logits[k], shares[0], -gap, -energies[k] / np.sqrt(n), n / 30, shares[1]])
    return np.array(rows)


def test_the_meta_classifier_looks_at_all_poses_of_a_ligand():
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(3, 1, 3)) * 6
    positions = (centers[[0, 0, 1, 2, 1, 0]] + rng.normal(size=(6, 1, 3)) * 0.4 + rng.normal(size=(7, 3))) + 40.0
    logits, energies = rng.normal(size=6), rng.normal(size=6) * 2 - 6
    found = meta_features(*(torch.from_numpy(array) for array in (logits, positions, energies)))
    expected = features_by_hand(logits, positions, energies)
    assert found.shape == (6, len(META_FEATURES))
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert np.exp(expected[:, 1]).max() < 1  # there are poses far away
    assert np.exp(expected[:, 1]).min() < 0.9 * np.exp(expected[:, 1]).max()
    model = confidence_model().double()
    model.meta_weights = torch.tensor([0.5, 1.0, -0.2, 0.1, 2.0, 0.7], dtype=torch.float64)
    model.meta_offset = torch.tensor(-1.5, dtype=torch.float64)
    logits_by_model = model.meta_logits(*(torch.from_numpy(array) for array in (logits, positions, energies)))
    np.testing.assert_allclose(logits_by_model, expected @ model.meta_weights.numpy() - 1.5, atol=1e-9)


def test_before_it_is_fitted_the_meta_classifier_says_what_the_networks_say():
    model = confidence_model()
    logits, energies = torch.tensor([0.3, -2.0, 7.0]), torch.tensor([-3.0, 50.0, -9.0])
    positions = torch.randn(3, 5, 3, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(model.meta_logits(logits, positions, energies), logits)
    alone = model.meta_logits(logits[:1], positions[:1], energies[:1])
    torch.testing.assert_close(alone, logits[:1])


def test_dropout_is_for_training_alone():
    model, gap = confidence_model(), torch.zeros(1, 2)
    assert torch.equal(logits_of(model, NAMES[:1], gap), logits_of(model, NAMES[:1], gap))
    model.train()
    assert not torch.equal(logits_of(model, NAMES[:1], gap), logits_of(model, NAMES[:1], gap))
