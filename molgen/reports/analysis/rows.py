"""The rows of a molecule and of its structures, from what was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from molgen.metrics.coverage import coverage
from molgen.metrics.ensembles import Ensemble
from molgen.metrics.stereo import stereo_mask
from molgen.metrics.symmetric_rmsd import SymmetricRmsd
from molgen.reports.analysis.config import AnalysisConfig
from molgen.reports.analysis.results import MoleculeRow, StructureRow


def structure_rows(
    ensemble: Ensemble,
    places: Sequence[str],
    rmsd: SymmetricRmsd | None,
    tfd: NDArray[np.float64] | None,
    conformation: SymmetricRmsd | None,
    pairwise: SymmetricRmsd | None,
    energies: NDArray[np.float64],
    confidences: NDArray[np.float64],
    checks: Sequence[Mapping[str, bool]],
) -> tuple[StructureRow, ...]:
    beside = np.zeros(0)
    if pairwise is not None:
        beside = (pairwise.rmsd + np.diag(np.full(len(pairwise.rmsd), np.inf))).min(axis=1)
    rows = []
    for index, member in enumerate(ensemble.members):
        nearest = None if rmsd is None else int(rmsd.rmsd[:, index].argmin())
        failed = None if not checks else [name for name, passed in checks[index].items() if not passed]
        rows.append(
            StructureRow(
                molecule=ensemble.name,
                place=member.place,
                name=member.name,
                rank=index + 1,
                rmsd=None if rmsd is None else float(rmsd.rmsd[:, index].min()),
                reference=None if nearest is None else places[nearest],
                rmsd_conformation=(
                    None if conformation is None or nearest is None else float(conformation.rmsd[nearest, index])
                ),
                tfd=None if tfd is None else _known(tfd[:, index].min()),
                nearest=_known(beside[index]) if index < len(beside) else None,
                energy=_known(energies[index]),
                confidence=_known(confidences[index]),
                valid=None if failed is None else not failed,
                failed_checks=None if failed is None else ", ".join(failed),
            )
        )
    return tuple(rows)


def molecule_row(
    ensemble: Ensemble,
    config: AnalysisConfig,
    known: Sequence[Ensemble],
    rmsd: SymmetricRmsd | None,
    tfd: NDArray[np.float64] | None,
    pairwise: SymmetricRmsd | None,
    energies: NDArray[np.float64],
    rows: Sequence[StructureRow],
) -> MoleculeRow:
    values: dict[str, float | int | None] = {}
    if rmsd is not None:
        nearest = rmsd.rmsd.min(axis=0)
        values["rmsd_first"] = float(nearest[0])
        values["rmsd_best"] = float(nearest.min())
        values["best_rank"] = int(nearest.argmin()) + 1
        values["rmsd_best_first"] = float(nearest[: config.first].min())
        if config.mode == "conformers":
            covered = coverage(rmsd.rmsd, config.limit)
            values["recall"], values["precision"] = float(covered.recall[0]), float(covered.precision[0])
            values["recall_rmsd"], values["precision_rmsd"] = covered.recall_rmsd, covered.precision_rmsd
    if pairwise is not None:
        apart = pairwise.rmsd[np.triu_indices(len(pairwise.rmsd), 1)]
        values["diversity"], values["nearest"] = float(apart.mean()), float(apart.min())
    stated = energies[np.isfinite(energies)]
    measured = [rmsds for rmsds in (rmsd, pairwise) if rmsds is not None]
    return MoleculeRow(
        name=ensemble.name,
        place=ensemble.members[0].place,
        structures=len(ensemble),
        references=sum(len(rmsds) for rmsds in known),
        **values,  # pyright: ignore[reportArgumentType]  # the names above are those of its fields
        rmsd_conformation=rows[0].rmsd_conformation,
        tfd_best=None if tfd is None else _known(tfd.min()),
        energy_span=float(stated.max() - stated.min()) if len(stated) else None,
        stereo_kept=_stereo_kept(ensemble, known),
        valid=None if rows[0].valid is None else float(np.mean([bool(row.valid) for row in rows])),
        valid_first=rows[0].valid,
        failed_first=rows[0].failed_checks,
        rmsd_kind=None if not measured else "exact" if all(rmsds.exact for rmsds in measured) else "upper bound",
    )


def _stereo_kept(ensemble: Ensemble, known: Sequence[Ensemble]) -> float | None:
    """None when the graphs differ in bond orders or protons, so that stereo cannot be compared."""
    try:
        return float(stereo_mask(known[0].mol if known else ensemble.mol, ensemble.mol).mean())
    except ValueError:
        return None


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
