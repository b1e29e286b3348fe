"""Pockets as padded tensors, and the pairs of atoms that a network passes messages over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.pocket_features import PocketAtoms, local_directions
from molgen.graphs.ragged import pad, prefix_mask
from molgen.graphs.tensor_record import TensorRecord

NEIGHBORS = 12
"""Nearest atoms of the pocket that each of its atoms gets messages from."""
_FAR = 1e4


@dataclass(frozen=True)
class PocketBatch(TensorRecord):
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

    @classmethod
    def padded(cls, flat: FlatPockets) -> PocketBatch:
        """Pockets end to end -> padded tensors; a batch of empty pockets has one padded row each."""
        mask = prefix_mask(flat.counts, max(1, int(flat.counts.max())))
        neighbors = torch.arange(mask.shape[1], device=mask.device)[None, :, None].repeat(len(mask), 1, NEIGHBORS)
        neighbors[mask] = flat.neighbors
        positions, directions = pad(flat.positions, mask, _FAR), pad(flat.directions, mask)
        return cls(pad(flat.atoms, mask), mask, positions, directions, neighbors)


class FlatPockets(NamedTuple):
    """B pockets end to end.

    Attributes:
        counts: int64 [B], atoms of each.
        atoms: int64 [K, 6]; positions, directions: float [K, 3], as in :class:`PocketBatch`.
        neighbors: int64 [K, NEIGHBORS], counted within each pocket.
    """

    counts: Tensor
    atoms: Tensor
    positions: Tensor
    directions: Tensor
    neighbors: Tensor


def batch_pockets(pockets: Sequence[PocketAtoms], dtype: torch.dtype = torch.float32) -> PocketBatch:
    """Pad pockets to one batch; positions keep their frame."""
    atoms = np.concatenate([pocket.atoms for pocket in pockets]).astype(np.int64)
    positions = np.concatenate([pocket.positions for pocket in pockets])
    directions = np.concatenate([pocket_directions(pocket.positions) for pocket in pockets])
    neighbors = np.concatenate([pocket_neighbors(pocket.positions) for pocket in pockets])
    return PocketBatch.padded(
        FlatPockets(
            torch.tensor([len(pocket) for pocket in pockets]),
            torch.from_numpy(atoms),
            torch.from_numpy(positions).to(dtype),
            torch.from_numpy(directions).to(dtype),
            torch.from_numpy(neighbors),
        )
    )


def pocket_directions(positions: np.ndarray) -> np.ndarray:
    """float64 [k, 3]: where each of the atoms at [k, 3] (Angstrom) points, shorter than 1."""
    return shortened(local_directions(positions))


def pocket_neighbors(positions: np.ndarray) -> np.ndarray:
    """int64 [k, NEIGHBORS]: the atoms nearest to each of those at [k, 3], its own index where there are fewer."""
    neighbors = np.tile(np.arange(len(positions))[:, None], NEIGHBORS)
    nearby = nearest(positions, NEIGHBORS)
    neighbors[:, : nearby.shape[1]] = nearby
    return neighbors


def shortened(directions: np.ndarray) -> np.ndarray:
    """Vectors [..., 3] with the length l replaced by l / (l + 0.3): smooth at zero, nearly unit vectors elsewhere."""
    return directions / (np.linalg.norm(directions, axis=-1, keepdims=True) + 0.3)


def nearest(positions: np.ndarray, count: int) -> np.ndarray:
    """int64 [k, min(count, k - 1)]: the other points that are nearest to each of the points [k, 3]."""
    from scipy.spatial import KDTree  # slow to import, and not for molecules without a pocket

    if len(positions) < 2:
        return np.zeros((len(positions), 0), dtype=np.int64)
    _, index = KDTree(positions).query(positions, k=min(count + 1, len(positions)))
    return np.asarray(index, dtype=np.int64)[:, 1:]
