"""Batches of labeled decoys for training the confidence; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.decoys import DecoyRecord
from molgen.graphs.batch import GraphBatch, batch_graphs
from molgen.graphs.pockets import PocketBatch, batch_pockets


@dataclass(frozen=True)
class DecoyBatch:
    """B ligands with S poses each, padded.

    Attributes:
        graph, pocket: the ligands and receptors, each pair in a frame of its own.
        positions: float32 [B, S, n, 3], Angstrom.
        gaps: float32 [B, S], energy above the best pose, kcal/mol.
        rmsds: float32 [B, S], Angstrom; 99 in padded rows.
        mask: bool [B, S], True for real poses.
    """

    graph: GraphBatch
    pocket: PocketBatch
    positions: Tensor
    gaps: Tensor
    rmsds: Tensor
    mask: Tensor

    def to(self, device: torch.device | str) -> DecoyBatch:
        moved = {
            name: getattr(self, name).to(device) for name in ("graph", "pocket", "positions", "gaps", "rmsds", "mask")
        }
        return replace(self, **moved)


@dataclass(frozen=True)
class CollateDecoys:
    """Some poses of every ligand, drawn at random; the best by energy is always one of them.

    Attributes:
        most: poses of a ligand, at most.
        noise: Angstrom, on all atoms.
    """

    most: int
    noise: float

    def __call__(self, records: Sequence[DecoyRecord], rng: np.random.Generator) -> DecoyBatch:
        return collate_decoys([_drawn(record, self.most, rng) for record in records], self.noise, rng)


def collate_decoys(
    records: Sequence[DecoyRecord], noise: float = 0.0, rng: np.random.Generator | None = None
) -> DecoyBatch:
    """Pad the poses of some ligands to one batch, with Gaussian noise (Angstrom) on all atoms."""
    rng = rng or np.random.default_rng(0)
    graph = batch_graphs([record.graph for record in records])
    size, n, samples = len(records), graph.atoms.shape[1], max(len(record.energies) for record in records)
    positions = np.zeros((size, samples, n, 3))
    gaps, rmsds = np.zeros((size, samples)), np.full((size, samples), 99.0)
    mask = np.zeros((size, samples), dtype=bool)
    pockets = []
    for row, record in enumerate(records):
        count, atoms = record.positions.shape[:2]
        center = record.positions.mean((0, 1), dtype=np.float64)
        positions[row, :count, :atoms] = record.positions - center
        gaps[row, :count], rmsds[row, :count], mask[row, :count] = record.gaps, record.rmsds, True
        place = record.pocket.positions - center
        place = place + noise * rng.standard_normal(place.shape)
        pockets.append(PocketAtoms(record.pocket.atoms, place, record.pocket.residue))
    positions = positions + noise * rng.standard_normal(positions.shape)
    return DecoyBatch(
        graph,
        batch_pockets(pockets),
        torch.from_numpy(positions).float(),
        torch.from_numpy(gaps).float(),
        torch.from_numpy(rmsds).float(),
        torch.from_numpy(mask),
    )


def _drawn(record: DecoyRecord, most: int, rng: np.random.Generator) -> DecoyRecord:
    """At most so many of the poses; the energies stay relative to the best of all, which is always one of them."""
    if len(record.energies) <= most:
        return record
    best = int(record.energies.argmin())
    others = np.delete(np.arange(len(record.energies)), best)
    return record.pick(np.concatenate([[best], rng.choice(others, most - 1, replace=False)]))
