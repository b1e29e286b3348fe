"""The training loss of the torsional model."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.conformers.dataset import ConformerBatch
from molgen.conformers.model import Conformation, TorsionModel
from molgen.geometry.torsions import dihedral_angles

GEOMETRY_NOISE = 0.03
"""Angstrom. Gaussian noise on the local structure, so that the network cannot read torsions off bond angles."""


def torsion_loss(model: TorsionModel, batch: ConformerBatch, rng: torch.Generator) -> Tensor:
    """Weighted squared error of the field, averaged over real torsions.

    Geodesic flow matching (Chen and Lipman 2024, eq. 13) or denoising score matching on the torus (Jing et al. 2022,
    eq. 4), whichever process the model has; t uniform, one stratum per conformation of the batch.
    """
    graph, positions = batch.graph, batch.positions
    size, draws = positions.shape[:2]
    noise = torch.randn(positions.shape, generator=rng).to(positions) * GEOMETRY_NOISE
    template = positions + noise * graph.atom_mask[:, None, :, None]
    start = dihedral_angles(template, graph.torsions[:, None])
    count = size * draws
    strata = torch.randperm(count, generator=rng) + torch.rand(count, generator=rng)
    t = (strata / count).to(positions).reshape(size, draws)
    noised = model.process.corrupt(start.flatten(0, 1), t.flatten(), rng)
    moved = Conformation(template, start).positions(noised.x_t.reshape(start.shape), graph)
    field = model(graph, model.encode(graph), moved, t)
    error = noised.weight * (field.flatten(0, 1) - noised.target).square()
    mask = graph.torsion_mask[:, None].expand_as(start).flatten(0, 1)
    return (error * mask).sum() / mask.sum()
