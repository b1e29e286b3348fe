"""Fitting the meta-classifier and its calibration curve to labeled poses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from scipy.optimize import isotonic_regression, minimize
from scipy.special import log_softmax

from molgen.models.pose_confidence.curve import KNOTS
from molgen.models.pose_confidence.model import META_FEATURES, ConfidenceModel
from molgen.models.pose_confidence.support import Support, beside_the_first

_PENALTY, _LISTWISE_PENALTY = 0.01, 0.001
"""Ridge on the weights, in units of the features' standard deviations."""
_CLIP = 0.01
GAP_WEIGHT = 1.0
"""Of the distance to the first pose, in the calibration curve: the Brier score of training ligands is lowest there."""


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
    fitted = {"meta_weights": weights, "meta_offset": offset, "curve_logits": at, "curve_values": values}
    with torch.no_grad():
        for name, value in fitted.items():
            getattr(model, name).copy_(torch.as_tensor(value))


def fit_support(support: Support, features: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> None:
    """Set the weights, offset and curve of the meta-classifier that also weighs what the pose model says.

    Args:
        features: [S, len(META_FEATURES) + len(SUPPORT_FEATURES)] of the poses of each ligand.
        labels: bool [S], near-native or not.
    """
    weights = listwise_regression(features, labels)
    logits = [beside_the_first(torch.from_numpy(rows @ weights), GAP_WEIGHT).numpy() for rows in features]
    at, values = calibration_curve(
        np.concatenate(logits), np.concatenate(labels), np.concatenate([pose_weights(row) for row in logits])
    )
    fitted = {"weights": weights, "offset": 0.0, "gap_weight": GAP_WEIGHT, "curve_logits": at, "curve_values": values}
    with torch.no_grad():
        for name, value in fitted.items():
            getattr(support, name).copy_(torch.as_tensor(value))


def listwise_regression(features: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> np.ndarray:
    """Weights [f] whose softmax over the poses of a ligand gives near-native ones the largest share.

    The mean of minus the log of that share is what falls (Cao et al., ICML 2007); ligands without a near-native pose
    say nothing. Arguments as of :func:`fit_support`, with f columns.
    """
    spread = np.concatenate(features).std(0) + 1e-9
    told = [(rows / spread, own) for rows, own in zip(features, labels, strict=True) if own.any()]

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = _LISTWISE_PENALTY * float(w @ w) * len(told), 2 * _LISTWISE_PENALTY * w * len(told)
        for rows, own in told:
            shares = np.exp(log_softmax(rows @ w))
            right = shares * own / shares[own].sum()
            total -= float(np.log(shares[own].sum()))
            slope = slope + rows.T @ (shares - right)
        return total, slope

    return minimize(loss, np.zeros(features[0].shape[1]), jac=True).x / spread


def logistic_regression(features: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> tuple[np.ndarray, float]:
    """Weights [len(META_FEATURES)] and offset; arguments as of :func:`fit_meta_classifier`."""
    rows = np.concatenate(features)
    share = np.concatenate([pose_weights(ligand[:, 0]) for ligand in features])
    share = share / share.sum()
    mean, spread = np.average(rows, axis=0, weights=share), rows.std(0) + 1e-9
    scaled = np.c_[(rows - mean) / spread, np.ones(len(rows))]
    sign = np.where(np.concatenate(labels), 1.0, -1.0)

    def loss(w: np.ndarray) -> float:
        return float((share * np.logaddexp(0, -sign * (scaled @ w))).sum() + _PENALTY * (w[:-1] ** 2).sum())

    minimum = minimize(loss, np.zeros(len(META_FEATURES) + 1)).x
    weights = minimum[:-1] / spread
    return weights, float(minimum[-1] - weights @ mean)


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
    quantile = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
    at, values = [], []
    for low, high in pairwise(np.linspace(0, 1, KNOTS + 1)):
        inside = (quantile >= low) & (quantile <= high)
        if not inside.any():
            distance = np.abs(quantile - (low + high) / 2)
            inside = distance == distance.min()
        at.append(np.average(logits[order][inside], weights=weights[order][inside]))
        values.append(np.average(fitted[inside], weights=weights[order][inside]))
    return np.maximum.accumulate(at), np.maximum.accumulate(values).clip(_CLIP, 1 - _CLIP)
