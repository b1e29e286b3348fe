"""Calibrated confidence of a packing, by residue."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import numpy as np
from scipy.optimize import minimize

OUTCOMES = ("chi1", "all")
"""The outcomes with probabilities: chi 1, and all chi angles, within 20 degrees of those of a crystal structure."""
_LEAST = 1e-3
_RIDGE = 1e-3


def probabilities(belief: np.ndarray, mass: np.ndarray, chis: np.ndarray) -> np.ndarray:
    """Calibrated probabilities [R, 2] of :data:`OUTCOMES`.

    Args:
        belief: [R, 2], share of the probability of the search on the chosen rotamer and those near it.
        mass: [R, 2], probability of the network alone on the same rotamers.
        chis: int [R], chi angles of the residue, 0 to 4; those without any are sure.
    """
    weights = _weights()
    columns = [_logistic(_features(belief[:, k], mass[:, k], chis) @ weights[k]) for k in range(len(OUTCOMES))]
    return np.where(chis[:, None] > 0, np.stack(columns, -1), 1.0)


def fitted(belief: np.ndarray, mass: np.ndarray, chis: np.ndarray, right: np.ndarray) -> list[float]:
    """Weights of a logistic regression of one outcome, bool [R], on what :func:`probabilities` reads of it [R]."""
    x = _features(belief, mass, chis)

    def loss(w: np.ndarray) -> float:
        z = x @ w
        return float(np.mean(np.logaddexp(0, z) - right * z) + _RIDGE * np.square(w).sum())

    return [round(float(value), 4) for value in minimize(loss, np.zeros(x.shape[1])).x]


def _features(belief: np.ndarray, mass: np.ndarray, chis: np.ndarray) -> np.ndarray:
    """[R, 6]: log odds of the belief, log odds of the mass, and how many chi angles there are."""
    odds = [np.log(p / (1 - p)) for p in (np.clip(x.astype(np.float64), _LEAST, 1 - _LEAST) for x in (belief, mass))]
    return np.stack([*odds, *(chis == k for k in range(1, 5))], -1).astype(np.float64)


def _logistic(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


@cache
def _weights() -> np.ndarray:
    """[2, 6], fitted on structures that the network was not trained on (`benchmarks/side_chains --calibrate`)."""
    text = (resources.files("molgen.packing") / "calibration.json").read_text()
    return np.array([json.loads(text)[outcome] for outcome in OUTCOMES])
