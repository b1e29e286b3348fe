"""Pockets as padded tensors, and the pairs of atoms that a network passes messages over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from scipy.spatial import KDTree
from torch import Tensor

from molgen.chem.features.pocket_features import PocketAtoms, local_directions

NEIGHBORS = 12
"""Nearest atoms of the pocket that each of its atoms gets messages from."""


@dataclass(frozen=True)
class PocketBatch:
    """B pockets, padded to k atoms.

    Attributes:
        atoms: int64 [B, k, 6], class index per column (pocket_features.POCKET_COLUMNS).
        mask: bool [B, k], True for real atoms.
        positions: float [B, k, 3], Angstrom; padded rows lie far away from everything.
        directions: float [B, k, 3], where each atom points (pocket_features.local_directions), shorter than 1.
        neighbors: int64 [B, k, NEIGHBORS], nearest atoms, an atom's own index where there are fewer.
    """

    atoms: Tensor
    mask: Tensor
    positions: Tensor
    directions: Tensor
    neighbors: Tensor

    def __len__(self) -> int:
        return self.atoms.shape[0]

    def to(self, device: torch.device | str) -> PocketBatch:
        return PocketBatch(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


def batch_pockets(pockets: Sequence[PocketAtoms], dtype: torch.dtype = torch.float32) -> PocketBatch:
    """Pad pockets to one batch; positions keep their frame."""
    size, k = len(pockets), max(1, *(len(pocket) for pocket in pockets))
    columns = pockets[0].atoms.shape[1]
    atoms = np.zeros((size, k, columns), dtype=np.int64)
    mask = np.zeros((size, k), dtype=bool)
    positions = np.full((size, k, 3), 1e4)
    directions = np.zeros((size, k, 3))
    neighbors = np.tile(np.arange(k)[None, :, None], (size, 1, NEIGHBORS))
    for row, pocket in enumerate(pockets):
        count = len(pocket)
        atoms[row, :count], mask[row, :count], positions[row, :count] = pocket.atoms, True, pocket.positions
        directions[row, :count] = shortened(local_directions(pocket.positions))
        found = nearest(pocket.positions, NEIGHBORS)
        neighbors[row, :count, : found.shape[1]] = found
    return PocketBatch(
        torch.from_numpy(atoms),
        torch.from_numpy(mask),
        torch.from_numpy(positions).to(dtype),
        torch.from_numpy(directions).to(dtype),
        torch.from_numpy(neighbors),
    )


def shortened(directions: np.ndarray) -> np.ndarray:
    """Vectors [..., 3] with the length l replaced by l / (l + 0.3): smooth at zero, nearly unit vectors elsewhere."""
    return directions / (np.linalg.norm(directions, axis=-1, keepdims=True) + 0.3)


def nearest(positions: np.ndarray, count: int) -> np.ndarray:
    """int64 [k, min(count, k - 1)]: the other points that are nearest to each of the points [k, 3]."""
    if len(positions) < 2:
        return np.zeros((len(positions), 0), dtype=np.int64)
    _, index = KDTree(positions).query(positions, k=min(count + 1, len(positions)))
    return np.asarray(index, dtype=np.int64)[:, 1:]
