"""Which molecule of one program is which of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from molgen.chem.formats.parsing import shortened
from molgen.metrics.coverage import best_of_first
from molgen.metrics.success import first_and_best
from molgen.reports.analysis.results import Analysis, MoleculeAnalysis, MoleculeRow
from molgen.reports.comparison.classes import classes_of
from molgen.reports.comparison.results import ComparedMolecule

GRID = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000)
"""Values of N of best-of-N, as far as the structures go."""


def compared_molecules(analyses: Mapping[str, Analysis]) -> tuple[tuple[ComparedMolecule, ...], list[str]]:
    """Every molecule of every program, those that a program lacks too, and notes on what was left out."""
    notes: list[str] = []
    by_program = {name: _by_key(name, analysis, notes) for name, analysis in analyses.items()}
    keys = list(dict.fromkeys(key for analyses_of in by_program.values() for key in analyses_of))
    places = {location for key in keys for location in key.split(", ")}
    lost = {
        row.place: row for analysis in analyses.values() for row in _unanswered(analysis) if row.place not in places
    }
    common = {key for key in keys if all(key in analyses_of for analyses_of in by_program.values())}
    rows: list[ComparedMolecule] = []
    for program, analyses_of in by_program.items():
        for key in keys:
            known = next(other[key] for other in by_program.values() if key in other)
            rows.append(_row(program, key, known, analyses_of.get(key), key in common))
        rows += [ComparedMolecule(program, location, row.name, None, {}, False, None) for location, row in lost.items()]
    notes += _lacking(by_program, keys)
    return tuple(rows), notes


def _row(
    program: str, key: str, known: MoleculeAnalysis, own: MoleculeAnalysis | None, common: bool
) -> ComparedMolecule:
    best = {} if own is None else _best(own)
    return ComparedMolecule(program, key, known.row.name, classes_of(known.smiles), best, common, own)


def unmatched(molecules: Iterable[ComparedMolecule], program: str) -> int:
    """How many molecules a program lacks."""
    return sum(molecule.program == program and molecule.analysis is None for molecule in molecules)


def _by_key(program: str, analysis: Analysis, notes: list[str]) -> dict[str, MoleculeAnalysis]:
    """The molecules that could be analyzed; of two that are the same the first."""
    by_key: dict[str, MoleculeAnalysis] = {}
    twice = []
    for molecule in analysis.molecules:
        if molecule.row.error is None and molecule.key in by_key:
            twice.append(molecule.row.name)
        elif molecule.row.error is None:
            by_key[molecule.key] = molecule
    if twice:
        notes.append(f"{program}: the first is taken of molecules that stand there twice: {shortened(twice, 5)}")
    return by_key


def _unanswered(analysis: Analysis) -> list[MoleculeRow]:
    """References without a structure."""
    return [row for row in analysis.rows if row.structures == 0 and row.references > 0]


def _best(molecule: MoleculeAnalysis) -> dict[int, float]:
    if molecule.rmsd is None:
        return {}
    counts = counts_up_to(molecule.rmsd.shape[1])
    values = _best_of(molecule.rmsd, counts, conformers=molecule.coverage is not None)
    return dict(zip(counts, map(float, values), strict=True))


def _best_of(rmsd: NDArray[np.float64], counts: Sequence[int], *, conformers: bool) -> NDArray[np.float64]:
    return best_of_first(rmsd, counts) if conformers else first_and_best([rmsd.min(axis=0)], counts)[:, 0]


def counts_up_to(most: int) -> tuple[int, ...]:
    """The values of N up to a number of structures, and that number."""
    return (*(count for count in GRID if count < most), most)


def _lacking(by_program: Mapping[str, Mapping[str, MoleculeAnalysis]], keys: Sequence[str]) -> list[str]:
    lacking = {name: len(keys) - len(analyses) for name, analyses in by_program.items() if len(analyses) < len(keys)}
    if not lacking:
        return []
    counts = ", ".join(f"{name} lacks {count}" for name, count in lacking.items())
    return [f"of {len(keys)} molecules {counts}; differences are over those that both have"]
