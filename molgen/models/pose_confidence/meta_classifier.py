"""Several networks as one confidence: meta-classifier and calibration are fitted to what none was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.optimize import isotonic_regression, minimize

from molgen.datasets.decoys import DecoyRecord, load_decoys
from molgen.datasets.part_files import find_parts
from molgen.errors import InputError
from molgen.metrics.success import calibration
from molgen.models.pose_confidence.folds import fold_of
from molgen.models.pose_confidence.model import KNOTS, META_FEATURES, ConfidenceModel, meta_features
from molgen.models.pose_confidence.task import load_confidence, save_confidence
from molgen.models.pose_confidence.validation import logits_of, ranking_auc

_PENALTY = 0.01
"""Ridge on the weights, in units of the features' standard deviations."""
_CLIP = 0.01


def combine(
    networks: Sequence[str | Path], source: str | Path, output: str | Path, right: float = 2.0
) -> dict[str, float]:
    """Make the confidence of networks that were each trained without one fold of the same labeled decoys.

    Args:
        networks: their weights, in the order of the folds.
        source: the labeled decoys.
        output: safetensors file to write.
        right: Angstrom; a pose nearer than this to the true one is near-native.

    Returns:
        how the first poses are rated, cross-fitted: top1 (by the meta-classifier), network_top1, energy_top1, oracle,
        auc, expected calibration error.

    Raises:
        InputError, CheckpointError: the poses or a network cannot be used.
    """
    loaded = [load_confidence(path) for path in networks]
    models = [model for model, _ in loaded]
    if any(model.config != models[0].config for model in models):
        raise InputError("the networks have different configurations", source=networks[0])
    entries, _ = load_decoys(find_parts(Path(source)))
    logits, rated = [], []
    for fold, model in enumerate(models):
        unseen = [entry.found() for entry in fold_of(entries, len(models), fold)[1]]
        logits += logits_of(model, unseen)
        rated += unseen
    features = [
        meta_features(torch.from_numpy(row), torch.from_numpy(e.positions), torch.from_numpy(e.energies)).numpy()
        for row, e in zip(logits, rated, strict=True)
    ]
    confidence = ConfidenceModel(replace(models[0].config, members=sum(model.config.members for model in models)))
    for place, member in enumerate(member for model in models for member in model.members):
        confidence.members[place].load_state_dict(member.state_dict())
    fit_meta_classifier(confidence, features, [e.rmsds <= right for e in rated])
    scores = _scores(features, rated, right)
    record: dict[str, Any] = {"members": [record for _, record in loaded], "metrics": scores, "complexes": len(rated)}
    save_confidence(confidence, output, record)
    return scores


def fit_meta_classifier(model: ConfidenceModel, features: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> None:
    """Set the meta-classifier's weights by logistic regression and the curve by isotonic regression.

    Each ligand's first pose weighs as much as all its others together: the first is what users look at.

    Args:
        features: [S, len(META_FEATURES)] of the poses of each ligand.
        labels: bool [S], near-native or not.
    """
    weights, offset = logistic_regression(features, labels)
    logits = [rows @ weights + offset for rows in features]
    at, values = calibration_curve(
        np.concatenate(logits), np.concatenate(labels), np.concatenate([pose_weights(row) for row in logits])
    )
    with torch.no_grad():
        for name, value in (
            ("meta_weights", weights),
            ("meta_offset", offset),
            ("curve_logits", at),
            ("curve_values", values),
        ):
            getattr(model, name).copy_(torch.as_tensor(value))


def logistic_regression(features: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> tuple[np.ndarray, float]:
    """Weights [len(META_FEATURES)] and offset of the logistic regression."""
    rows, right = np.concatenate(features), np.concatenate(labels)
    share = np.concatenate([pose_weights(one[:, 0]) for one in features])
    share = share / share.sum()
    mean, spread = np.average(rows, axis=0, weights=share), rows.std(0) + 1e-9
    scaled = np.c_[(rows - mean) / spread, np.ones(len(rows))]
    sign = np.where(right, 1.0, -1.0)

    def loss(w: np.ndarray) -> float:
        return float((share * np.logaddexp(0, -sign * (scaled @ w))).sum() + _PENALTY * (w[:-1] ** 2).sum())

    found = minimize(loss, np.zeros(len(META_FEATURES) + 1)).x
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def pose_weights(logits: np.ndarray) -> np.ndarray:
    """1 for the pose with the highest logit; the others share another 1."""
    weights = np.full(len(logits), 1.0 / max(len(logits) - 1, 1))
    weights[logits.argmax()] = 1.0
    return weights


def calibration_curve(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (logit, probability) [KNOTS] each, of the weighted isotonic regression of labels on logits.

    The steps of the regression are averaged over neighboring quantiles, so that the curve is continuous, and kept
    within [0.01, 0.99].
    """
    order = np.argsort(logits, kind="stable")
    fitted = isotonic_regression(labels[order].astype(float), weights=weights[order]).x
    share = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
    at, values = [], []
    for low, high in pairwise(np.linspace(0, 1, KNOTS + 1)):
        chosen = (share >= low) & (share <= high)
        if not chosen.any():
            away = np.abs(share - (low + high) / 2)
            chosen = away == away.min()
        at.append(np.average(logits[order][chosen], weights=weights[order][chosen]))
        values.append(np.average(fitted[chosen], weights=weights[order][chosen]))
    return np.maximum.accumulate(at), np.maximum.accumulate(values).clip(_CLIP, 1 - _CLIP)


def _scores(features: Sequence[np.ndarray], rated: Sequence[DecoyRecord], right: float) -> dict[str, float]:
    """The meta-classifier refitted without each fifth of the clusters in turn, on that fifth."""
    clusters = np.array([e.cluster for e in rated])
    names = np.unique(clusters)
    part = dict(zip(names, np.random.default_rng(0).permutation(len(names)) % 5, strict=True))
    labels = [e.rmsds <= right for e in rated]
    first, chance = np.zeros(len(rated), bool), np.zeros(len(rated))
    for k in range(5):
        seen = [i for i in range(len(rated)) if part[clusters[i]] != k]
        weights, offset = logistic_regression([features[i] for i in seen], [labels[i] for i in seen])
        for i in range(len(rated)):
            if part[clusters[i]] == k:
                scores = features[i] @ weights + offset
                first[i], chance[i] = labels[i][scores.argmax()], 1 / (1 + np.exp(-scores.max()))
    return {
        "top1": float(first.mean()),
        "network_top1": float(np.mean([row[rows[:, 0].argmax()] for row, rows in zip(labels, features, strict=True)])),
        "energy_top1": float(np.mean([row[e.energies.argmin()] for row, e in zip(labels, rated, strict=True)])),
        "oracle": float(np.mean([row.any() for row in labels])),
        "auc": ranking_auc(chance, first),
        "calibration_error": calibration(chance, first).error,
    }
