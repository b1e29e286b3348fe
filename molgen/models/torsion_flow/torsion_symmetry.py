"""Torsions whose turn by a half or a third leaves the same molecule: phenyl, carboxylate, tert-butyl."""

from __future__ import annotations

import math

import numpy as np
import torch

from molgen.datasets.records.conformers import ConformerRecord
from molgen.geometry.alignment import aligned_rmsd
from molgen.geometry.torsions import apply_torsions

TOLERANCE = 0.15
"""Angstrom. A turned conformer this near to a relabeled one is the same conformer."""


def folds(record: ConformerRecord) -> np.ndarray:
    """The rotational symmetry of every torsion: 3, 2 or 1 (none).

    A torsion is n-fold when its turn by 2 pi / n brings every conformer on to itself with its atoms relabeled, that
    is with the same template conformer. Prochiral groups such as isopropyl are therefore not symmetric, although their
    atoms may be exchanged in an RMSD.

    Returns:
        int64 [m].
    """
    graph = record.graph
    if len(record.permutations) == 1 or not graph.n_torsions:
        return np.ones(graph.n_torsions, dtype=np.int64)
    turns = torch.cat([torch.eye(graph.n_torsions) * (2 * math.pi / n) for n in (2, 3)])
    quadruples, moving = torch.from_numpy(graph.torsions.astype(np.int64)), torch.from_numpy(graph.moving)
    orders = torch.from_numpy(record.permutations.astype(np.int64))
    same = torch.ones(len(turns), dtype=torch.bool)
    for conformer in torch.from_numpy(record.positions.astype(np.float32)):
        rows = same.nonzero().squeeze(1)
        turned = apply_torsions(conformer.expand(len(rows), -1, -1), turns[rows], quadruples, moving)
        same[rows] = (aligned_rmsd(turned[:, None], conformer[orders]) < TOLERANCE).any(1)
        if not same.any():
            break
    half, third = same.reshape(2, -1)
    return torch.where(third, 3, torch.where(half, 2, 1)).numpy()
