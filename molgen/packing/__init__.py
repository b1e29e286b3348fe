"""The task behind `molgen.pack`: side chains on a given backbone, packed, repaired, mutated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from molgen.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from molgen.packing.records import PackConfig, PackedResidue, Packing
    from molgen.packing.repair import completed
    from molgen.packing.writing import write_packing

__all__ = ["PackConfig", "PackedResidue", "Packing", "completed", "write_packing"]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        ".records": ("PackConfig", "PackedResidue", "Packing"),
        ".repair": ("completed",),
        ".writing": ("write_packing",),
    },
)
