"""Ligands in their pockets, as one batch."""

from __future__ import annotations

from dataclasses import dataclass

from molgen.graphs.batch import GraphBatch
from molgen.graphs.pockets import PocketBatch
from molgen.graphs.tensor_record import TensorRecord


@dataclass(frozen=True)
class ComplexBatch(TensorRecord):
    """B ligands and the B pockets they are in; coordinates of both are relative to the center of the pocket."""

    graph: GraphBatch
    pocket: PocketBatch

    def __len__(self) -> int:
        return len(self.graph)
