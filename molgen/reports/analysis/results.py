"""What an analysis gives: plain records, one per molecule and one per structure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from molgen.metrics.bootstrap import Interval
from molgen.metrics.coverage import Coverage
from molgen.metrics.torsion_deviation import Torsions
from molgen.reports.analysis.config import AnalysisConfig


@dataclass(frozen=True)
class MoleculeRow:
    """One molecule of the input: results or the reason why there are none. None is "not known" or "does not apply".

    Attributes:
        name, place: of its first record.
        structures, references: how many.
        rmsd_first, rmsd_best: smallest RMSD to a reference, of the first structure and of any, Angstrom. Conformers are
            superposed, poses are not.
        best_rank: number of the best structure, from 1.
        rmsd_best_first: smallest RMSD among the first few poses (``AnalysisConfig.first``), Angstrom.
        rmsd_conformation: of the first pose to its nearest reference after superposition, Angstrom.
        recall, precision: shares of references, and of structures, that have a partner closer than the threshold.
        recall_rmsd, precision_rmsd: mean distance of references, and of structures, to their nearest partner, Angstrom.
        tfd_best: smallest torsion fingerprint deviation from a reference.
        diversity, nearest: mean RMSD over pairs of structures, and the smallest; Angstrom.
        energy_span: highest minus lowest energy, in the unit of the file.
        stereo_kept: share of structures with the stereo of the reference (without one: of the first structure).
        valid: share of structures that pass every check.
        valid_first, failed_first: whether the first one does, and what it fails.
        rmsd_kind: "exact" or "upper bound".
        error: why there is no result.
    """

    name: str
    place: str
    structures: int = 0
    references: int = 0
    rmsd_first: float | None = None
    rmsd_best: float | None = None
    best_rank: int | None = None
    rmsd_best_first: float | None = None
    rmsd_conformation: float | None = None
    recall: float | None = None
    recall_rmsd: float | None = None
    precision: float | None = None
    precision_rmsd: float | None = None
    tfd_best: float | None = None
    diversity: float | None = None
    nearest: float | None = None
    energy_span: float | None = None
    stereo_kept: float | None = None
    valid: float | None = None
    valid_first: bool | None = None
    failed_first: str | None = None
    rmsd_kind: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class StructureRow:
    """One record of the input.

    Attributes:
        molecule: name of its molecule; empty for a record that cannot be used.
        place, name: of the record.
        rank: its number within the molecule, from 1.
        rmsd: to the nearest reference, Angstrom.
        reference: place of that reference.
        rmsd_conformation: of a pose to that reference after superposition, Angstrom.
        tfd: smallest torsion fingerprint deviation from a reference.
        nearest: RMSD to the most similar other structure of the molecule, Angstrom.
        energy: as in the file.
        confidence: as in the file.
        valid, failed_checks: the checks.
        error: why the record cannot be used.
    """

    molecule: str
    place: str
    name: str
    rank: int | None = None
    rmsd: float | None = None
    reference: str | None = None
    rmsd_conformation: float | None = None
    tfd: float | None = None
    nearest: float | None = None
    energy: float | None = None
    confidence: float | None = None
    valid: bool | None = None
    failed_checks: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class MoleculeAnalysis:
    """Everything about one molecule, for figures and notebooks.

    Attributes:
        row: its line of the table.
        structures: one per record.
        rmsd: float64 [references, s], Angstrom; None without a reference.
        tfd: float64 [references, s]; None without a reference.
        pairwise: float64 [p, p] between the first p structures, Angstrom; None for one structure.
        energies: float64 [s], NaN where the file says nothing.
        torsions: angles of all structures; None for a molecule without heavy atoms.
        reference_torsions: float64 [references, m], the same torsions of the references; None without a reference.
        coverage: COV and AMR over a grid of thresholds; conformers with a reference.
        checks: one record of check -> passed per structure; empty when they were not run.
        key: the same for the same molecule in another analysis with the same references; "" for a failure.
        smiles: of the reference, without one of the structures.
    """

    row: MoleculeRow
    structures: tuple[StructureRow, ...] = ()
    rmsd: NDArray[np.float64] | None = None
    tfd: NDArray[np.float64] | None = None
    pairwise: NDArray[np.float64] | None = None
    energies: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    torsions: Torsions | None = None
    reference_torsions: NDArray[np.float64] | None = None
    coverage: Coverage | None = None
    checks: tuple[Mapping[str, bool], ...] = ()
    key: str = ""
    smiles: str = ""


@dataclass(frozen=True)
class Statistic:
    """One line of the summary.

    Attributes:
        name: what, e.g. "AMR-R mean".
        unit: "A", "fraction" or "".
        interval: value with bootstrap interval and n.
    """

    name: str
    unit: str
    interval: Interval


@dataclass(frozen=True)
class Analysis:
    """All that an analysis found.

    Attributes:
        config: how; its mode is the one that was chosen.
        molecules: in the order of the input.
        rows: one per molecule, then one per record that could not be used and per reference without structures.
        structures: one per record of the input.
        statistics: means over molecules.
        notes: what was decided on the way, one line each.
        compared: there was a reference.
    """

    config: AnalysisConfig
    molecules: tuple[MoleculeAnalysis, ...]
    rows: tuple[MoleculeRow, ...]
    structures: tuple[StructureRow, ...]
    statistics: tuple[Statistic, ...]
    notes: tuple[str, ...]
    compared: bool
