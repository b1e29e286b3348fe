"""Several networks as one confidence: meta-classifier and calibration are fitted to what none was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.decoys import DecoyRecord, load_decoys
from molgen.errors import InputError
from molgen.metrics.calibration import calibration
from molgen.models.pose_confidence.agreement import near_each_other
from molgen.models.pose_confidence.folds import fold_of, known_folds, networks_of_folds
from molgen.models.pose_confidence.meta_classifier import (
    fit_known,
    fit_meta_classifier,
    fit_support,
    logistic_regression,
)
from molgen.models.pose_confidence.model import ConfidenceModel, meta_features
from molgen.models.pose_confidence.task import TASK
from molgen.models.pose_confidence.validation import logits_of, ranking_auc

_PARTS = 5
"""Of the clusters, in cross-fitting."""


def calibrate(
    networks: Sequence[str | Path], source: str | Path, output: str | Path, near_native: float = 2.0
) -> dict[str, float]:
    """Make the confidence of networks that were each trained without one fold of the same labeled decoys.

    Args:
        networks: their weights; as many of each fold, in the order of the folds (of two of each: 0 1 2 3 0 1 2 3).
            The fits are to the mean of those that have not seen a ligand.
        source: the labeled decoys; a second meta-classifier is fitted to those of them that tell what the pose model
            says of the poses, and weighs that too. Where other ligands are known in some of them, the weight of the
            overlap with these is fitted as well.
        output: safetensors file to write.
        near_native: Angstrom; a pose within this of the true one is near-native.

    Returns:
        cross-fitted shares of ligands whose first pose is near-native, top1 (by the meta-classifier), network_top1 and
        energy_top1; oracle, the share with any near-native pose; auc and expected calibration_error of the probability
        of the first pose.

    Raises:
        InputError: the decoys cannot be read, or the networks have different configurations.
        CheckpointError: a network cannot be used, two of them were trained with different folds, or there are not as
            many of each fold.
    """
    loaded = [TASK.load(path) for path in networks]
    models = [model for model, _ in loaded]
    if any(model.config != models[0].config for model in models):
        raise InputError("the networks have different configurations", source=networks[0])
    records, _ = load_decoys(find_parts(Path(source)))
    members = [record for _, record in loaded]
    known = known_folds({"members": members})
    groups = networks_of_folds(models, members)
    held_back = [[r.found() for r in fold_of(records, len(groups), fold, known)[1]] for fold in range(len(groups))]
    decoys = [record for fold in held_back for record in fold]
    logits = [row for group, fold in zip(groups, held_back, strict=True) for row in _mean_logits(group, fold)]
    features = [_features(row, record) for row, record in zip(logits, decoys, strict=True)]
    labels = [record.rmsds <= near_native for record in decoys]
    asked = [k for k, record in enumerate(decoys) if record.support is not None]
    confidence = _joined(models, bool(asked), any(decoys[k].known is not None for k in asked))
    fit_meta_classifier(confidence, features, labels)
    if confidence.support is not None:
        both = [np.c_[features[k], decoys[k].support] for k in asked]
        near = [near_each_other(torch.from_numpy(decoys[k].positions)) for k in asked]
        fit_support(confidence.support, both, [labels[k] for k in asked], near)
        if confidence.known is not None:
            overlaps = {row: known for row, k in enumerate(asked) if (known := decoys[k].known) is not None}
            fit_known(
                confidence.known,
                confidence.support,
                [both[row] for row in overlaps],
                [*overlaps.values()],
                [labels[asked[row]] for row in overlaps],
                [near[row] for row in overlaps],
            )
    scores = _cross_fitted_scores(features, labels, decoys)
    TASK.save(confidence, output, {"members": members, "metrics": scores, "complexes": len(decoys)})
    return scores


def _mean_logits(networks: Sequence[ConfidenceModel], records: Sequence[DecoyRecord]) -> list[np.ndarray]:
    """Logits [S] of all poses of each ligand, the mean of those of some networks."""
    return [np.mean(rows, axis=0) for rows in zip(*(logits_of(model, records) for model in networks), strict=True)]


def _features(logits: np.ndarray, decoys: DecoyRecord) -> np.ndarray:
    arrays = (logits, decoys.positions, decoys.energies)
    return meta_features(*(torch.from_numpy(array) for array in arrays)).numpy()


def _joined(models: Sequence[ConfidenceModel], support: bool, known: bool) -> ConfidenceModel:
    """One model with the networks of all."""
    networks = [member for model in models for member in model.members]
    confidence = ConfidenceModel(replace(models[0].config, members=len(networks), support=support, known=known))
    for member, network in zip(confidence.members, networks, strict=True):
        member.load_state_dict(network.state_dict())
    return confidence


def _cross_fitted_scores(
    features: Sequence[np.ndarray], labels: Sequence[np.ndarray], decoys: Sequence[DecoyRecord]
) -> dict[str, float]:
    """Of the meta-classifier refitted without each part of the clusters in turn, on that part."""
    clusters, part = np.unique([record.cluster for record in decoys], return_inverse=True)
    part = (np.random.default_rng(0).permutation(len(clusters)) % _PARTS)[part]
    success, chance = np.zeros(len(decoys), bool), np.zeros(len(decoys))
    for k in range(_PARTS):
        rest = np.flatnonzero(part != k).tolist()
        weights, offset = logistic_regression([features[i] for i in rest], [labels[i] for i in rest])
        for i in np.flatnonzero(part == k).tolist():
            logits = features[i] @ weights + offset
            success[i], chance[i] = labels[i][logits.argmax()], 1 / (1 + np.exp(-logits.max()))
    return {
        "top1": float(success.mean()),
        "network_top1": float(np.mean([own[rows[:, 0].argmax()] for own, rows in zip(labels, features, strict=True)])),
        "energy_top1": float(np.mean([own[r.energies.argmin()] for own, r in zip(labels, decoys, strict=True)])),
        "oracle": float(np.mean([own.any() for own in labels])),
        "auc": ranking_auc(chance, success),
        "calibration_error": calibration(chance, success).error,
    }
