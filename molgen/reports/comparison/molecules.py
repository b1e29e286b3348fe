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
    found = {name: _by_key(name, analysis, notes) for name, analysis in analyses.items()}
    keys = list(dict.fromkeys(key for held in found.values() for key in held))
    places = {place for key in keys for place in key.split(", ")}
    lost = {
        row.place: row for analysis in analyses.values() for row in _unanswered(analysis) if row.place not in places
    }
    common = {key for key in keys if all(key in held for held in found.values())}
    rows: list[ComparedMolecule] = []
    for program, held in found.items():
        for key in keys:
            known = next(other[key] for other in found.values() if key in other)
            rows.append(_row(program, key, known, held.get(key), key in common))
        rows += [ComparedMolecule(program, place, row.name, None, {}, False, None) for place, row in lost.items()]
    notes += _lacking(found, keys)
    return tuple(rows), notes


def _row(
    program: str, key: str, known: MoleculeAnalysis, own: MoleculeAnalysis | None, common: bool
) -> ComparedMolecule:
    best = {} if own is None else _best(own)
    return ComparedMolecule(program, key, known.row.name, classes_of(known.smiles), best, common, own)


def unmatched(molecules: Iterable[ComparedMolecule], program: str) -> int:
    """How many molecules a program lacks."""
    return sum(one.program == program and one.analysis is None for one in molecules)


def _by_key(program: str, analysis: Analysis, notes: list[str]) -> dict[str, MoleculeAnalysis]:
    """The molecules that could be analyzed; of two that are the same the first."""
    held: dict[str, MoleculeAnalysis] = {}
    twice = []
    for one in analysis.molecules:
        if one.row.error is None and one.key in held:
            twice.append(one.row.name)
        elif one.row.error is None:
            held[one.key] = one
    if twice:
        notes.append(f"{program}: the first is taken of molecules that stand there twice: {shortened(twice, 5)}")
    return held


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


def _lacking(found: Mapping[str, Mapping[str, MoleculeAnalysis]], keys: Sequence[str]) -> list[str]:
    lacking = {name: len(keys) - len(held) for name, held in found.items() if len(held) < len(keys)}
    if not lacking:
        return []
    told = ", ".join(f"{name} lacks {count}" for name, count in lacking.items())
    return [f"of {len(keys)} molecules {told}; differences are over those that both have"]
