"""An analysis as tables: CSV files and the means over molecules with their bootstrap intervals."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from molgen.files import write_atomically
from molgen.metrics.bootstrap import Interval, bootstrap_interval
from molgen.metrics.coverage import summarize_coverage
from molgen.reports.analysis.config import AnalysisConfig
from molgen.reports.analysis.results import MoleculeAnalysis, MoleculeRow, Statistic, StructureRow

_ALWAYS = ("name", "place", "structures")
_REFERENCE = ("references", "rmsd_first", "rmsd_best", "best_rank")
_CONFORMERS = ("recall", "recall_rmsd", "precision", "precision_rmsd")
_POSES = ("rmsd_best_first", "rmsd_conformation")
_LAST = ("diversity", "nearest", "energy_span", "stereo_kept", "valid", "valid_first", "failed_first", "rmsd_kind")


def molecule_columns(mode: str, compared: bool) -> tuple[str, ...]:
    """The columns of analysis.csv, names of fields of ``MoleculeRow``."""
    kind = _CONFORMERS if mode == "conformers" else _POSES
    middle = (*_REFERENCE, *kind, "tfd_best") if compared else ()
    return (*_ALWAYS, *middle, *_LAST, "error")


def structure_columns(mode: str, compared: bool) -> tuple[str, ...]:
    """The columns of conformers.csv, names of fields of ``StructureRow``."""
    against = ("rmsd", "reference", *(("rmsd_conformation",) if mode == "poses" else ()), "tfd") if compared else ()
    last = ("nearest", "energy", "confidence", "valid", "failed_checks", "error")
    return ("molecule", "place", "name", "rank", *against, *last)


def write_table(path: Path, columns: Sequence[str], rows: Iterable[MoleculeRow | StructureRow]) -> None:
    """A CSV file of the given fields: numbers with four decimals, "yes" and "no", empty for None; atomically."""
    with write_atomically(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell(getattr(row, column)) for column in columns] for row in rows)


def write_summary(path: Path, statistics: Sequence[Statistic]) -> None:
    """A CSV file with one line per statistic."""
    with write_atomically(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("statistic", "unit", "value", "low", "high", "n"))
        for statistic in statistics:
            interval = statistic.interval
            bounds = (cell(x) for x in (interval.value, interval.low, interval.high))
            writer.writerow((statistic.name, statistic.unit, *bounds, interval.n))


def cell(value: object) -> str:
    """One value as CSV text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def summarize(analyses: Sequence[MoleculeAnalysis], missing: int, config: AnalysisConfig) -> list[Statistic]:
    """Means over the molecules that were compared with a reference; nothing without any.

    Args:
        analyses: all molecules.
        missing: references of which there is no structure; in poses mode they count as not successful.
        config: of the analysis.
    """
    rows = [analysis.row for analysis in analyses if analysis.row.error is None]
    if config.mode == "poses":
        return _of_poses([row for row in rows if row.rmsd_best is not None], missing, config)
    compared = [analysis.coverage for analysis in analyses if analysis.coverage is not None]
    if not compared:
        apart = [row.diversity for row in rows if row.diversity is not None]
        return _mean_and_median("pairwise RMSD", "A", apart, config)
    summary = summarize_coverage(compared, seed=config.seed)
    index = int(np.abs(summary.thresholds - config.limit).argmin())
    exact = bool(np.isclose(summary.thresholds[index], config.limit))
    measured = [row for row in rows if row.recall is not None]
    recall = summary.recall[index] if exact else _mean([row.recall for row in measured], config)
    precision = summary.precision[index] if exact else _mean([row.precision for row in measured], config)
    tfds = [row.tfd_best for row in measured if row.tfd_best is not None]
    return [
        Statistic(f"COV-R at {config.limit:g} A, mean", "fraction", recall),
        Statistic("AMR-R, mean", "A", summary.recall_rmsd),
        Statistic("AMR-R, median", "A", _median([row.recall_rmsd for row in measured], config)),
        Statistic(f"COV-P at {config.limit:g} A, mean", "fraction", precision),
        Statistic("AMR-P, mean", "A", summary.precision_rmsd),
        Statistic("AMR-P, median", "A", _median([row.precision_rmsd for row in measured], config)),
        *_mean_and_median("best RMSD", "A", [row.rmsd_best for row in measured], config),
        *_mean_and_median("best TFD", "", tfds, config),
    ]


def _of_poses(rows: Sequence[MoleculeRow], missing: int, config: AnalysisConfig) -> list[Statistic]:
    if not rows:
        return []
    lost = [False] * missing
    right = [_within(row.rmsd_first, config) for row in rows] + lost
    several = [_within(row.rmsd_best_first, config) for row in rows] + lost
    best = [_within(row.rmsd_best, config) for row in rows] + lost
    label = f"within {config.limit:g} A"
    statistics = [
        Statistic(f"first pose {label}", "fraction", _mean(right, config)),
        Statistic(f"best of first {config.first} {label}", "fraction", _mean(several, config)),
        Statistic(f"best pose {label}", "fraction", _mean(best, config)),
        Statistic("RMSD of the first pose, median", "A", _median([row.rmsd_first for row in rows], config)),
    ]
    if all(row.valid_first is not None for row in rows):
        valid = [bool(row.valid_first) for row in rows] + lost
        both = [a and b for a, b in zip(right, valid, strict=True)]
        statistics.append(Statistic("first pose valid", "fraction", _mean(valid, config)))
        statistics.append(Statistic(f"first pose {label} and valid", "fraction", _mean(both, config)))
    return statistics


def _within(value: float | None, config: AnalysisConfig) -> bool:
    return value is not None and value <= config.limit


def _mean_and_median(name: str, unit: str, values: Sequence[float | None], config: AnalysisConfig) -> list[Statistic]:
    if not values:
        return []
    mean, median = _mean(values, config), _median(values, config)
    return [Statistic(f"{name}, mean", unit, mean), Statistic(f"{name}, median", unit, median)]


def _mean(values: Sequence[object], config: AnalysisConfig) -> Interval:
    return bootstrap_interval(np.array(values, dtype=np.float64), seed=config.seed)


def _median(values: Sequence[object], config: AnalysisConfig) -> Interval:
    return bootstrap_interval(np.array(values, dtype=np.float64), np.median, seed=config.seed)
