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


def write_figures(analysis: Analysis, folder: Path, formats: Sequence[Format], pictured: int) -> list[Path]:
    """Draw everything that the analysis has data for.

    Args:
        analysis: the analysis.
        folder: where to; it exists.
        formats: file endings.
        pictured: how many molecules get figures of their own.

    Returns:
        the files.

    Raises:
        InputError: a file cannot be written.
    """
    written = []
    for name, figure in figures_of(analysis, pictured):
        for kind in formats:
            path = folder / f"{name}.{kind}"
            with write_atomically(path, binary=True) as file:
                file.write(figure_bytes(figure, kind))
            written.append(path)
    return written


def figures_of(analysis: Analysis, pictured: int = 3) -> Iterator[tuple[str, Figure]]:
    """File name without ending, and figure."""
    good = [molecule for molecule in analysis.molecules if molecule.row.error is None]
    if analysis.compared and any(molecule.rmsd is not None for molecule in good):
        yield from _of_the_set(analysis, [molecule for molecule in good if molecule.rmsd is not None])
    for number, molecule in enumerate(good[:pictured], 1):
        yield from _of_a_molecule(analysis, molecule, f"{number}_{_file_name(molecule.row.name)}")


def _of_the_set(analysis: Analysis, good: Sequence[MoleculeAnalysis]) -> Iterator[tuple[str, Figure]]:
    limit, poses = analysis.config.limit, analysis.config.mode == "poses"
    nearest = [molecule.rmsd.min(axis=0) for molecule in good if molecule.rmsd is not None]
    if poses:
        lost: list[np.ndarray] = [np.zeros(0)] * sum(
            row.structures == 0 and row.references > 0 for row in analysis.rows
        )
        sets = {"all poses": np.concatenate(nearest)}
        if len(good) > 1:
            sets = {"first poses": np.array([rmsds[0] for rmsds in nearest]), **sets}
        yield "rmsd_distribution", rmsd_distribution(sets, threshold=limit, of="poses")
        curve = success_curve([*nearest, *lost], counts=(1, analysis.config.first), seed=analysis.config.seed)
        yield "success_curve", success_figure(curve, threshold=limit)
        yield from _calibration(analysis, nearest)
    else:
        recalled = np.concatenate([molecule.rmsd.min(axis=1) for molecule in good if molecule.rmsd is not None])
        sets = {"reference to nearest conformer": recalled, "conformer to nearest reference": np.concatenate(nearest)}
        yield "rmsd_distribution", rmsd_distribution(sets, threshold=limit, label="RMSD")
        coverages = [molecule.coverage for molecule in good if molecule.coverage is not None]
        yield "coverage", coverage_figure(coverages, threshold=limit)
    with_energy = [
        (molecule, rmsd) for molecule, rmsd in zip(good, nearest, strict=True) if np.isfinite(molecule.energies).any()
    ]
    if with_energy:
        chosen = with_energy[:_SETS]
        names = [f"{number} {molecule.row.name}" for number, (molecule, _) in enumerate(chosen, 1)]
        yield (
            "energy_against_rmsd",
            energy_against_rmsd(
                {name: rmsd for name, (_, rmsd) in zip(names, chosen, strict=True)},
                {name: molecule.energies for name, (molecule, _) in zip(names, chosen, strict=True)},
                threshold=limit,
                energy_label="score" if poses else "energy",
                title="" if len(chosen) == len(with_energy) else f"first {_SETS} of {len(with_energy)} molecules",
            ),
        )


def _calibration(analysis: Analysis, nearest: Sequence[np.ndarray]) -> Iterator[tuple[str, Figure]]:
    """Confidence against success of all poses, if the file states confidences between 0 and 1."""
    rows = [row for row in analysis.structures if row.confidence is not None and row.rmsd is not None]
    stated = np.array([row.confidence for row in rows], dtype=np.float64)
    if len(stated) and stated.min() >= 0 and stated.max() <= 1:
        right = [row.rmsd is not None and row.rmsd <= analysis.config.limit for row in rows]
        outcome = f"RMSD ≤ {analysis.config.limit:g} Å"
        yield "calibration", calibration_figure(calibration(stated, right), outcome=outcome)


def _of_a_molecule(analysis: Analysis, molecule: MoleculeAnalysis, name: str) -> Iterator[tuple[str, Figure]]:
    title = molecule.row.name
    if molecule.pairwise is not None:
        yield f"pairwise_rmsd_{name}", pairwise_heat_map(molecule.pairwise[:_SHOWN, :_SHOWN], title=title)
        if not analysis.compared:
            apart = molecule.pairwise[np.triu_indices(len(molecule.pairwise), 1)]
            yield (
                f"rmsd_distribution_{name}",
                rmsd_distribution(apart, label="RMSD between two structures", of="pairs", title=title),
            )
            yield from _energy_from_the_lowest(molecule, name)
    if molecule.torsions is not None and molecule.torsions.angles.shape[1]:
        yield (
            f"torsions_{name}",
            torsion_roses(
                molecule.torsions.angles, molecule.torsions.labels, reference=molecule.reference_torsions, title=title
            ),
        )


def _energy_from_the_lowest(molecule: MoleculeAnalysis, name: str) -> Iterator[tuple[str, Figure]]:
    if molecule.pairwise is None or not np.isfinite(molecule.energies).any():
        return
    lowest = int(np.nanargmin(molecule.energies))
    figure = energy_against_rmsd(
        molecule.pairwise[lowest],
        molecule.energies,
        rmsd_label="RMSD to the structure of lowest energy",
        title=molecule.row.name,
    )
    yield f"energy_against_rmsd_{name}", figure


def _file_name(name: str) -> str:
    """Letters, digits, dots and dashes of a name."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", name)[:40].strip("._") or "molecule"
