"""The record of a structure that training batches are made of."""

from __future__ import annotations

from typing import Any

from torch_geometric.data import Data


class SideChainData(Data):
    """A structure, or a part of one, as a record of torch_geometric; batches are made by ``Batch.from_data_list``.

    Fields: those of :class:`molgen.models.side_chains.graph.SideChainGraph`, and `ideal` [R, 14, 3], residues with all
    chi angles zero, Angstrom; `chi` [R, 4], radian; `known` bool [R, 4].
    """

    def __inc__(self, key: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        return len(self.types) if key == "neighbors" else super().__inc__(key, value, *args, **kwargs)
