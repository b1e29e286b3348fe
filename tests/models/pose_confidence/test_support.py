"""The meta-classifier that weighs what the pose model says: whom it asks, how it ranks, how it is fitted."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_pockets import confidence_model

from molgen.models.pose_confidence.known import KnownSupport
from molgen.models.pose_confidence.meta_classifier import WEIGHED, fit_known, fit_support, listwise_regression
from molgen.models.pose_confidence.model import META_FEATURES, ConfidenceModel
from molgen.models.pose_confidence.support import (
    DENOISED,
    SUPPORT_FEATURES,
    WITHIN,
    Support,
    found_back_from,
    samples_nearby,
)
from molgen.models.pose_confidence.task import load_confidence, save_confidence


def support(*weights: float) -> Support:
    """One with a single other feature."""
    made = Support(1)
    made.weights.copy_(torch.tensor(weights))
    return made


def test_samples_near_a_pose_count_more_the_nearer_they_are():
    nearby = samples_nearby(torch.tensor([[0.5, 9.0], [2.0, 9.0], [9.0, 9.0], [0.5, 0.5]]))
    assert nearby.argsort(descending=True).tolist() == [3, 0, 1, 2]
    assert torch.isfinite(samples_nearby(torch.full((1, 3), 99.0))).all()


def test_only_the_likeliest_poses_are_asked_about_and_none_passes_them():
    others = torch.linspace(0, 1, DENOISED + 8)[:, None]
    asked: list[int] = []

    def found_back(rows: torch.Tensor) -> torch.Tensor:
        asked.extend(rows.tolist())
        return torch.stack([-(rows % 5).float(), torch.zeros(len(rows))], 1)

    logits = support(1.0, 0.0, 0.5, 0.5).logits(others, torch.zeros(len(others)), found_back)
    assert sorted(asked) == list(range(8, DENOISED + 8))
    assert logits.argmax() == max(row for row in asked if row % 5 == 0)  # found back best, and the likeliest of those
    assert logits[:8].max() < logits[8:].max()
    assert (logits[:8].diff() > 0).all()


def test_poses_far_behind_the_likeliest_are_not_asked_about():
    others = torch.tensor([[0.0], [WITHIN - 0.1], [WITHIN + 0.2], [0.5]])
    asked: list[int] = []
    logits = support(1.0, 0.0, 1.0, 1.0).logits(
        others, torch.zeros(len(others)), lambda rows: asked.extend(rows.tolist()) or torch.ones(len(rows), 2)
    )
    assert sorted(asked) == [1, 2, 3]
    torch.testing.assert_close(logits, others[:, 0] + 2.0)  # who was not asked counts as the worst of them


def test_a_cost_is_taken_off_before_it_is_chosen_who_is_asked_about():
    others, cost = torch.zeros(DENOISED + 1, 1), torch.zeros(DENOISED + 1)
    cost[0] = 3.0
    asked: list[int] = []
    support(1.0, 0.0, 1.0, 1.0).logits(
        others, torch.zeros(len(cost)), lambda rows: asked.extend(rows.tolist()) or torch.zeros(len(rows), 2), cost
    )
    assert 0 not in asked


def test_small_errors_are_found_back_well():
    found = found_back_from(torch.tensor([[0.0, 4.0]]))
    assert found[0, 0] > found[0, 1]
    assert torch.isfinite(found).all()


def test_the_listwise_fit_finds_the_feature_that_ranks():
    rng = np.random.default_rng(0)
    features = [rng.normal(size=(9, 3)) for _ in range(60)]
    labels = [rows[:, 1] == rows[:, 1].max() for rows in features]
    weights = listwise_regression([*features, features[0]], [*labels, np.zeros(9, bool)])
    assert weights[1] > 5 * np.abs(weights[[0, 2]]).max()


def test_a_fitted_support_is_stored_with_the_networks(tmp_path):
    config = replace(confidence_model().config, support=True)
    model, rng = ConfidenceModel(config), np.random.default_rng(0)
    assert model.support is not None
    features = [rng.normal(size=(12, len(META_FEATURES) + len(SUPPORT_FEATURES))) for _ in range(30)]
    apart = [torch.eye(12, dtype=torch.bool)] * len(features)
    fit_support(model.support, features, [rows[:, -1] > 1.0 for rows in features], apart)
    save_confidence(model, tmp_path / "own.safetensors", {})
    again = load_confidence(tmp_path / "own.safetensors")[0].support
    assert again is not None
    assert torch.equal(again.weights, model.support.weights)
    ends = again.probability(torch.tensor([-9.0, 9.0]), torch.eye(2, dtype=torch.bool))
    assert 0 < ends[0] < ends[1] < 1


def test_features_that_harm_cross_docked_ligands_are_not_weighed():
    made, rng = Support(len(META_FEATURES)), np.random.default_rng(0)
    features = [rng.normal(size=(12, len(META_FEATURES) + len(SUPPORT_FEATURES))) for _ in range(30)]
    energy = META_FEATURES.index("energy")
    near = [torch.eye(12, dtype=torch.bool)] * len(features)
    fit_support(made, features, [rows[:, energy] > 1.0 for rows in features], near)
    weighed = [name for name, weight in zip(META_FEATURES, made.weights.tolist(), strict=False) if weight]
    assert tuple(weighed) == WEIGHED


def believed(logits: list[float], near: list[list[int]]) -> list[float]:
    """Probabilities of poses by a support that was not fitted."""
    made = Support(len(META_FEATURES))
    made.agreement_weight.fill_(1.0)
    return made.probability(torch.tensor(logits), torch.tensor(near, dtype=torch.bool)).tolist()


def test_a_pose_is_likelier_right_the_more_of_the_good_poses_are_near_it():
    alone = believed([1.0], [[1]])[0]
    rivaled = believed([1.0, 1.0], [[1, 0], [0, 1]])[0]
    agreed = believed([1.0, 1.0], [[1, 1], [1, 1]])[0]
    assert alone == pytest.approx(1 / (1 + np.exp(-1)), abs=0.01)
    assert agreed == pytest.approx(alone)
    assert rivaled == pytest.approx(1 / (1 + 2 / np.e), abs=0.01)  # the log of a half less


def test_no_pose_is_said_to_be_likelier_right_than_one_before_it():
    crowd = [[1, 0, 0, 0], [0, 1, 1, 1], [0, 1, 1, 1], [0, 1, 1, 1]]
    first, *others = believed([1.0, 0.9, 0.8, 0.7], crowd)
    assert first >= max(others)
    assert others == sorted(others, reverse=True)


def test_a_curve_of_an_earlier_version_is_one_of_the_logit_alone():
    state = Support(len(META_FEATURES)).state_dict()
    del state["agreement_weight"]
    state["gap_weight"] = torch.ones(())
    support = Support(len(META_FEATURES))
    support.agreement_weight.fill_(1.0)
    support.load_state_dict(state)
    assert support.agreement_weight == 0


def test_weights_of_earlier_versions_have_no_support(tmp_path):
    save_confidence(confidence_model(), tmp_path / "own.safetensors", {})
    assert load_confidence(tmp_path / "own.safetensors")[0].support is None


@pytest.mark.parametrize("speaks", [True, False])
def test_known_ligands_weigh_as_much_as_they_say_of_right_poses(speaks):
    rng, known, made = np.random.default_rng(3), KnownSupport(), Support(len(META_FEATURES))
    features = [rng.normal(size=(12, len(META_FEATURES) + len(SUPPORT_FEATURES))) for _ in range(200)]
    overlap = [rng.uniform(0, 1, size=12) for _ in features]
    labels = [np.arange(12) == (8.0 * rows * speaks + rng.gumbel(size=12)).argmax() for rows in overlap]
    near = [torch.eye(12, dtype=torch.bool)] * len(features)
    fit_known(known, made, features, overlap, labels, near)
    assert known.weight.item() == pytest.approx(8.0 if speaks else 0.0, abs=1.5)
    first, last = known.probability(torch.tensor([8.0, 0.0]), torch.eye(2, dtype=torch.bool)).tolist()
    assert (first > 2 * last) is speaks


def test_a_confidence_of_known_ligands_comes_back_from_its_file(tmp_path):
    model = confidence_model(support=True, known=True)
    assert model.known is not None
    model.known.weight.fill_(3.0)
    save_confidence(model, tmp_path / "own.safetensors", {})
    again = load_confidence(tmp_path / "own.safetensors")[0].known
    assert again is not None
    assert again.weight == 3.0


def test_known_ligands_count_beside_the_second_meta_classifier_alone():
    with pytest.raises(ValueError, match="known needs support"):
        confidence_model(known=True)
