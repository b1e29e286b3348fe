"""Best-of-N of every program, and the values that programs are compared by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from molgen.metrics.bootstrap import bootstrap_interval
from molgen.reports.analysis.config import AnalysisConfig
from molgen.reports.comparison.molecules import counts_up_to
from molgen.reports.comparison.results import ComparedMolecule, CurvePoint


def counts_for(config: AnalysisConfig, molecules: Sequence[ComparedMolecule]) -> tuple[int, ...]:
    """The values of N up to the most structures that a molecule has; () without references."""
    most = max((max(molecule.best) for molecule in molecules if molecule.best), default=0)
    counts = counts_up_to(most) if most else ()
    extra = config.mode == "poses" and 1 < config.first < most
    return tuple(sorted({*counts, config.first})) if extra else counts


def best_of(molecule: ComparedMolecule, count: int) -> float:
    """The best of the first `count` structures, Angstrom; of fewer structures the best of all, infinite without any."""
    known = [value for n, value in molecule.best.items() if n <= count]
    return known[-1] if known else float("inf")


def best_of_n(
    molecules: Sequence[ComparedMolecule], programs: Sequence[str], counts: Sequence[int], config: AnalysisConfig
) -> tuple[CurvePoint, ...]:
    """One point per program and N; none when no molecule is common to all."""
    points = []
    for program in programs:
        own = [molecule for molecule in molecules if molecule.program == program]
        common = [molecule for molecule in own if molecule.common and molecule.best]
        counted = own if config.mode == "poses" else common
        for count in counts if common else ():
            values = np.array([best_of(molecule, count) for molecule in common])
            points.append(
                CurvePoint(
                    program=program,
                    n=count,
                    rmsd=bootstrap_interval(values, seed=config.seed),
                    median=float(np.median(values)),
                    within=bootstrap_interval(within(counted, count, config), seed=config.seed),
                )
            )
    return tuple(points)


def within(molecules: Sequence[ComparedMolecule], count: int, config: AnalysisConfig) -> NDArray[np.float64]:
    """[m], 1 where the best of the first `count` structures is as near as the threshold asks, else 0."""
    values = np.array([best_of(molecule, count) for molecule in molecules])
    return (values <= config.limit if config.mode == "poses" else values < config.limit).astype(np.float64)
