"""Options that name more files for `molgen dock` to write."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def _file(*names: str, help: str) -> Any:
    return typer.Option(*names, help=help, rich_help_panel="More files")


ComplexFile = Annotated[Path | None, _file("--complex", help=".pdb or .cif of the receptor with the best pose.")]
ReceptorFile = Annotated[
    Path | None, _file("--receptor-out", help=".pdb, .cif or .pdbqt of the receptor as it is docked to.")
]
SummaryFile = Annotated[Path | None, _file("--summary", help="JSON with all results [OUTPUT.json].")]
PymolFile = Annotated[Path | None, _file("--pymol", help="PyMOL script (.pml) of poses and interactions.")]
ChimeraxFile = Annotated[Path | None, _file("--chimerax", help="ChimeraX script (.cxc) of the same.")]
TrajectoryFile = Annotated[
    Path | None, _file("--trajectory", help="PDB file of how the model samples the (first) ligand.")
]
