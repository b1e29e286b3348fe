"""What a comparison of programs gives: plain records that tables and figures are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from molgen.data_frame import data_frame
from molgen.metrics.bootstrap import Interval, PairedDifference
from molgen.reports.analysis.config import AnalysisConfig
from molgen.reports.analysis.results import Analysis, MoleculeAnalysis, Statistic
from molgen.reports.comparison.classes import MoleculeClasses

TableName = Literal["molecules", "structures", "best_of_n", "differences", "summary"]


@dataclass(frozen=True)
class ComparedMolecule:
    """One molecule in one program.

    Attributes:
        program: its name.
        key: the same for the same molecule in every program.
        name: of the molecule.
        classes: of the molecule; None where its bonds cannot be read.
        best: N -> smallest RMSD of the first N structures, Angstrom: of conformers the mean over references, of poses
            that to the nearest. Empty without a reference or without structures.
        common: every program has this molecule.
        analysis: everything else that is known about it; None where the program has no structure of it.
    """

    program: str
    key: str
    name: str
    classes: MoleculeClasses | None
    best: Mapping[int, float]
    common: bool
    analysis: MoleculeAnalysis | None


@dataclass(frozen=True)
class CurvePoint:
    """The best of the first N of one program, over the molecules that all have.

    Attributes:
        program: its name.
        n: structures of each molecule that count.
        rmsd: mean over molecules, Angstrom, with interval.
        median: over molecules, Angstrom.
        within: share of molecules up to the threshold, with interval. Of poses over all molecules: one that a program
            lacks is not within.
    """

    program: str
    n: int
    rmsd: Interval
    median: float
    within: Interval


@dataclass(frozen=True)
class Difference:
    """One program against another in one quantity, over the molecules of a class.

    Attributes:
        first, second: programs; differences are first minus second.
        quantity: e.g. "best of 10".
        unit: "A" or "fraction".
        classification, group: of the molecules; "all", "" for all of them.
        paired: difference with interval, and how often one is lower.
    """

    first: str
    second: str
    quantity: str
    unit: str
    classification: str
    group: str
    paired: PairedDifference


@dataclass(frozen=True)
class Comparison:
    """All that a comparison found; it shows itself as tables in a notebook.

    Attributes:
        config: of the analyses.
        analyses: program -> analysis of its file, in the order of the input.
        molecules: program by program, in the order of the references (without any: of the first program).
        counts: the values of N of the curves.
        curve: best-of-N of every program.
        differences: between every two programs.
        summaries: program -> statistics; of conformers over the molecules that all have, of poses over all of them.
        notes: what was decided, one line each.
    """

    config: AnalysisConfig
    analyses: Mapping[str, Analysis]
    molecules: tuple[ComparedMolecule, ...]
    counts: tuple[int, ...]
    curve: tuple[CurvePoint, ...]
    differences: tuple[Difference, ...]
    summaries: Mapping[str, Sequence[Statistic]]
    notes: tuple[str, ...]

    @property
    def programs(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.analyses)

    @property
    def compared(self) -> bool:
        """There was a reference."""
        return any(analysis.compared for analysis in self.analyses.values())

    def of(self, program: str, *, common: bool = True) -> list[ComparedMolecule]:
        """The molecules that a program has, or of those the ones that every program has."""
        rows = [
            molecule for molecule in self.molecules if molecule.program == program and molecule.analysis is not None
        ]
        return [molecule for molecule in rows if molecule.common] if common else rows

    def to_dataframe(self, table: TableName = "molecules") -> Any:
        """One of the tables as a pandas DataFrame, to plot from (:mod:`molgen.reports.comparison.tables`).

        Raises:
            ConfigError: pandas is not installed, or there is no such table.
        """
        from molgen.reports.comparison.tables import table_of

        columns, rows = table_of(self, table)
        return data_frame(rows, columns)

    def figures(self) -> dict[str, Any]:
        """Name -> matplotlib figure, of everything that there is data for."""
        from molgen.reports.comparison.figures import comparison_figures

        return dict(comparison_figures(self))

    def _repr_html_(self) -> str:
        from molgen.reports.comparison.texts import comparison_html

        return comparison_html(self)
