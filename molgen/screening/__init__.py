"""Libraries: many molecules through docking or conformer generation, on processes or a Ray cluster, resumable."""

from molgen.screening.config import RunConfig
from molgen.screening.progress import Progress
from molgen.screening.ranking import export
from molgen.screening.run import RunSummary, conformer_library, screen
from molgen.screening.shards import read_rows
from molgen.screening.status import Status, status

__all__ = [
    "Progress",
    "RunConfig",
    "RunSummary",
    "Status",
    "conformer_library",
    "export",
    "read_rows",
    "screen",
    "status",
]
