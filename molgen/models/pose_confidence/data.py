"""Batches of labeled decoys for training the confidence; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.decoys import LabeledDecoys
from molgen.errors import InputError
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


class DecoyDataset(torch.utils.data.IterableDataset):
    """An endless stream of batches: a source by its share, then a ligand, clusters weighted by 1 / sqrt(members).

    Args:
        sources: labeled decoys.
        shares: relative number of ligands drawn from each.
        batch: ligands per batch; most: poses of each, at most, drawn at random.
        noise: Angstrom, on all atoms.
        seed: same seed, same stream, whatever the number of steps taken before (see ``start``).
        start: batches of the stream to leave out; a resumed run goes on where it was.
    """

    def __init__(
        self,
        sources: Sequence[Sequence[LabeledDecoys]],
        shares: Sequence[float],
        batch: int,
        most: int,
        noise: float,
        seed: int,
        start: int = 0,
    ) -> None:
        super().__init__()
        if not all(sources):
            raise InputError("a training source holds no labeled decoys")
        self.sources = sources
        self.shares = np.asarray(shares, dtype=np.float64) / float(sum(shares))
        self.weights = [_weights(source) for source in sources]
        self.batch, self.most, self.noise, self.seed, self.start = batch, most, noise, seed, start

    def __iter__(self) -> Iterator[DecoyBatch]:
        step = self.start
        while True:
            rng = np.random.default_rng((self.seed, step))
            picks = rng.choice(len(self.sources), size=self.batch, p=self.shares)
            rows = [self.sources[k][int(rng.choice(len(self.weights[k]), p=self.weights[k]))] for k in picks]
            yield collate_decoys([_drawn(row, self.most, rng) for row in rows], self.noise, rng)
            step += 1


def collate_decoys(
    entries: Sequence[LabeledDecoys], noise: float = 0.0, rng: np.random.Generator | None = None
) -> DecoyBatch:
    """Pad the poses of some ligands to one batch, with Gaussian noise (Angstrom) on all atoms."""
    rng = rng or np.random.default_rng(0)
    graph = batch_graphs([entry.graph for entry in entries])
    size, n, samples = len(entries), graph.atoms.shape[1], max(len(entry.energies) for entry in entries)
    positions = np.zeros((size, samples, n, 3))
    gaps, rmsds = np.zeros((size, samples)), np.full((size, samples), 99.0)
    mask = np.zeros((size, samples), dtype=bool)
    pockets = []
    for row, entry in enumerate(entries):
        count, atoms = entry.positions.shape[:2]
        center = entry.positions.mean((0, 1), dtype=np.float64)
        positions[row, :count, :atoms] = entry.positions - center
        gaps[row, :count], rmsds[row, :count], mask[row, :count] = entry.gaps, entry.rmsds, True
        place = entry.pocket.positions - center
        place = place + noise * rng.standard_normal(place.shape)
        pockets.append(PocketAtoms(entry.pocket.atoms, place, entry.pocket.residue))
    positions = positions + noise * rng.standard_normal(positions.shape)
    return DecoyBatch(
        graph,
        batch_pockets(pockets),
        torch.from_numpy(positions).float(),
        torch.from_numpy(gaps).float(),
        torch.from_numpy(rmsds).float(),
        torch.from_numpy(mask),
    )


def _drawn(entry: LabeledDecoys, most: int, rng: np.random.Generator) -> LabeledDecoys:
    """At most so many of the poses; the energies stay relative to the best of all, which is always one of them."""
    if len(entry.energies) <= most:
        return entry
    best = int(entry.energies.argmin())
    others = np.delete(np.arange(len(entry.energies)), best)
    kept = np.concatenate([[best], rng.choice(others, most - 1, replace=False)])
    return replace(entry, positions=entry.positions[kept], energies=entry.energies[kept], rmsds=entry.rmsds[kept])


def _weights(entries: Sequence[LabeledDecoys]) -> np.ndarray:
    _, index, counts = np.unique([entry.cluster for entry in entries], return_inverse=True, return_counts=True)
    weights = counts[index] ** -0.5
    return weights / weights.sum()
