"""One ensemble of conformers or poses against its references: RMSD, coverage, torsions, validity."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from molgen.chem.proteins.structure import Protein
from molgen.metrics.coverage import coverage
from molgen.metrics.ensembles import Ensemble, joined, matching
from molgen.metrics.symmetric_rmsd import SymmetricRmsd, pairwise_rmsds, symmetric_rmsds
from molgen.metrics.symmetry import MAX_MATCHES
from molgen.metrics.torsion_deviation import matched_torsions, torsion_angles, torsion_deviations
from molgen.metrics.validity import CheckedReceptor
from molgen.metrics.validity.pose_checks import validity_records
from molgen.outcomes import attempt
from molgen.reports.analysis.config import CONFIDENCE_FIELD, ENERGY_FIELDS, AnalysisConfig
from molgen.reports.analysis.results import MoleculeAnalysis, MoleculeRow, StructureRow
from molgen.reports.analysis.rows import molecule_row, structure_rows

GRID = tuple(step / 20 for step in range(1, 61))
"""Thresholds of coverage curves: 0.05 to 3 A."""
_FEWEST_MATCHES = 24
_IN_PLACE = 4  # a pair in place costs less than a quarter of a superposed one


def analyze_ensemble(
    ensemble: Ensemble,
    references: Sequence[Ensemble] | None,
    config: AnalysisConfig,
    receptor: Protein | None = None,
    receptor_atoms: CheckedReceptor | None = None,
) -> MoleculeAnalysis:
    """Analyze one molecule; what goes wrong ends in the row, never as an exception.

    Args:
        ensemble: its structures (:func:`molgen.metrics.ensembles.read_ensembles`).
        references: all ensembles of the reference file; those of the same molecule are taken. None compares the
            structures with each other only.
        config: how.
        receptor: around the poses, for the validity checks.
        receptor_atoms: the same, prepared once for many ligands.
    """
    analyzed = attempt(_analyzed, ensemble, references, config, receptor, receptor_atoms, name=ensemble.name)
    return analyzed.value or failed_molecule(ensemble, analyzed.error or "")


def failed_molecule(ensemble: Ensemble, reason: str) -> MoleculeAnalysis:
    """A molecule whose structures could not be analyzed."""
    row = MoleculeRow(ensemble.name, ensemble.members[0].place, len(ensemble), error=reason)
    rows = tuple(
        StructureRow(ensemble.name, member.place, member.name, rank, error=reason)
        for rank, member in enumerate(ensemble.members, 1)
    )
    return MoleculeAnalysis(row, rows)


def _analyzed(
    ensemble: Ensemble,
    references: Sequence[Ensemble] | None,
    config: AnalysisConfig,
    receptor: Protein | None,
    receptor_atoms: CheckedReceptor | None,
) -> MoleculeAnalysis:
    known = [] if references is None else matching(ensemble, references)
    if references is not None and not known:
        return failed_molecule(ensemble, "no reference of this molecule")
    target = joined(known) if known else None
    poses = config.mode == "poses"
    rmsd = tfd = conformation = None
    if target is not None:
        rmsd = symmetric_rmsds(
            ensemble.mol,
            target,
            superpose=not poses,
            max_matches=_cap(config, len(ensemble) * target.GetNumConformers()),
            seconds=config.seconds,
        )
        tfd = torsion_deviations(ensemble.mol, target)
        if poses:
            cap = _cap(config, len(ensemble) * target.GetNumConformers(), superpose=True)
            conformation = symmetric_rmsds(ensemble.mol, target, max_matches=cap, seconds=config.seconds)
    pairwise = _pairwise(ensemble, config, everything=target is None)
    energies = numbers(ensemble, (config.energy_field,) if config.energy_field else ENERGY_FIELDS)
    confidences = numbers(ensemble, (config.confidence_field or CONFIDENCE_FIELD,))
    checks: list[dict[str, bool]] = []
    if config.validity or config.posebusters:
        stereo_of = known[0].mol if known else None
        checks = validity_records(
            ensemble.mol, receptor, stereo_of, atoms=receptor_atoms, posebusters=config.posebusters
        )
    places = [member.place for reference in known for member in reference.members]
    structures = structure_rows(ensemble, places, rmsd, tfd, conformation, pairwise, energies, confidences, checks)
    covered = None if rmsd is None or poses else coverage(rmsd.rmsd, GRID)
    return MoleculeAnalysis(
        row=molecule_row(ensemble, config, known, rmsd, tfd, pairwise, energies, structures),
        structures=structures,
        rmsd=None if rmsd is None else rmsd.rmsd,
        tfd=tfd,
        pairwise=None if pairwise is None else pairwise.rmsd,
        energies=energies,
        torsions=torsion_angles(ensemble.mol),
        reference_torsions=None if target is None else matched_torsions(ensemble.mol, target),
        coverage=covered,
        checks=tuple(checks),
        key=", ".join(places) or f"{ensemble.graph} {ensemble.name if ensemble.named else ensemble.smiles}",
        smiles=(known[0] if known else ensemble).smiles,
    )


def _cap(config: AnalysisConfig, pairs: int, superpose: bool | None = None) -> int:
    """How many symmetries may be tried for so many pairs."""
    in_place = config.mode == "poses" if superpose is None else not superpose
    work = config.work * (_IN_PLACE if in_place else 1)
    return max(_FEWEST_MATCHES, min(MAX_MATCHES, work // max(1, pairs)))


def _pairwise(ensemble: Ensemble, config: AnalysisConfig, everything: bool) -> SymmetricRmsd | None:
    if len(ensemble) < 2:
        return None
    mol = ensemble.mol
    if not everything and len(ensemble) > config.pairs:
        mol = type(mol)(ensemble.mol)
        for number in range(config.pairs, len(ensemble)):
            mol.RemoveConformer(number)
    count = mol.GetNumConformers()
    return pairwise_rmsds(
        mol,
        superpose=config.mode == "conformers",
        max_matches=_cap(config, count * count // 2),
        seconds=config.seconds,
    )


def numbers(ensemble: Ensemble, fields: Sequence[str]) -> NDArray[np.float64]:
    """The first of the data fields that is there, as numbers [s]; NaN for a record without it."""
    chosen = next((name for name in fields if any(name in member.properties for member in ensemble.members)), None)
    return np.array([_number(member.properties, chosen) for member in ensemble.members], dtype=np.float64)


def _number(properties: Mapping[str, object], name: str | None) -> float:
    try:
        return math.nan if name is None else float(str(properties.get(name, math.nan)))
    except ValueError:
        return math.nan
