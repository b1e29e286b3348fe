"""How much of what speaks for the poses of a ligand falls on poses near each of them."""

from __future__ import annotations

import torch
from torch import Tensor

_NEARBY = 2.0  # Angstrom


def near_each_other(positions: Tensor) -> Tensor:
    """Which poses [S, n, 3] are within 2 Angstrom of each other, atom by atom; bool [S, S]."""
    flat = positions.flatten(1)
    apart = torch.cdist(flat, flat, compute_mode="donot_use_mm_for_euclid_dist") / positions.shape[1] ** 0.5
    return apart < _NEARBY


def share_nearby(logits: Tensor, near: Tensor) -> Tensor:
    """Log of the softmax weight [S] of the poses near each; near bool [S, S]."""
    weights = logits.log_softmax(0)
    return torch.where(near, weights, weights.new_tensor(-1e4)).logsumexp(1)
