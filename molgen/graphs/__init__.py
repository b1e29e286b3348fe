"""Molecules and complexes as graphs: records of torch_geometric, padded tensors for the kernels, edges and sums.

`to_pyg` and `from_pyg` are the way to networks of torch_geometric. All names below load it when they are first used,
since its import takes longer than a molecule; `from molgen import graphs` does not.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from molgen.graphs.collation import batch_molecules
    from molgen.graphs.convert import PlainRecord, from_pyg, to_pyg
    from molgen.graphs.records import ComplexData, MoleculeData, batch_records, complex_data, molecule_data

__all__ = [
    "ComplexData",
    "MoleculeData",
    "PlainRecord",
    "batch_molecules",
    "batch_records",
    "complex_data",
    "from_pyg",
    "molecule_data",
    "to_pyg",
]
_HOMES = {"PlainRecord": "convert", "batch_molecules": "collation", "from_pyg": "convert", "to_pyg": "convert"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'molgen.graphs' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"molgen.graphs.{_HOMES.get(name, 'records')}"), name)
    return globals().setdefault(name, value)  # found at once the next time
