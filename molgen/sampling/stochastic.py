"""Steps along the reverse SDE from t to t + dt (dt < 0); they need rng, and a process whose field has a score."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from molgen.processes.base import Process, combine
from molgen.sampling.steppers import Field, OneStep, Stepper


@OneStep
def euler_maruyama(
    field: Field, process: Process[Any], x: Any, t: Tensor, dt: Tensor, rng: torch.Generator | None, mask: Any
) -> Any:
    """Reverse SDE dx = (v - g^2 score / 2) dt + g dW (Song et al. 2021, arXiv:2011.13456, eq. 6)."""
    return process.step(x, field(x, t), t, dt, _needed(rng), mask)


@OneStep
def ancestral(
    field: Field, process: Process[Any], x: Any, t: Tensor, dt: Tensor, rng: torch.Generator | None, mask: Any
) -> Any:
    """x <- x + (s^2 - r^2) score + r sqrt(1 - r^2 / s^2) z with s = sigma(t) and r = sigma(t + dt).

    The reverse SDE of a variance-exploding path, each step exact for data at one point (Song et al. 2021,
    arXiv:2011.13456, app. F), where few steps of Euler-Maruyama overshoot by far.

    Raises:
        ValueError: without rng, or on a path that shrinks the data.
    """
    noise = process.tangent_noise(x, _needed(rng))

    def tangent(score: Tensor, here: Any, after: Any, noise: Tensor) -> Tensor:
        if bool((here.dalpha != 0).any()):
            raise ValueError("an ancestral step is for a variance-exploding path; use euler_maruyama")
        gone = here.sigma**2 - after.sigma**2
        return gone * score + after.sigma * (gone.sqrt() / here.sigma) * noise

    score = process.score(x, field(x, t), t)
    way = combine(tangent, score, process.path(x, t), process.path(x, t + dt), noise)
    return process.move(x, way, mask)


def predictor_corrector(snr: float = 0.16, corrections: int = 1) -> Stepper:
    """Euler-Maruyama, then Langevin at the new time: x <- x + e score + sqrt(2 e) z.

    Song et al. 2021 (arXiv:2011.13456), algorithms 2 and 4; the step size e = 2 (snr sigma(t))^2 is theirs with
    the norms of score and noise replaced by their expectation, so that a sample does not depend on the rest of the
    batch. No corrections at t = 0.
    """

    @OneStep
    def stepper(
        field: Field, process: Process[Any], x: Any, t: Tensor, dt: Tensor, rng: torch.Generator | None, mask: Any
    ) -> Any:
        x = euler_maruyama.rule(field, process, x, t, dt, rng, mask)
        t = t + dt
        for _ in range(corrections if t > 0 else 0):
            x = _langevin(process, x, process.score(x, field(x, t), t), t, snr, _needed(rng), mask)
        return x

    return stepper


def low_temperature(inverse_temperature: float = 2.0, equilibration: float = 0.0, data_scale: float = 1.0) -> Stepper:
    """SDE towards p0^lambda0: lower temperature, less diverse, more likely samples.

    With lambda0 the inverse temperature and psi the equilibration rate (Ingraham et al. 2023,
    doi:10.1038/s41586-023-06728-8, supplement, hybrid Langevin reverse-time SDE),

        dx = [f - (lambda_t + lambda0 psi / 2) g^2 score] dt + g sqrt(1 + psi) dW,
        lambda_t = lambda0 (alpha^2 s^2 + sigma^2) / (alpha^2 s^2 + lambda0 sigma^2),

    where s = data_scale, the standard deviation of the data (s = 1 on a variance-preserving path gives their lambda_t).
    Exact for Gaussian data with psi = 0; lambda0 = 1, psi = 0 is Euler-Maruyama. Needs a score.
    """

    @OneStep
    def stepper(
        field: Field, process: Process[Any], x: Any, t: Tensor, dt: Tensor, rng: torch.Generator | None, mask: Any
    ) -> Any:
        value = field(x, t)

        def tangent(v: Tensor, score: Tensor, g: Tensor, point: Any, noise: Tensor) -> Tensor:
            signal, variance = (point.alpha * data_scale) ** 2, point.sigma**2
            tempered = signal + inverse_temperature * variance
            warmth = inverse_temperature * (signal + variance) / tempered
            # (warmth - 1) forward_rate / 2, with the 1 / alpha of the rate canceled: finite on a linear path at t = 1
            excess = (inverse_temperature - 1) * point.alpha * data_scale**2 / tempered * point.sigma
            excess = excess * (point.alpha * point.dsigma - point.sigma * point.dalpha)
            drift = v - (excess + 0.5 * g**2 * (warmth + inverse_temperature * equilibration)) * score
            return dt * drift + g * (1 + equilibration) ** 0.5 * dt.abs().sqrt() * noise

        parts = process.velocity(x, value, t), process.score(x, value, t), process.diffusion(x, t), process.path(x, t)
        return process.move(x, combine(tangent, *parts, process.tangent_noise(x, _needed(rng))), mask)

    return stepper


def _langevin(process: Process[Any], x: Any, score: Any, t: Tensor, snr: float, rng: torch.Generator, mask: Any) -> Any:
    def tangent(s: Tensor, z: Tensor, point: Any) -> Tensor:
        size = 2 * (snr * point.sigma) ** 2
        return size * s + (2 * size).sqrt() * z

    return process.move(x, combine(tangent, score, process.tangent_noise(x, rng), process.path(x, t)), mask)


def _needed(rng: torch.Generator | None) -> torch.Generator:
    if rng is None:
        raise ValueError("a stochastic stepper needs rng")
    return rng
