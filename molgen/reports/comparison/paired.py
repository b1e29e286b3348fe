"""Differences between every two programs, molecule by molecule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from molgen.metrics.bootstrap import paired_difference
from molgen.reports.analysis.config import AnalysisConfig
from molgen.reports.comparison.classes import CLASSES
from molgen.reports.comparison.curves import best_of, within
from molgen.reports.comparison.results import ComparedMolecule, Difference

TOLERANCE = 0.05
"""Angstrom up to which two RMSDs count as equal."""
FEWEST = 5
"""Molecules in a class, below which it is not compared by itself."""
_SHOWN = (1, 10, 50)

Quantity = tuple[str, str, float, Callable[[Sequence[ComparedMolecule]], NDArray[np.float64]]]
"""Name, unit, tolerance, and the values of some molecules [m]."""
_Pair = tuple[ComparedMolecule, ComparedMolecule]


def differences(
    molecules: Sequence[ComparedMolecule], programs: Sequence[str], counts: Sequence[int], config: AnalysisConfig
) -> tuple[Difference, ...]:
    """Of every two programs in every quantity: of all molecules, then by class."""
    rows = []
    for first, second in combinations(programs, 2):
        pairs = _pairs(molecules, first, second)
        both = [(one, other) for one, other in pairs if one.analysis is not None and other.analysis is not None]
        for quantity in _quantities(both, counts, config):
            # what a program lacks is not within the threshold; it has no RMSD
            used = pairs if quantity[1] == "fraction" and config.mode == "poses" else both
            rows += _of_quantity(first, second, quantity, used, config)
    return tuple(rows)


def _of_quantity(
    first: str, second: str, quantity: Quantity, pairs: Sequence[_Pair], config: AnalysisConfig
) -> Iterator[Difference]:
    name, unit, tolerance, values = quantity
    for classification, group, members in _groups(pairs):
        of_first, of_second = (values(molecules) for molecules in zip(*members, strict=True))
        paired = paired_difference(of_first, of_second, tolerance=tolerance, seed=config.seed)
        yield Difference(first, second, name, unit, classification, group, paired)


def _pairs(molecules: Sequence[ComparedMolecule], first: str, second: str) -> list[_Pair]:
    others = {molecule.key: molecule for molecule in molecules if molecule.program == second}
    return [(molecule, others[molecule.key]) for molecule in molecules if molecule.program == first]


def _groups(pairs: Sequence[_Pair]) -> Iterator[tuple[str, str, Sequence[_Pair]]]:
    """Classification, class and its pairs: first all, then the classes that have enough of them."""
    if pairs:
        yield "all", "", pairs
    for name, classes in CLASSES.items():
        for group in classes:
            members = [pair for pair in pairs if pair[0].classes and pair[0].classes.labels()[name] == group]
            if FEWEST <= len(members) < len(pairs):
                yield name, group, members


def _quantities(pairs: Sequence[_Pair], counts: Sequence[int], config: AnalysisConfig) -> list[Quantity]:
    if not counts:
        apart = [molecule.analysis.row.diversity for pair in pairs for molecule in pair if molecule.analysis]
        return [("mean RMSD of pairs", "A", TOLERANCE, _diversity)] if apart and None not in apart else []
    shown = shown_counts(counts, config)
    return [
        *((best_name(n), "A", TOLERANCE, partial(_best, n=n)) for n in shown),
        *(
            (f"{best_name(n)} within {config.limit:g} A", "fraction", 0.0, partial(_near, n=n, config=config))
            for n in shown
        ),
    ]


def _best(molecules: Sequence[ComparedMolecule], n: int) -> NDArray[np.float64]:
    return np.array([best_of(molecule, n) for molecule in molecules])


def _near(molecules: Sequence[ComparedMolecule], n: int, config: AnalysisConfig) -> NDArray[np.float64]:
    return within(molecules, n, config)


def shown_counts(counts: Sequence[int], config: AnalysisConfig) -> tuple[int, ...]:
    """The few values of N that tables show."""
    few = (1, config.first) if config.mode == "poses" else _SHOWN
    return tuple(sorted({n for n in few if n <= counts[-1]} | {counts[-1]})) if counts else ()


def best_name(count: int) -> str:
    """What the best of the first structures is called."""
    return "first" if count == 1 else f"best of {count}"


def _diversity(molecules: Sequence[ComparedMolecule]) -> NDArray[np.float64]:
    return np.array([molecule.analysis.row.diversity for molecule in molecules if molecule.analysis], dtype=np.float64)
