"""Batches for training from prepared coordinates; needs neither RDKit nor Biopython."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from molgen import graphs
from molgen.chem.features.molecule_graph import shortest_paths
from molgen.datasets.parts.remembered import remembered
from molgen.datasets.records.cartesian import CartesianRecord
from molgen.graphs.batch import LONGEST_PATH
from molgen.graphs.padding import pad_molecules, pad_samples
from molgen.graphs.ragged import pad
from molgen.graphs.stereo_batch import StereoBatch, atom_stereo
from molgen.graphs.tensor_record import TensorRecord

if TYPE_CHECKING:
    from molgen.graphs import MoleculeData


@dataclass(frozen=True)
class CartesianBatch(TensorRecord):
    """B molecules with S drawn structures each.

    Attributes:
        molecules: their graphs and stereo.
        positions: float32 [B, S, n, 3], Angstrom, centered.
        placed: bool [B, n], the atoms to learn from.
    """

    molecules: StereoBatch
    positions: Tensor
    placed: Tensor

    @classmethod
    def padded(cls, batch: MoleculeData) -> CartesianBatch:
        """What :class:`CollateCartesian` has drawn, laid out for the kernels."""
        graph = pad_molecules(batch)
        mask = graph.atom_mask
        neighbors, partners = (pad(batch[name], mask, -1) for name in ("neighbors", "partners"))
        molecules = StereoBatch.of_atoms(graph, neighbors, partners)
        return cls(molecules, pad_samples(batch["pos"], mask), pad(batch["placed"], mask))


class CollateCartesian:
    """S structures of every molecule, uniformly and with replacement.

    Batches are of :class:`MoleculeData` with the structures as `pos`, float32 [n, S, 3], `placed`, bool [n], and the
    stereo of the atoms as `neighbors` and `partners`, int64 [n, 3] (:func:`molgen.graphs.stereo_batch.atom_stereo`).

    Args:
        draws: S.
    """

    def __init__(self, draws: int) -> None:
        self.draws = draws
        self._lengths = remembered(_path_lengths)

    def __call__(self, records: Sequence[CartesianRecord], rng: np.random.Generator) -> MoleculeData:
        drawn = [record.positions[rng.integers(len(record.positions), size=self.draws)] for record in records]
        neighbors, partners = zip(*(atom_stereo(r.marks, r.graph.n_atoms) for r in records), strict=True)
        return graphs.batch_molecules(
            [record.graph for record in records],
            [self._lengths(record) for record in records],
            atoms={
                "pos": [structures.astype(np.float32).transpose(1, 0, 2) for structures in drawn],
                "placed": [record.placed for record in records],
                "neighbors": neighbors,
                "partners": partners,
            },
        )


def _path_lengths(record: CartesianRecord) -> np.ndarray:
    return shortest_paths(record.graph.bond_index, record.graph.n_atoms, LONGEST_PATH)
