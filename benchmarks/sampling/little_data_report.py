"""Tables and a figure of what `benchmarks/sampling/little_data.py` measured."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import Row, markdown_table, read_rows

COLORS = {1: "#CC79A7", 3: "#E69F00", 10: "#D55E00", 30: "#009E73", 100: "#0072B2"}


def report(paths: Sequence[Path], figure: Path | None = None) -> None:
    """Print a table for each process; means over seeds."""
    rows = read_rows(paths, lambda row: (row["process"], row["percent"], row["passes"], row["seed"]))
    print(f"uniform torsions: {mean(rows, 'uniform', 0, 0):.3f}")
    for process in processes(rows):
        print(f"\n{process}\n\n{table(rows, process)}")
    if figure is not None:
        draw(rows).savefig(figure, dpi=110)


def table(rows: Sequence[Row], process: str) -> str:
    """Recall in Angstrom: a line for each part of the set, a column for each number of passes."""
    passes = sorted({row["passes"] for row in rows if row["process"] == process})
    body = []
    for percent in percents(rows, process):
        values = [mean(rows, process, percent, count) for count in passes]
        structures = next(row["structures"] for row in rows if row["percent"] == percent)
        body.append([f"{structures} ({percent} %)", *("" if np.isnan(v) else f"{v:.3f}" for v in values)])
    return markdown_table(["structures", *(f"{count} x" for count in passes)], body)


def draw(rows: Sequence[Row]) -> Any:
    """A panel for each process: recall over structures seen, a line for each part of the set, uniform dashed."""
    from molgen.reports.figures.style import new_figure

    names = processes(rows)
    figure = new_figure(4.2 * len(names), 3.4)
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    for axes, process in zip(panels, names, strict=True):
        axes.axhline(
            mean(rows, "uniform", 0, 0), color="#888888", linestyle="--", linewidth=1, label="uniform torsions"
        )
        for percent in percents(rows, process):
            points = {(r["passes"], r["passes"] * r["structures"]) for r in rows if is_of(r, process, percent)}
            seen = [number for _, number in sorted(points)]
            values = [mean(rows, process, percent, passes) for passes, _ in sorted(points)]
            axes.plot(seen, values, "o-", color=COLORS[percent], markersize=3.5, label=f"{percent} % of the structures")
        axes.set(xscale="log", xlabel="structures seen, repeats included", title=process)
    panels[0].set_ylabel("recall, AMR (\u00c5)")
    panels[-1].legend(fontsize="small", frameon=False)
    return figure


def processes(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row["process"] for row in rows if row["process"] != "uniform"))


def percents(rows: Sequence[Row], process: str) -> list[int]:
    return sorted({row["percent"] for row in rows if row["process"] == process})


def is_of(row: Row, process: str, percent: int) -> bool:
    return row["process"] == process and row["percent"] == percent


def mean(rows: Sequence[Row], process: str, percent: int, passes: int) -> float:
    """Over seeds; nan where there is none."""
    values = [row["recall_rmsd"] for row in rows if is_of(row, process, percent) and row["passes"] == passes]
    return float(np.mean(values)) if values else float("nan")
