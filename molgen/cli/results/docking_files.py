"""The files that `molgen dock` writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from molgen.cli.inputs.early import check_outputs, check_report_file

if TYPE_CHECKING:
    from molgen.docking.run import DockRow


@dataclass(frozen=True)
class DockingFiles:
    """The files of a run; None for those that are not wanted.

    Attributes:
        poses: .sdf or .pdbqt file, also .gz.
        summary: JSON file with all results.
        report: HTML file.
        complexes, receptor: structure files of the receptor, with the best pose and without a ligand.
        trajectory: PDB file of the sampling of the first ligand.
        pymol, chimerax: scripts of viewers.
    """

    poses: Path
    summary: Path
    report: Path | None = None
    complexes: Path | None = None
    receptor: Path | None = None
    trajectory: Path | None = None
    pymol: Path | None = None
    chimerax: Path | None = None

    @property
    def results(self) -> tuple[Path | None, ...]:
        """Those that are written when a ligand has a pose; the summary is always written."""
        return (
            *(self.poses, self.report, self.complexes, self.receptor),
            *(self.trajectory, self.pymol, self.chimerax),
        )

    def check(self, inputs: Sequence[str | Path | None]) -> None:
        """Check that every file can be written, and is none of the inputs, before the work.

        Raises:
            InputError: one cannot be written, or would replace an input or another output.
            ConfigError: a package that the report needs is not installed.
        """
        check_outputs(*self.results, self.summary, inputs=inputs)
        check_report_file(self.report)
        for path, suffix in ((self.pymol, ".pml"), (self.chimerax, ".cxc")):
            if path is not None:
                from molgen.reports.scripts.shown import check_script

                check_script(path, suffix)

    def write_scripts(self, rows: Sequence[DockRow]) -> None:
        """Write the scripts that load receptor, poses and interactions into a viewer."""
        from molgen.reports.scripts.chimerax import write_chimerax_script
        from molgen.reports.scripts.pymol import write_pymol_script

        if self.pymol is not None:
            write_pymol_script(self.pymol, rows, self.poses)
        if self.chimerax is not None:
            write_chimerax_script(self.chimerax, rows, self.poses)
