"""Batches for training from prepared complexes and fragments; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from molgen import graphs
from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.records.complexes import ComplexRecord
from molgen.graphs.batch import GraphBatch
from molgen.graphs.padding import pad_molecules, pad_pockets
from molgen.graphs.pockets import PocketBatch
from molgen.graphs.ragged import pad
from molgen.graphs.tensor_record import TensorRecord

if TYPE_CHECKING:
    from molgen.graphs import ComplexData


@dataclass(frozen=True)
class PoseBatch(TensorRecord):
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

    @classmethod
    def padded(cls, batch: ComplexData, draws: int, ligand_noise: float) -> PoseBatch:
        """What :func:`collate_poses` has drawn, laid out for the kernels."""
        graph = pad_molecules(batch)
        return cls(graph, pad_pockets(batch), pad(batch["ligand"].pos, graph.atom_mask), draws, ligand_noise)


@dataclass(frozen=True)
class Augmentation:
    """Random augmentation of an example each time it is used; the fields are those of `PoseTrainConfig`."""

    draws: int
    jitter: float
    protein_noise: float
    ligand_noise: float
    pocket_radius: float


def collate_poses(
    records: Sequence[ComplexRecord], rng: np.random.Generator, augmentation: Augmentation
) -> ComplexData:
    """A batch of :class:`ComplexData`: pocket cut, center jittered, noise on the protein, turned at random."""
    drawn = [_drawn(record, rng, augmentation) for record in records]
    positions = [own.astype(np.float32) for _, own in drawn]
    return graphs.batch_complexes([r.graph for r in records], [pocket for pocket, _ in drawn], atoms={"pos": positions})


def _drawn(
    record: ComplexRecord, rng: np.random.Generator, augmentation: Augmentation
) -> tuple[PocketAtoms, np.ndarray]:
    """The pocket and the positions of the ligand [n, 3], both in a frame of their own."""
    center = record.positions.mean(0) + augmentation.jitter * rng.standard_normal(3)
    atoms = record.pocket.around(center, augmentation.pocket_radius)
    turn = _random_rotation(rng)
    noise = augmentation.protein_noise * rng.standard_normal(atoms.positions.shape)
    pocket = PocketAtoms(atoms.atoms, (atoms.positions + noise - center) @ turn.T, atoms.residue)
    return pocket, (record.positions - center) @ turn.T


def _random_rotation(rng: np.random.Generator) -> np.ndarray:
    """A uniform rotation [3, 3], by QR decomposition (Mezzadri, Notices AMS 54, 592, 2007)."""
    q, r = np.linalg.qr(rng.standard_normal((3, 3)))
    q = q * np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else q[:, [1, 0, 2]]
