"""Fitting the meta-classifier and its calibration curve to labeled poses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy.optimize import isotonic_regression, minimize, minimize_scalar
from scipy.special import log_softmax
from torch import Tensor, nn

from molgen.models.pose_confidence.beside import CalibratedBeside, beside_others
from molgen.models.pose_confidence.curve import KNOTS
from molgen.models.pose_confidence.known import KnownSupport
from molgen.models.pose_confidence.model import META_FEATURES, ConfidenceModel
from molgen.models.pose_confidence.support import SUPPORT_FEATURES, Support

_PENALTY, _LISTWISE_PENALTY = 0.01, 0.001
"""Ridge on the weights, in units of the features' standard deviations."""
_CLIP = 0.01
AGREEMENT_WEIGHT = 3.0
"""Of the share of belief near a pose, in the calibration curve: with more the Brier score of first poses hardly falls,
and that of the others rises."""
WEIGHED = ("logit", "share nearby", "energy gap")
"""Of the features of the first meta-classifier what the second weighs as well: the others help redocked ligands and
harm cross-docked ones."""
_MOST_WEIGHT = 100.0
_FIRST = 3.0
"""Weight of the first pose in the curve, where all others together weigh 1."""


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
    _set(model, {"meta_weights": weights, "meta_offset": offset, "curve_logits": at, "curve_values": values})


def fit_support(
    support: Support, features: Sequence[np.ndarray], labels: Sequence[np.ndarray], near: Sequence[Tensor]
) -> None:
    """Set the weights, offset and curve of the meta-classifier that also weighs what the pose model says.

    The curve is fitted to logits as they are in use, where the pose model is asked about the likeliest poses alone.

    Args:
        features: [S, len(META_FEATURES) + len(SUPPORT_FEATURES)] of the poses of each ligand.
        labels: bool [S], near-native or not.
        near: bool [S, S] of each ligand, :func:`molgen.models.pose_confidence.agreement.near_each_other`.
    """
    columns = [k for k, name in enumerate((*META_FEATURES, *SUPPORT_FEATURES)) if name in (*WEIGHED, *SUPPORT_FEATURES)]
    weights = np.zeros(len(META_FEATURES) + len(SUPPORT_FEATURES))
    weights[columns] = listwise_regression([rows[:, columns] for rows in features], labels)
    _set(support, {"weights": weights, "offset": 0.0, "agreement_weight": AGREEMENT_WEIGHT})
    _fit_curve(support, [support_logits(support, torch.from_numpy(rows)) for rows in features], labels, near)


def fit_known(
    known: KnownSupport,
    support: Support,
    features: Sequence[np.ndarray],
    overlaps: Sequence[np.ndarray],
    labels: Sequence[np.ndarray],
    near: Sequence[Tensor],
) -> None:
    """Set the weight of the overlap with known ligands, beside a fitted second meta-classifier, and the curve.

    The weight is that with the least loss of :func:`listwise_regression` when what the meta-classifier says keeps its
    own.

    Args:
        known: is set.
        support: fitted.
        features, labels, near: as of :func:`fit_support`, of the ligands with known ones.
        overlaps: [S] of each ligand, the largest overlap of each pose with a known ligand.
    """
    rows = [torch.from_numpy(row) for row in features]
    own = [support_logits(support, row).numpy() for row in rows]
    weight = _listwise_weight(own, overlaps, labels)
    _set(known, {"weight": weight, "agreement_weight": AGREEMENT_WEIGHT})
    added = [weight * torch.from_numpy(row) for row in overlaps]
    _fit_curve(known, [support_logits(support, row, more) for row, more in zip(rows, added, strict=True)], labels, near)


def _listwise_weight(logits: Sequence[np.ndarray], added: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> float:
    """The weight of a feature that is added to logits: what makes the share of near-native poses largest."""
    examples = [rows for rows in zip(logits, added, labels, strict=True) if rows[2].any()]

    def loss(weight: float) -> float:
        shares = [log_softmax(row + weight * more)[own] for row, more, own in examples]
        return -float(np.mean([np.logaddexp.reduce(share) for share in shares]))

    found: Any = minimize_scalar(loss, bounds=(0.0, _MOST_WEIGHT), method="bounded")
    return float(found.x)


def _fit_curve(
    module: CalibratedBeside, logits: Sequence[Tensor], labels: Sequence[np.ndarray], near: Sequence[Tensor]
) -> None:
    """Set the curve by the logits of all poses of each ligand."""
    beside = [beside_others(row, own, AGREEMENT_WEIGHT).numpy() for row, own in zip(logits, near, strict=True)]
    shares = [pose_weights(row.numpy(), _FIRST) for row in logits]
    at, values = calibration_curve(np.concatenate(beside), np.concatenate(labels), np.concatenate(shares))
    _set(module, {"curve_logits": at, "curve_values": values})


def support_logits(support: Support, features: Tensor, added: Tensor | float = 0.0) -> Tensor:
    """Logits [S] of poses of which all :data:`META_FEATURES` and :data:`SUPPORT_FEATURES` are known, [S, f].

    `added` [S] is what else speaks for each.
    """
    others, stated = features.split([len(META_FEATURES), len(SUPPORT_FEATURES)], 1)
    return support.logits(others, stated[:, 0], lambda rows: stated[rows, 1:], -added)


def _set(module: nn.Module, values: Mapping[str, np.ndarray | float]) -> None:
    with torch.no_grad():
        for name, value in values.items():
            getattr(module, name).copy_(torch.as_tensor(value))


def listwise_regression(features: Sequence[np.ndarray], labels: Sequence[np.ndarray]) -> np.ndarray:
    """Weights [f] whose softmax over the poses of a ligand gives near-native ones the largest share.

    The mean of minus the log of that share is what falls (Cao et al., ICML 2007); ligands without a near-native pose
    say nothing. Arguments as of :func:`fit_support`, with f columns.
    """
    spread = np.concatenate(features).std(0) + 1e-9
    examples = [(rows / spread, own) for rows, own in zip(features, labels, strict=True) if own.any()]

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = _LISTWISE_PENALTY * float(w @ w) * len(examples), 2 * _LISTWISE_PENALTY * w * len(examples)
        for rows, own in examples:
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


def pose_weights(logits: np.ndarray, first: float = 1.0) -> np.ndarray:
    """``first`` for the pose with the highest logit; the others share 1."""
    weights = np.full(len(logits), 1.0 / max(len(logits) - 1, 1))
    weights[logits.argmax()] = first
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
