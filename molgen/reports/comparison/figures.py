"""The figures of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from molgen.files import write_atomically
from molgen.metrics.bootstrap import PairedDifference
from molgen.metrics.coverage import summarize_coverage
from molgen.metrics.success import success_curve
from molgen.reports.analysis.results import MoleculeAnalysis
from molgen.reports.comparison.classes import CLASSES
from molgen.reports.comparison.curves import best_of
from molgen.reports.comparison.paired import best_name
from molgen.reports.comparison.results import ComparedMolecule, Comparison
from molgen.reports.content import Figure as Caption
from molgen.reports.figures import (
    best_of_figure,
    class_boxes,
    coverage_figure,
    difference_intervals,
    figure_bytes,
    rmsd_distribution,
    success_figure,
)
from molgen.reports.figures.style import Format

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDE = 6.0  # inches


def write_comparison_figures(comparison: Comparison, folder: Path, formats: Sequence[Format]) -> list[Path]:
    """Draw everything that there is data for, into a folder that exists; returns the files.

    Raises:
        InputError: a file cannot be written.
    """
    written = []
    for name, figure in comparison_figures(comparison):
        for kind in formats:
            written.append(folder / f"{name}.{kind}")
            with write_atomically(written[-1], binary=True) as file:
                file.write(figure_bytes(figure, kind))
    return written


def comparison_figures(comparison: Comparison) -> Iterator[tuple[str, Figure]]:
    """File name without ending, and figure; "first" stands for poses, "best" for all structures of a molecule."""
    limit, kind = comparison.config.limit, comparison.config.mode
    common = {name: comparison.of(name) for name in comparison.programs}
    if not comparison.counts:
        yield from _of_pairs(comparison, common)
        return
    most = comparison.counts[-1]
    if any(common.values()):
        best = _values(common, most)
        yield "rmsd_distribution", rmsd_distribution(best, threshold=limit, label="best RMSD", of="molecules")
        if kind == "poses":
            first = _values(common, 1)
            labels = {"label": "RMSD of the first pose", "of": "molecules"}
            yield "rmsd_distribution_first", rmsd_distribution(first, threshold=limit, **labels)
        yield "best_of_n", _curves(comparison)
        yield "differences", _differences(comparison, best_name(1 if kind == "poses" else most))
        yield "classes", _boxes(common, 1 if kind == "poses" else most, kind)
    yield "structure_rmsds", rmsd_distribution(_of_structures(comparison), threshold=limit, of=kind)
    yield from _of_mode(comparison, common)


def _of_mode(comparison: Comparison, common: Mapping[str, list[ComparedMolecule]]) -> Iterator[tuple[str, Figure]]:
    """Success of poses over all molecules, coverage of conformers over the common ones."""
    config = comparison.config
    if config.mode == "poses":
        curves = {
            name: success_curve(_ranked(comparison, name), counts=(1, config.first), seed=config.seed)
            for name in comparison.programs
        }
        yield "success_curve", success_figure(curves, threshold=config.limit)
    elif any(common.values()):
        covered = {
            name: summarize_coverage([each.coverage for each in _analyses(molecules) if each.coverage])
            for name, molecules in common.items()
        }
        yield "coverage", coverage_figure(covered, threshold=config.limit)


def _analyses(molecules: Sequence[ComparedMolecule]) -> list[MoleculeAnalysis]:
    return [molecule.analysis for molecule in molecules if molecule.analysis is not None]


def _ranked(comparison: Comparison, program: str) -> list[NDArray[np.float64]]:
    """RMSDs of the poses of every molecule to the nearest reference, [] for one that the program lacks."""
    rows = [molecule for molecule in comparison.molecules if molecule.program == program]
    known = [None if molecule.analysis is None else molecule.analysis.rmsd for molecule in rows]
    return [np.zeros(0) if rmsd is None else rmsd.min(axis=0) for rmsd in known]


def _of_pairs(comparison: Comparison, common: Mapping[str, list[ComparedMolecule]]) -> Iterator[tuple[str, Figure]]:
    """Without references: how far the structures of a molecule are apart."""
    apart = {
        name: np.concatenate([np.zeros(0), *(_upper(molecule) for molecule in comparison.of(name, common=False))])
        for name in common
    }
    if any(map(len, apart.values())):
        yield "rmsd_distribution", rmsd_distribution(apart, label="RMSD between two structures", of="pairs")


def _upper(molecule: ComparedMolecule) -> NDArray[np.float64]:
    pairwise = None if molecule.analysis is None else molecule.analysis.pairwise
    return np.zeros(0) if pairwise is None else pairwise[np.triu_indices(len(pairwise), 1)]


def _values(common: Mapping[str, list[ComparedMolecule]], count: int) -> dict[str, NDArray[np.float64]]:
    return {name: np.array([best_of(molecule, count) for molecule in molecules]) for name, molecules in common.items()}


def _of_structures(comparison: Comparison) -> dict[str, NDArray[np.float64]]:
    return {
        name: np.array([row.rmsd for row in analysis.structures if row.rmsd is not None])
        for name, analysis in comparison.analyses.items()
    }


def _curves(comparison: Comparison) -> Figure:
    curves = {}
    for name in comparison.programs:
        points = [point for point in comparison.curve if point.program == name]
        if points:
            curves[name] = ([p.n for p in points], [p.rmsd for p in points], [p.within for p in points])
    molecules = comparison.curve[0].rmsd.n if comparison.curve else 0
    return best_of_figure(
        curves, threshold=comparison.config.limit, molecules=molecules, structures=comparison.config.mode
    )


def _differences(comparison: Comparison, quantity: str) -> Figure:
    """All molecules, then the classes in their order, whichever pairs of programs have them."""
    paired_of = {
        (difference.classification, difference.group, f"{difference.first} − {difference.second}"): difference.paired
        for difference in comparison.differences
        if difference.quantity == quantity
    }
    groups = [("all", ""), *((name, group) for name, classes in CLASSES.items() for group in classes)]
    rows: dict[str, dict[str, PairedDifference]] = {}
    for name, group in groups:
        own = {pair: paired for (*key, pair), paired in paired_of.items() if key == [name, group]}
        if own:
            rows[f"{name}: {group}" if group else "all molecules"] = own
    return difference_intervals(rows, label=f"RMSD of the {quantity}")


def _boxes(common: Mapping[str, list[ComparedMolecule]], count: int, kind: str) -> Figure:
    boxes = {
        name: {group: _in_class(common, name, group, count) for group in groups} for name, groups in CLASSES.items()
    }
    filled = {
        name: {group: values for group, values in by_program.items() if any(map(len, values.values()))}
        for name, by_program in boxes.items()
    }
    return class_boxes(filled, label="RMSD of the first pose" if kind == "poses" else "best RMSD")


def _in_class(
    common: Mapping[str, list[ComparedMolecule]], name: str, group: str, count: int
) -> dict[str, list[float]]:
    return {
        program: [
            best_of(molecule, count)
            for molecule in molecules
            if molecule.classes and molecule.classes.labels()[name] == group
        ]
        for program, molecules in common.items()
    }


def captioned(comparison: Comparison) -> list[Caption]:
    """The figures with captions, for a report."""
    limit, how = f"{comparison.config.limit:g} Å", "in place" if comparison.config.mode == "poses" else "superposed"
    captions = {
        "rmsd_distribution": f"Best RMSD of each molecule that all programs have, {how}; {limit} is the threshold.",
        "rmsd_distribution_first": f"RMSD of the first pose of each molecule that all have; {limit} is the threshold.",
        "best_of_n": "Best of the first N: mean RMSD, and share of molecules within the threshold, 95 % intervals.",
        "differences": "Paired differences, of all molecules and by class; an interval with 0 decides nothing.",
        "classes": "RMSDs by class of molecule: median, quartiles, whiskers at 1.5 interquartile ranges.",
        "structure_rmsds": f"RMSD of every structure to its nearest reference, {how}.",
        "coverage": "Share of references (recall), of conformers (precision) with a partner closer than a threshold.",
        "success_curve": "Share of all molecules whose first pose, or best of the first few, lies within a distance.",
    }
    return [
        Caption(figure_bytes(figure, "svg").decode("utf-8"), captions[name], bool(figure.get_figwidth() > _WIDE))
        for name, figure in comparison_figures(comparison)
    ]
