"""The coupling of starts and targets of a flow: pairings whose paths cross less often than random ones."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from molgen.geometry.alignment import aligned_rmsd
from molgen.geometry.internal_coordinates import internal_coordinates
from molgen.models.torsion_flow.data import ConformerBatch

SAME_SHAPE = 0.4
"""Angstrom. A conformer whose torsions turn a template on to it this closely is a target for the template."""


def transported(template: Tensor, target: Tensor, prior: Tensor, batch: ConformerBatch) -> Tensor:
    """The targets of the prior samples, as displacements.

    Minibatch optimal transport (Pooladian et al. 2023, arXiv:2304.14772; Tong et al. 2023, arXiv:2302.00482) on the
    torus modulo the symmetries of its torsions. A prior sample keeps its template, so that the starts over a template
    stay uniform (exchanged with the target, they would not: Cheng and Schwing 2025, arXiv:2503.10636); the targets
    of a molecule are exchanged where one template can be turned on to the other's conformer.

    Args:
        template: [B, S, n, 3], Angstrom; target: [B, S, m], their torsions; prior: [B, S, m]; radian.
        batch: the conformers that the templates were made of.

    Returns:
        way [B, S, m]: from the target chosen for each prior sample to that sample; the target itself is at
        prior - way.
    """
    from scipy.optimize import linear_sum_assignment  # slow to import, and models are loaded more often than trained

    graph = batch.graph
    mask = graph.torsion_mask[:, None, None]
    folds = torch.ones_like(graph.torsions[..., 0]) if batch.folds is None else batch.folds
    period = 2 * math.pi / folds[:, None, None].to(prior)
    gaps = prior[:, :, None] - target[:, None]  # [B, start, target, m]
    gaps = gaps - period * torch.round(gaps / period)
    cost = (gaps.square() * mask).sum(-1)
    cost = cost + torch.where(_reachable(template, target, batch), 0.0, 1e6)
    chosen = torch.stack([torch.as_tensor(linear_sum_assignment(rows)[1]) for rows in cost.cpu().numpy()])
    chosen = chosen.to(gaps.device)[:, :, None, None].expand(-1, -1, 1, gaps.shape[-1])
    return torch.take_along_dim(gaps, chosen, dim=2).squeeze(2)


def _reachable(template: Tensor, target: Tensor, batch: ConformerBatch) -> Tensor:
    """[B, S, S]: can the first template be turned on to the second one's conformer? Always on to its own."""
    graph, draws = batch.graph, template.shape[1]
    own = torch.eye(draws, dtype=torch.bool, device=template.device)
    if draws == 1:
        return own.expand(len(template), 1, 1)
    torsions, moving = graph.torsions[:, None, None], graph.moving[:, None, None]
    bare = batch.positions
    shape = internal_coordinates(bare[:, :, None], torsions, moving)
    turned = shape.positions(target[:, None])
    goal = bare[:, None].expand_as(turned)
    weights = graph.atom_mask[:, None, None].expand(turned.shape[:-1])
    return own | (aligned_rmsd(turned, goal, weights) < SAME_SHAPE)
