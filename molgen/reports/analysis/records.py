"""What an analysis is asked for and what it gives: plain records, one per molecule and one per structure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from molgen.errors import ConfigError
from molgen.metrics.coverage import Coverage
from molgen.metrics.torsion_deviation import Torsions

Mode = Literal["conformers", "poses"]

ENERGY_FIELDS = ("molgen_score", "molgen_energy", "minimizedAffinity", "docking_score", "r_i_docking_score", "energy")
"""Data fields that are looked for, in this order; the first two and most others are in kcal/mol."""
CONFIDENCE_FIELD = "molgen_confidence"


@dataclass(frozen=True)
class AnalysisConfig:
    """How structures are analyzed.

    Attributes:
        mode: "conformers" are superposed on the references, "poses" are compared where they lie.
        threshold: Angstrom, below which a conformer covers a reference, or up to which a pose is right; None is 0.75
            for conformers and 2.0 for poses.
        first: of how many first poses the best counts, besides the very first.
        energy_field, confidence_field: names of data fields; None looks for the usual ones.
        validity: run molgen's own validity checks.
        posebusters: run the PoseBusters package instead.
        pairs: structures of one molecule that are compared with each other, when there is a reference; without one all.
        seconds: wall time that the RMSDs of one molecule may take; then they are upper bounds.
        work: pairs of structures times symmetries per molecule; beyond it fewer symmetries are tried (24 at least).
        seed: of the bootstrap.
    """

    mode: Mode = "conformers"
    threshold: float | None = None
    first: int = 5
    energy_field: str | None = None
    confidence_field: str | None = None
    validity: bool = True
    posebusters: bool = False
    pairs: int = 200
    seconds: float = 60.0
    work: int = 15_000_000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.mode not in ("conformers", "poses"):
            raise ConfigError(f"mode must be conformers or poses, not {self.mode}")
        for name, least in (("first", 1), ("pairs", 2), ("work", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} must be at least {least}, not {getattr(self, name)}")
        if not self.limit > 0 or not self.seconds > 0:
            raise ConfigError("threshold and seconds must be positive")

    @property
    def limit(self) -> float:
        """The threshold in force, Angstrom."""
        return self.threshold if self.threshold is not None else (2.0 if self.mode == "poses" else 0.75)


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
