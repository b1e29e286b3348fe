"""Batches for training from prepared complexes and fragments; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.complexes import DockingSet, pocket_of
from molgen.errors import InputError
from molgen.graphs.batch import GraphBatch, batch_graphs
from molgen.graphs.pockets import PocketBatch, batch_pockets

POOL = 8
"""Batches drawn together and sorted by size, so that a batch holds ligands of similar size."""
_RESOLUTION = 0.01


@dataclass(frozen=True)
class PoseBatch:
    """B ligands in their pockets.

    Attributes:
        graph: the ligands.
        pocket: the receptors around them, relative to the center of the pocket.
        positions: float32 [B, n, 3], the ligands where they are bound, likewise.
        draws: noised poses to make of each.
        ligand_noise: Angstrom, on the template conformers.
    """

    graph: GraphBatch
    pocket: PocketBatch
    positions: Tensor
    draws: int
    ligand_noise: float

    def to(self, device: torch.device | str) -> PoseBatch:
        return replace(
            self, graph=self.graph.to(device), pocket=self.pocket.to(device), positions=self.positions.to(device)
        )


@dataclass(frozen=True)
class Augmentation:
    """What is drawn anew each time an example is used; the fields are those of `PoseTrainConfig`."""

    draws: int
    jitter: float
    protein_noise: float
    ligand_noise: float
    pocket_radius: float


class PoseDataset(torch.utils.data.IterableDataset):
    """An endless stream of batches: a source by its share, then an example, clusters weighted by 1 / sqrt(members).

    Args:
        sources: prepared sets.
        shares: relative number of examples drawn from each.
        batch: ligands per batch.
        augmentation: what is drawn anew.
        seed: same seed, same stream, whatever the number of steps taken before (see ``start``).
        start: batches of the stream to leave out; a resumed run goes on where it was.
    """

    def __init__(
        self,
        sources: Sequence[DockingSet],
        shares: Sequence[float],
        batch: int,
        augmentation: Augmentation,
        seed: int,
        start: int = 0,
    ) -> None:
        super().__init__()
        if not all(source.examples for source in sources):
            raise InputError("a training source holds no example")
        self.sources = list(sources)
        self.shares = np.asarray(shares, dtype=np.float64) / float(sum(shares))
        self.weights = [cluster_weights(source) for source in self.sources]
        self.batch, self.augmentation, self.seed, self.start = batch, augmentation, seed, start

    def __iter__(self) -> Iterator[PoseBatch]:
        pool, done = divmod(self.start, POOL)
        while True:
            rng = np.random.default_rng((self.seed, pool))
            picks = self._picks(rng)
            order = rng.permutation(POOL)
            for place in order[done:]:
                yield self._collate(picks[place], np.random.default_rng((self.seed, pool, int(place))))
            pool, done = pool + 1, 0

    def _picks(self, rng: np.random.Generator) -> list[list[tuple[int, int]]]:
        """(source, example) of every row of the batches of one pool."""
        chosen = rng.choice(len(self.sources), size=POOL * self.batch, p=self.shares)
        rows = [(int(k), int(rng.choice(len(self.weights[k]), p=self.weights[k]))) for k in chosen]
        rows.sort(key=lambda row: len(self.sources[row[0]].examples[row[1]].positions))
        return [rows[k : k + self.batch] for k in range(0, len(rows), self.batch)]

    def _collate(self, rows: Sequence[tuple[int, int]], rng: np.random.Generator) -> PoseBatch:
        return collate([(self.sources[k], index) for k, index in rows], self.augmentation, rng)


def collate(rows: Sequence[tuple[DockingSet, int]], augmentation: Augmentation, rng: np.random.Generator) -> PoseBatch:
    """Examples (set, index) as one batch: pocket cut, center jittered, noise on the protein, turned at random."""
    graph = batch_graphs([source.graphs[source.examples[index].graph] for source, index in rows])
    positions = np.zeros((len(rows), graph.atoms.shape[1], 3))
    pockets = []
    for row, (source, index) in enumerate(rows):
        example = source.examples[index]
        ligand = example.positions * _RESOLUTION
        center = ligand.mean(0) + augmentation.jitter * rng.standard_normal(3)
        atoms = pocket_of(source.proteins[example.protein], example.excluded).around(center, augmentation.pocket_radius)
        turn = _random_rotation(rng)
        noise = augmentation.protein_noise * rng.standard_normal(atoms.positions.shape)
        pockets.append(PocketAtoms(atoms.atoms, (atoms.positions + noise - center) @ turn.T, atoms.residue))
        positions[row, : len(ligand)] = (ligand - center) @ turn.T
    return PoseBatch(
        graph,
        batch_pockets(pockets),
        torch.from_numpy(positions).float(),
        augmentation.draws,
        augmentation.ligand_noise,
    )


def cluster_weights(source: DockingSet) -> np.ndarray:
    """Probability of each example: its cluster's number of examples to the power of -1/2."""
    names = [example.cluster for example in source.examples]
    _, index, counts = np.unique(names, return_inverse=True, return_counts=True)
    weights = counts[index] ** -0.5
    return weights / weights.sum()


def _random_rotation(rng: np.random.Generator) -> np.ndarray:
    """A uniform rotation [3, 3], by QR decomposition (Mezzadri, Notices AMS 54, 592, 2007)."""
    q, r = np.linalg.qr(rng.standard_normal((3, 3)))
    q = q * np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else q[:, [1, 0, 2]]
