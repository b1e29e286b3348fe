"""Exact conversions between the kinds of predictions of a network.

On a Gaussian path x = alpha x0 + sigma noise (diffusion or linear flow), noise-, x0-, velocity- and score-predictions
are linear functions of each other given x and t:

    velocity = dalpha x0 + dsigma noise,    score = -noise / sigma.

They hold for the conditional quantities and, being linear, for their expectations given x. (Karras et al. 2022;
Lipman et al. 2023, arXiv:2210.02747; Zheng et al. 2023, arXiv:2311.13443, for the flow.)

On a curved or compact manifold (torus, SO(3), sphere) two conversions are exact:
- geodesic flow: velocity <-> x0 along one geodesic (`x0_from_velocity`, `velocity_from_x0`);
- variance-exploding diffusion: score <-> probability flow velocity (`velocity_from_score`, `score_from_velocity`).
Not convertible there: a flow's velocity to a score (the expectation over geodesics loses the density), a score to
x0 (no Tweedie formula on a compact manifold), noise to score (the kernel's score is not linear in the noise).
"""

from collections.abc import Callable
from typing import Literal

from torch import Tensor

from molgen.processes.schedules import PathPoint

Prediction = Literal["noise", "x0", "velocity", "score"]


def convert(value: Tensor, x: Tensor, point: PathPoint, source: Prediction, target: Prediction) -> Tensor:
    """Turn one kind of prediction at (x, t) into another, on a Gaussian path.

    Args:
        value: [...] prediction of kind `source`.
        x: [...] the noised state.
        point: the schedule at t, broadcastable to x.
        source: kind of `value`.
        target: kind wanted.

    Returns:
        [...] prediction of kind `target`. Infinite where the two kinds do not determine each other: from x0 or to score
        at sigma = 0, from noise or score to anything else at alpha = 0.

    Raises:
        ValueError: for an unknown kind.
    """
    if source == target:
        return value
    return from_endpoints(*endpoints(value, x, point, source), point, target)


def endpoints(value: Tensor, x: Tensor, point: PathPoint, source: Prediction) -> tuple[Tensor, Tensor]:
    """(x0, noise) that a prediction implies, with x = alpha x0 + sigma noise. Arguments as in `convert`."""
    if source == "noise":
        return (x - point.sigma * value) / point.alpha, value
    if source == "score":
        return (x + point.sigma**2 * value) / point.alpha, -point.sigma * value
    if source == "x0":
        return value, (x - point.alpha * value) / point.sigma
    if source == "velocity":
        determinant = point.alpha * point.dsigma - point.sigma * point.dalpha
        x0 = (point.dsigma * x - point.sigma * value) / determinant
        return x0, (point.alpha * value - point.dalpha * x) / determinant
    raise ValueError(f"unknown prediction {source!r}; one of noise, x0, velocity, score")


def from_endpoints(x0: Tensor, noise: Tensor, point: PathPoint, target: Prediction) -> Tensor:
    """The prediction of kind `target` for x = alpha x0 + sigma noise. Inverse of `endpoints`."""
    if target == "noise":
        return noise
    if target == "score":
        return -noise / point.sigma
    if target == "x0":
        return x0
    if target == "velocity":
        return point.dalpha * x0 + point.dsigma * noise
    raise ValueError(f"unknown prediction {target!r}; one of noise, x0, velocity, score")


def x0_from_velocity(x: Tensor, velocity: Tensor, t: Tensor, exp: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Geodesic flow: the data end exp(x, -t u) of the geodesic through x with velocity u.

    Args:
        x: state at t.
        velocity: tangent at x.
        t: broadcastable to the tangent.
        exp: of the manifold.

    Returns:
        state shaped like x.
    """
    return exp(x, -t * velocity)


def velocity_from_x0(x: Tensor, x0: Tensor, t: Tensor, log: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Geodesic flow: the velocity -log(x, x0) / t, a tangent at x, exact while t |u| < pi; t > 0."""
    return -log(x, x0) / t


def velocity_from_score(score: Tensor, point: PathPoint) -> Tensor:
    """Variance-exploding diffusion on any manifold: probability flow velocity -(d sigma^2/dt) score / 2."""
    return -0.5 * point.spread_rate * score


def score_from_velocity(velocity: Tensor, point: PathPoint) -> Tensor:
    """Inverse of `velocity_from_score`."""
    return -2 * velocity / point.spread_rate
