"""The docking task behind `molgen.dock` and `molgen.rescore`: site, ligand, proposals, search, refinement, ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from molgen.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from molgen.docking.ligand import Ligand, prepare_ligand
    from molgen.docking.records import DockConfig, DockingResult, Pose
    from molgen.docking.restraints import Anchor
    from molgen.docking.run import DockRow, dock_to_file
    from molgen.docking.site import Site, Sites, sites_of

__all__ = [
    "Anchor",
    "DockConfig",
    "DockRow",
    "DockingResult",
    "Ligand",
    "Pose",
    "Site",
    "Sites",
    "dock_to_file",
    "prepare_ligand",
    "sites_of",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        ".ligand": ("Ligand", "prepare_ligand"),
        ".records": ("DockConfig", "DockingResult", "Pose"),
        ".restraints": ("Anchor",),
        ".run": ("DockRow", "dock_to_file"),
        ".site": ("Site", "Sites", "sites_of"),
    },
)
