"""Libraries: many molecules through docking or conformer generation, on processes or a Ray cluster, resumable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from molgen.lazy_exports import lazy_exports
from molgen.screening.status import Status, status

if TYPE_CHECKING:
    from molgen.screening.config import RunConfig
    from molgen.screening.pairs import screen_pairs
    from molgen.screening.ranking import export
    from molgen.screening.run import RunSummary, conformer_library, screen
    from molgen.screening.store.progress import Progress
    from molgen.screening.store.shards import read_rows

__all__ = [
    "Progress",
    "RunConfig",
    "RunSummary",
    "Status",
    "conformer_library",
    "export",
    "read_rows",
    "screen",
    "screen_pairs",
    "status",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        ".config": ("RunConfig",),
        ".pairs": ("screen_pairs",),
        ".ranking": ("export",),
        ".run": ("RunSummary", "conformer_library", "screen"),
        ".store.progress": ("Progress",),
        ".store.shards": ("read_rows",),
    },
)
