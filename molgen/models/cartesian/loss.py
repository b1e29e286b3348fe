"""The training loss of the model of coordinates."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.geometry import rigid
from molgen.geometry.alignment import kabsch
from molgen.manifolds import center_free
from molgen.models.cartesian.data import CartesianBatch
from molgen.models.cartesian.model import CartesianModel, output_scale

EARLIEST = 0.01
"""Least time of the noised structures."""


def cartesian_loss(
    model: CartesianModel,
    batch: CartesianBatch,
    rng: torch.Generator,
    *,
    aligned: bool = True,
    earlier: float = 1.5,
    root: Tensor | None = None,
) -> Tensor:
    """Squared error of the clean coordinates over the scale of what is left to predict, averaged over placed atoms.

    Flow matching (Lipman et al. 2023, arXiv:2210.02747) or denoising score matching, by the process of the model: on a
    Gaussian path both are regressions on the clean state. Times are stratified over the structures of the batch.

    Args:
        aligned, earlier: as of `CartesianTrainConfig`.
        root: of the harmonic noise [B, n, n], where it is known already.
    """
    molecules, mask = batch.molecules, batch.molecules.graph.atom_mask[:, None]
    process = model.process_of(molecules, root)
    x0 = center_free(batch.positions, mask)
    t = _times(x0, earlier, rng)
    point = process.path(x0, t)
    noise = process.manifold.project(process.manifold.tangent_noise(x0, rng), mask)
    if aligned and model.config.process == "flow":
        noise = rigid.apply(kabsch(noise, x0, mask.expand(noise.shape[:3])), noise)
    x_t = point.alpha * x0 + point.sigma * noise
    clean = model(molecules, model.encode(molecules), x_t, t)
    variance = (point.alpha * model.config.data_scale).square() + point.sigma.square()
    error = ((clean - x0) / output_scale(model.config, point.sigma, variance)).square().mean(-1)
    placed = batch.placed[:, None].expand_as(error)
    return (error * placed).sum() / placed.sum().clamp(min=1)


def _times(like: Tensor, earlier: float, rng: torch.Generator) -> Tensor:
    """Times [B, S] in [EARLIEST, 1], one in each of B S strata, in random order."""
    count = like.shape[0] * like.shape[1]
    order = torch.randperm(count, generator=rng, device=rng.device)
    strata = (order + torch.rand(count, generator=rng, device=rng.device)) / count
    return (EARLIEST + (1 - EARLIEST) * strata**earlier).to(like).reshape(like.shape[:2])
