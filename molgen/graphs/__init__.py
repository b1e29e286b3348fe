"""Molecules and complexes as graphs: records of torch_geometric, padded tensors for the kernels, edges and sums.

`to_pyg` and `from_pyg` are the way to networks of torch_geometric; `unpad_molecules` and `pad_samples` are for such a
network in the place of molgen's. Names load what they need when they are first used: the import of torch_geometric
takes longer than a molecule.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from molgen.graphs.batch import GraphBatch
    from molgen.graphs.collation import batch_molecules
    from molgen.graphs.complex_collation import batch_complexes
    from molgen.graphs.complexes import ComplexBatch
    from molgen.graphs.convert import PlainRecord, from_pyg, to_pyg
    from molgen.graphs.padding import pad_molecules, pad_pockets, pad_samples, unpad_molecules, unpad_samples
    from molgen.graphs.pockets import PocketBatch
    from molgen.graphs.records import ComplexData, MoleculeData, batch_records, complex_data, molecule_data

__all__ = [
    "ComplexBatch",
    "ComplexData",
    "GraphBatch",
    "MoleculeData",
    "PlainRecord",
    "PocketBatch",
    "batch_complexes",
    "batch_molecules",
    "batch_records",
    "complex_data",
    "from_pyg",
    "molecule_data",
    "pad_molecules",
    "pad_pockets",
    "pad_samples",
    "to_pyg",
    "unpad_molecules",
    "unpad_samples",
]
_NAMES = {
    "batch": ("GraphBatch",),
    "collation": ("batch_molecules",),
    "complex_collation": ("batch_complexes",),
    "complexes": ("ComplexBatch",),
    "convert": ("PlainRecord", "from_pyg", "to_pyg"),
    "padding": ("pad_molecules", "pad_pockets", "pad_samples", "unpad_molecules", "unpad_samples"),
    "pockets": ("PocketBatch",),
    "records": ("ComplexData", "MoleculeData", "batch_records", "complex_data", "molecule_data"),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'molgen.graphs' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"molgen.graphs.{_HOMES[name]}"), name)
    return globals().setdefault(name, value)  # found at once the next time
