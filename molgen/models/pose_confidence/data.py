"""Batches of labeled decoys for training the confidence; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from molgen import graphs
from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.records.decoys import DecoyRecord
from molgen.graphs.batch import GraphBatch
from molgen.graphs.padding import pad_molecules, pad_pockets, pad_samples
from molgen.graphs.pockets import PocketBatch
from molgen.graphs.tensor_record import TensorRecord

if TYPE_CHECKING:
    from molgen.graphs import ComplexData


@dataclass(frozen=True)
class DecoyBatch(TensorRecord):
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

    @classmethod
    def padded(cls, batch: ComplexData) -> DecoyBatch:
        """What :func:`collate_decoys` has drawn, laid out for the kernels."""
        graph = pad_molecules(batch)
        positions = pad_samples(batch["ligand"].pos, graph.atom_mask)
        return cls(graph, pad_pockets(batch), positions, batch.gaps, batch.rmsds, batch.mask)


@dataclass(frozen=True)
class CollateDecoys:
    """Some poses of every ligand, drawn at random; the best by energy is always one of them.

    Attributes:
        most: poses of a ligand, at most.
        noise: Angstrom, on all atoms.
    """

    most: int
    noise: float

    def __call__(self, records: Sequence[DecoyRecord], rng: np.random.Generator) -> ComplexData:
        return collate_decoys([_drawn(record, self.most, rng) for record in records], self.noise, rng)


def collate_decoys(
    records: Sequence[DecoyRecord], noise: float = 0.0, rng: np.random.Generator | None = None
) -> ComplexData:
    """The poses of some ligands as a batch of :class:`ComplexData`, with Gaussian noise (Angstrom) on all atoms.

    Each record has its poses as `pos`, and `gaps`, `rmsds` and `mask`, [1, S], as in :class:`DecoyBatch`; S is the
    largest number of poses.
    """
    rng = rng or np.random.default_rng(0)
    most = max(len(record.energies) for record in records)
    shaken = [_shaken(record, most, noise, rng) for record in records]
    return graphs.batch_complexes(
        [record.graph for record in records],
        [pocket for pocket, _ in shaken],
        atoms={"pos": [positions.astype(np.float32).swapaxes(0, 1) for _, positions in shaken]},
        whole=_labels(records, most),
    )


def _labels(records: Sequence[DecoyRecord], most: int) -> dict[str, Tensor]:
    gaps, rmsds = torch.zeros(len(records), most), torch.full((len(records), most), 99.0)
    for row, record in enumerate(records):
        count = len(record.energies)
        gaps[row, :count], rmsds[row, :count] = torch.from_numpy(record.gaps), torch.from_numpy(record.rmsds)
    counts = torch.tensor([len(record.energies) for record in records])
    return {"gaps": gaps, "rmsds": rmsds, "mask": torch.arange(most)[None] < counts[:, None]}


def _shaken(record: DecoyRecord, most: int, noise: float, rng: np.random.Generator) -> tuple[PocketAtoms, np.ndarray]:
    """The pocket and the poses [S, n, 3] with noise on all atoms, about the center of the poses."""
    center = record.positions.mean((0, 1), dtype=np.float64)
    pocket = record.pocket.positions - center
    pocket = pocket + noise * rng.standard_normal(pocket.shape)
    positions = np.zeros((most, *record.positions.shape[1:]))
    positions[: len(record.energies)] = record.positions - center
    positions += noise * rng.standard_normal(positions.shape)
    return PocketAtoms(record.pocket.atoms, pocket, record.pocket.residue), positions


def _drawn(record: DecoyRecord, most: int, rng: np.random.Generator) -> DecoyRecord:
    """At most so many of the poses; the energies stay relative to the best of all, which is always one of them."""
    if len(record.energies) <= most:
        return record
    best = int(record.energies.argmin())
    others = np.delete(np.arange(len(record.energies)), best)
    return record.pick(np.concatenate([[best], rng.choice(others, most - 1, replace=False)]))
