"""The figures of an analysis, for the whole set and for its first molecules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from molgen.files import write_atomically
from molgen.metrics.calibration import calibration
from molgen.metrics.success import success_curve
from molgen.reports.analysis.results import MoleculeAnalysis
from molgen.reports.figures import (
    calibration_figure,
    coverage_figure,
    energy_against_rmsd,
    figure_bytes,
    pairwise_heat_map,
    rmsd_distribution,
    success_figure,
    torsion_roses,
)
from molgen.reports.figures.style import Format

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from molgen.reports.analysis.results import Analysis

_SHOWN = 300  # structures in a heat map of the command
_SETS = 6  # molecules that can be told apart in one scatter


def write_figures(found: Analysis, folder: Path, formats: Sequence[Format], pictured: int) -> list[Path]:
    """Draw everything that the analysis has data for.

    Args:
        found: the analysis.
        folder: where to; it exists.
        formats: file endings.
        pictured: how many molecules get figures of their own.

    Returns:
        the files.

    Raises:
        InputError: a file cannot be written.
    """
    written = []
    for name, figure in figures_of(found, pictured):
        for kind in formats:
            path = folder / f"{name}.{kind}"
            with write_atomically(path, binary=True) as file:
                file.write(figure_bytes(figure, kind))
            written.append(path)
    return written


def figures_of(found: Analysis, pictured: int = 3) -> Iterator[tuple[str, Figure]]:
    """File name without ending, and figure."""
    good = [one for one in found.molecules if one.row.error is None]
    if found.compared and any(one.rmsd is not None for one in good):
        yield from _of_the_set(found, [one for one in good if one.rmsd is not None])
    for number, one in enumerate(good[:pictured], 1):
        yield from _of_a_molecule(found, one, f"{number}_{_file_name(one.row.name)}")


def _of_the_set(found: Analysis, good: Sequence[MoleculeAnalysis]) -> Iterator[tuple[str, Figure]]:
    limit, poses = found.config.limit, found.config.mode == "poses"
    nearest = [one.rmsd.min(axis=0) for one in good if one.rmsd is not None]
    if poses:
        lost: list[np.ndarray] = [np.zeros(0)] * sum(row.structures == 0 and row.references > 0 for row in found.rows)
        sets = {"all poses": np.concatenate(nearest)}
        if len(good) > 1:
            sets = {"first poses": np.array([one[0] for one in nearest]), **sets}
        yield "rmsd_distribution", rmsd_distribution(sets, threshold=limit, of="poses")
        curve = success_curve([*nearest, *lost], counts=(1, found.config.first), seed=found.config.seed)
        yield "success_curve", success_figure(curve, threshold=limit)
        yield from _calibration(found, nearest)
    else:
        recalled = np.concatenate([one.rmsd.min(axis=1) for one in good if one.rmsd is not None])
        sets = {"reference to nearest conformer": recalled, "conformer to nearest reference": np.concatenate(nearest)}
        yield "rmsd_distribution", rmsd_distribution(sets, threshold=limit, label="RMSD")
        coverages = [one.coverage for one in good if one.coverage is not None]
        yield "coverage", coverage_figure(coverages, threshold=limit)
    with_energy = [(one, rmsd) for one, rmsd in zip(good, nearest, strict=True) if np.isfinite(one.energies).any()]
    if with_energy:
        chosen = with_energy[:_SETS]
        names = [f"{number} {one.row.name}" for number, (one, _) in enumerate(chosen, 1)]
        yield (
            "energy_against_rmsd",
            energy_against_rmsd(
                {name: rmsd for name, (_, rmsd) in zip(names, chosen, strict=True)},
                {name: one.energies for name, (one, _) in zip(names, chosen, strict=True)},
                threshold=limit,
                energy_label="score" if poses else "energy",
                title="" if len(chosen) == len(with_energy) else f"first {_SETS} of {len(with_energy)} molecules",
            ),
        )


def _calibration(found: Analysis, nearest: Sequence[np.ndarray]) -> Iterator[tuple[str, Figure]]:
    """Confidence against success of all poses, if the file states confidences between 0 and 1."""
    rows = [row for row in found.structures if row.confidence is not None and row.rmsd is not None]
    stated = np.array([row.confidence for row in rows], dtype=np.float64)
    if len(stated) and stated.min() >= 0 and stated.max() <= 1:
        right = [row.rmsd is not None and row.rmsd <= found.config.limit for row in rows]
        outcome = f"RMSD ≤ {found.config.limit:g} Å"
        yield "calibration", calibration_figure(calibration(stated, right), outcome=outcome)


def _of_a_molecule(found: Analysis, one: MoleculeAnalysis, name: str) -> Iterator[tuple[str, Figure]]:
    title = one.row.name
    if one.pairwise is not None:
        yield f"pairwise_rmsd_{name}", pairwise_heat_map(one.pairwise[:_SHOWN, :_SHOWN], title=title)
        if not found.compared:
            apart = one.pairwise[np.triu_indices(len(one.pairwise), 1)]
            yield (
                f"rmsd_distribution_{name}",
                rmsd_distribution(apart, label="RMSD between two structures", of="pairs", title=title),
            )
            yield from _energy_from_the_lowest(one, name)
    if one.torsions is not None and one.torsions.angles.shape[1]:
        yield (
            f"torsions_{name}",
            torsion_roses(one.torsions.angles, one.torsions.labels, reference=one.reference_torsions, title=title),
        )


def _energy_from_the_lowest(one: MoleculeAnalysis, name: str) -> Iterator[tuple[str, Figure]]:
    if one.pairwise is None or not np.isfinite(one.energies).any():
        return
    lowest = int(np.nanargmin(one.energies))
    figure = energy_against_rmsd(
        one.pairwise[lowest],
        one.energies,
        rmsd_label="RMSD to the structure of lowest energy",
        title=one.row.name,
    )
    yield f"energy_against_rmsd_{name}", figure


def _file_name(name: str) -> str:
    """Letters, digits, dots and dashes of a name."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", name)[:40].strip("._") or "molecule"
