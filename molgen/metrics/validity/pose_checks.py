"""Validity of every conformer of a molecule as plain records, by molgen's own checks or by the PoseBusters package."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.proteins.structure import Protein
from molgen.metrics.stereo import stereo_checks
from molgen.metrics.validity import CheckedReceptor, ValidityChecker, prepare_validity
from molgen.metrics.validity.posebusters import posebusters_checks


def validity_records(
    mol: Chem.Mol,
    receptor: Protein | None = None,
    reference: Chem.Mol | None = None,
    *,
    atoms: CheckedReceptor | None = None,
    posebusters: bool = False,
    energy: bool = False,
) -> list[dict[str, bool]]:
    """Check -> passed, one record per conformer; the names are those of PoseBusters.

    Args:
        mol: sanitized, with conformers, with or without hydrogens.
        receptor: without the ligand; None checks the molecule's own geometry only (bond lengths, angles, clashes, flat
            rings and double bonds, stereo).
        reference: the molecule whose stereo is wanted; by default ``mol`` itself.
        atoms: the receptor as the checks see it, to prepare it once for many ligands (``receptor_atoms``).
        posebusters: run the package instead, with its energy check, without its RMSD to the reference.
        energy: let molgen's own checks include the UFF energy, which takes seconds for a molecule.

    Raises:
        ParseError: the molecule cannot be checked.
        MolgenError: PoseBusters is not installed.
    """
    if mol.GetNumConformers() == 0:
        return []
    if posebusters:
        config = None if reference is None or receptor is None else "redock"
        records = posebusters_checks(mol, receptor, reference, config)
        return [{name: passed for name, passed in record.items() if "rmsd" not in name.lower()} for record in records]
    checker = _with_stereo_of(reference, prepare_validity(mol, receptor if atoms is None else atoms))
    positions = torch.from_numpy(np.stack([conformer.GetPositions() for conformer in mol.GetConformers()]))
    verdicts = checker(positions, energy=energy)
    return [dict(zip(verdicts.names, row, strict=True)) for row in verdicts.passed.tolist()]


def _with_stereo_of(reference: Chem.Mol | None, checker: ValidityChecker) -> ValidityChecker:
    """The same checks with the stereo of the reference, where the two are the same graph with bond orders."""
    if reference is None:
        return checker
    try:
        wanted = stereo_checks(reference, checker.ligand.mol)
    except ValueError:
        return checker
    return replace(checker, ligand=replace(checker.ligand, stereo=wanted))
