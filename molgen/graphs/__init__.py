"""Molecules and complexes as graphs: records of torch_geometric, padded tensors for the kernels, edges and sums.

`to_pyg` and `from_pyg` are the way to networks of torch_geometric; they load it when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from molgen.graphs.convert import PlainRecord, from_pyg, to_pyg
    from molgen.graphs.records import ComplexData, MoleculeData

__all__ = ["ComplexData", "MoleculeData", "PlainRecord", "from_pyg", "to_pyg"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'molgen.graphs' has no attribute {name!r}")
    from molgen.graphs import convert

    return getattr(convert, name)
