"""Pairs of points that lie near each other, without all distances at once."""

from __future__ import annotations

import numpy as np
import torch
from scipy.spatial import KDTree
from torch import Tensor


def near_pairs(first: Tensor, second: Tensor, reach: float) -> tuple[Tensor, Tensor]:
    """Indices, int64 [P] each, of points [N, 3] and [M, 3] within ``reach``, in order."""
    if not len(first) or not len(second):
        empty = torch.zeros(0, dtype=torch.long)
        return empty, empty
    trees = KDTree(first.double().cpu().numpy()), KDTree(second.double().cpu().numpy())
    pairs = trees[0].sparse_distance_matrix(trees[1], reach, output_type="ndarray")
    order = np.lexsort((pairs["j"], pairs["i"]))
    i, j = (torch.from_numpy(pairs[key][order].astype(np.int64)).to(first.device) for key in "ij")
    return i, j
