"""The variational view of a diffusion: a lower bound of the log-likelihood, evaluated.

With the noising process dx = f dt + g dW, its score model s and the transition kernel q(x_t | x_0),

    log p(x_0) >= E log p_1(x_1) - integral_0^1 E[g^2 (|s|^2 / 2 + div s) - div f] dt,  x_t ~ q(x_t | x_0),

(Song et al. 2021, arXiv:2101.09258, theorem 3, integrated by parts; Huang et al. 2021, arXiv:2106.02808; on manifolds
Huang et al. 2022, arXiv:2208.07949). It is tight where s is the score of the noised data.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from molgen.processes.base import Process, combine
from molgen.sampling.likelihood import probe_tangents, rows_of, value_and_divergence

Field = Callable[[Any, Tensor], Any]


def evidence_lower_bound(
    field: Field,
    process: Process[Any],
    state: Any,
    rng: torch.Generator,
    *,
    draws: int = 64,
    probes: int | None = None,
) -> Tensor:
    """A lower bound of the log-likelihood of states at t = 0, estimated from noised states.

    Args:
        field: (state, t) -> what the process calls its field.
        process: a diffusion, on R^n, a torus, SO(3), a sphere, or a product of them.
        state: [S, ...] or a mapping of such tensors.
        rng: of the noise.
        draws: times, the middles of so many equal parts of [0, 1], with a noised state each.
        probes: see :func:`molgen.sampling.log_likelihood`.

    Returns:
        [S]; its error falls with one over the root of ``draws``.

    Raises:
        ValueError: the process has no score.
    """
    bound = process.prior_log_density(process.transition(state, 1.0, rng)) + process.expansion(state)
    for k in range(draws):
        t = torch.full((), (k + 0.5) / draws).to(bound)
        noised = process.transition(state, t, rng)
        g = process.diffusion(noised, t)
        tangents = probe_tangents(process, noised, probes, rng)
        drift, divergence = value_and_divergence(partial(_drift, field, process, t, g), process, noised, tangents)
        bound = bound - (divergence + _half_square(drift, g)) / draws
    return bound


def _drift(field: Field, process: Process[Any], t: Tensor, g: Any, x: Any) -> Any:
    """g^2 s."""
    return combine(lambda g, s: g**2 * s, g, process.score(x, field(x, t), t))


def _half_square(drift: Any, g: Any) -> Tensor:
    """g^2 |s|^2 / 2 of each row."""
    parts = combine(lambda d, g: 0.5 * rows_of(d**2 / g**2).sum(1), drift, g)
    return torch.stack(list(parts.values())).sum(0) if isinstance(parts, dict) else parts
