"""Batches for training from prepared complexes and fragments; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.complexes import ComplexRecord
from molgen.graphs.batch import GraphBatch, batch_graphs
from molgen.graphs.pockets import PocketBatch, batch_pockets


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


def collate_poses(records: Sequence[ComplexRecord], rng: np.random.Generator, augmentation: Augmentation) -> PoseBatch:
    """Ligands in their pockets as one batch: pocket cut, center jittered, noise on the protein, turned at random."""
    graph = batch_graphs([record.graph for record in records])
    positions = np.zeros((len(records), graph.atoms.shape[1], 3))
    pockets = []
    for row, record in enumerate(records):
        ligand = record.positions
        center = ligand.mean(0) + augmentation.jitter * rng.standard_normal(3)
        atoms = record.pocket.around(center, augmentation.pocket_radius)
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


def _random_rotation(rng: np.random.Generator) -> np.ndarray:
    """A uniform rotation [3, 3], by QR decomposition (Mezzadri, Notices AMS 54, 592, 2007)."""
    q, r = np.linalg.qr(rng.standard_normal((3, 3)))
    q = q * np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else q[:, [1, 0, 2]]
