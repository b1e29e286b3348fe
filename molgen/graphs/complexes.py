"""Ligands in their pockets, as one batch."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from molgen.graphs.batch import GraphBatch
from molgen.graphs.pockets import PocketBatch


@dataclass(frozen=True)
class ComplexBatch:
    """B ligands and the B pockets they are in; coordinates of both are relative to the center of the pocket."""

    graph: GraphBatch
    pocket: PocketBatch

    def __len__(self) -> int:
        return len(self.graph)

    def to(self, device: torch.device | str) -> ComplexBatch:
        return ComplexBatch(self.graph.to(device), self.pocket.to(device))
