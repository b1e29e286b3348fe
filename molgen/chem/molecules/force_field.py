"""MMFF94s energies and minimization through RDKit, with UFF where MMFF has no parameters, and octahedra beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers

from molgen.chem.formats.parsing import silent_rdkit
from molgen.chem.molecules.octahedra import METHOD, octahedral_field


@dataclass(frozen=True)
class Energies:
    """Energies of k conformers.

    Attributes:
        values: [k], kcal/mol; nan where the field could not be evaluated.
        method: "MMFF94s", "MMFF94s without electrostatics", "UFF", that with octahedral centers, or "none".
    """

    values: np.ndarray
    method: str


def minimize_conformers(
    mol: Chem.Mol,
    steps: int = 200,
    *,
    electrostatics: bool = True,
    max_force: float = 1e-4,
    restrain: Callable[[Any, str], None] | None = None,
) -> tuple[np.ndarray, Energies]:
    """Minimize every conformer of ``mol``; 0 steps evaluate only. ``mol`` is not changed.

    Without electrostatics the field measures strain alone: in vacuum charges fold a molecule on to itself, which is
    not what it does in water or in a pocket (OMEGA and CONFORGE leave them out for the same reason).

    Args:
        mol: molecule with explicit hydrogens and k conformers.
        steps: at most, per conformer.
        electrostatics: include the charges.
        max_force: force tolerance of the minimizer.
        restrain: adds restraints to a field of RDKit, given its family, "MMFF" or "UFF"; they are no part of the
            energies.

    Returns:
        positions [k, atoms, 3], Angstrom, and the energies.
    """
    positions = np.array([c.GetPositions() for c in mol.GetConformers()]).reshape(-1, mol.GetNumAtoms(), 3)
    work = Chem.Mol(mol)
    conformer = Chem.Conformer(mol.GetNumAtoms())
    work.RemoveAllConformers()
    work.AddConformer(conformer, assignId=True)
    conformer = work.GetConformer()
    energies = np.full(len(positions), np.nan)
    field, plain, method = None, None, "none"
    for k in range(len(positions)):
        conformer.SetPositions(positions[k])
        if field is None:  # one field serves all conformers: it reads their coordinates from `conformer`
            with silent_rdkit():
                field, method = _field(work, electrostatics)
                plain = field if restrain is None else _field(work, electrostatics)[0]
            if field is None or plain is None:
                break
            if restrain is not None:
                restrain(field, "MMFF" if method.startswith("MMFF") else "UFF")
        field.Initialize()  # forgets the distances of the conformer before
        if steps and _minimized(field, steps, max_force):
            positions[k] = conformer.GetPositions()
        conformer.SetPositions(positions[k])
        energies[k] = _energy(plain)
    return positions, Energies(energies, method)


def _energy(field: Any) -> float:
    field.Initialize()
    return field.CalcEnergy()


def _minimized(field, steps: int, max_force: float) -> bool:
    """Whether the minimizer came through; where a gradient is not finite (in HCl) RDKit gives up with an exception."""
    try:
        with silent_rdkit():
            field.Minimize(maxIts=steps, forceTol=max_force)
    except RuntimeError:
        return False
    return bool(np.isfinite(field.Positions()).all())


def _field(mol: Chem.Mol, electrostatics: bool):
    if rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol):
        properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(mol, mmffVariant="MMFF94s")
        properties.SetMMFFEleTerm(electrostatics)
        field = rdForceFieldHelpers.MMFFGetMoleculeForceField(mol, properties)
        return field, "MMFF94s" if electrostatics else "MMFF94s without electrostatics"
    field = octahedral_field(mol)
    if field is not None:
        return field, METHOD
    if rdForceFieldHelpers.UFFHasAllMoleculeParams(mol):
        # no distance threshold, so that the list of pairs does not depend on the conformer it was made with
        return rdForceFieldHelpers.UFFGetMoleculeForceField(mol, vdwThresh=1000.0), "UFF"
    return None, "none"
