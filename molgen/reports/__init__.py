"""Looking at results: analysis, figures, pages. Importing this package loads nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from molgen.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from molgen.reports.analysis.config import AnalysisConfig
    from molgen.reports.analysis.report import analysis_report, write_analysis_report
    from molgen.reports.analysis.results import Analysis, MoleculeAnalysis, MoleculeRow, Statistic, StructureRow
    from molgen.reports.analysis.run import analyze, analyze_to_folder
    from molgen.reports.benchmark.stored import benchmark_results, benchmark_rows
    from molgen.reports.comparison.report import comparison_report, write_comparison_report
    from molgen.reports.comparison.results import ComparedMolecule, Comparison, CurvePoint, Difference
    from molgen.reports.comparison.run import compare, compare_to_folder
    from molgen.reports.content import Report
    from molgen.reports.library.screen_report import screen_report, write_screen_report
    from molgen.reports.notebook import conformer_view, notebook_view, pose_view
    from molgen.reports.packing.report import packing_report, write_packing_report
    from molgen.reports.pages.conformer_report import conformer_report, write_conformer_report
    from molgen.reports.pages.docking_report import docking_report, write_docking_report

__all__ = [
    "Analysis",
    "AnalysisConfig",
    "ComparedMolecule",
    "Comparison",
    "CurvePoint",
    "Difference",
    "MoleculeAnalysis",
    "MoleculeRow",
    "Report",
    "Statistic",
    "StructureRow",
    "analysis_report",
    "analyze",
    "analyze_to_folder",
    "benchmark_results",
    "benchmark_rows",
    "compare",
    "compare_to_folder",
    "comparison_report",
    "conformer_report",
    "conformer_view",
    "docking_report",
    "notebook_view",
    "packing_report",
    "pose_view",
    "screen_report",
    "write_analysis_report",
    "write_comparison_report",
    "write_conformer_report",
    "write_docking_report",
    "write_packing_report",
    "write_screen_report",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        ".analysis.config": ("AnalysisConfig",),
        ".analysis.report": ("analysis_report", "write_analysis_report"),
        ".analysis.results": ("Analysis", "MoleculeAnalysis", "MoleculeRow", "Statistic", "StructureRow"),
        ".analysis.run": ("analyze", "analyze_to_folder"),
        ".benchmark.stored": ("benchmark_results", "benchmark_rows"),
        ".comparison.report": ("comparison_report", "write_comparison_report"),
        ".comparison.results": ("ComparedMolecule", "Comparison", "CurvePoint", "Difference"),
        ".comparison.run": ("compare", "compare_to_folder"),
        ".content": ("Report",),
        ".library.screen_report": ("screen_report", "write_screen_report"),
        ".notebook": ("conformer_view", "notebook_view", "pose_view"),
        ".packing.report": ("packing_report", "write_packing_report"),
        ".pages.conformer_report": ("conformer_report", "write_conformer_report"),
        ".pages.docking_report": ("docking_report", "write_docking_report"),
    },
)
