"""Relaxation with a semi-empirical Hamiltonian (GFN-xTB, through the optional package tblite)."""

from __future__ import annotations

import importlib.util

import numpy as np
from rdkit import Chem
from scipy.optimize import minimize

from molgen.chem.forcefield import Energies
from molgen.errors import MolgenError

METHODS = {"gfn1": "GFN1-xTB", "gfn2": "GFN2-xTB"}
BOHR = 0.529177210903
"""Angstrom."""
HARTREE = 627.509474
"""kcal/mol."""


def need_tblite() -> None:
    """Raises MolgenError unless tblite is installed."""
    if importlib.util.find_spec("tblite") is None:
        raise MolgenError('relaxation with xTB needs tblite: pip install "molgen[relax]"')


def relax_xtb(
    mol: Chem.Mol, positions: np.ndarray, method: str = "gfn2", iterations: int = 200, solvent: str = ""
) -> tuple[np.ndarray, Energies]:
    """Minimise conformers with GFN-xTB (Bannwarth et al. 2019, doi:10.1021/acs.jctc.8b01176) by L-BFGS.

    Args:
        mol: molecule with explicit hydrogens; its formal charge and unpaired electrons are used.
        positions: [k, atoms, 3], Angstrom.
        method: "gfn1" or "gfn2".
        iterations: at most so many minimiser steps per conformer; 0 evaluates only.
        solvent: name of an implicit ALPB solvent, such as "water"; empty: vacuum.

    Returns:
        positions [k, atoms, 3], Angstrom, and the energies.

    Raises:
        MolgenError: tblite is not installed, or the electrons of a conformer do not converge.
    """
    need_tblite()
    from tblite.interface import Calculator  # pyright: ignore[reportMissingImports]

    numbers = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()])
    charge = float(Chem.GetFormalCharge(mol))
    unpaired = sum(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms())
    calculator = Calculator(METHODS[method], numbers, positions[0] / BOHR, charge=charge, uhf=unpaired)
    calculator.set("verbosity", 0)
    if solvent:
        calculator.add("alpb-solvation", solvent)

    def energy_and_gradient(x: np.ndarray) -> tuple[float, np.ndarray]:
        calculator.update(x.reshape(-1, 3) / BOHR)
        found = calculator.singlepoint()
        energy, gradient = float(found.get("energy")), np.asarray(found.get("gradient"))
        return energy * HARTREE, gradient.ravel() * (HARTREE / BOHR)

    settled, energies = np.array(positions, dtype=np.float64), np.zeros(len(positions))
    for k, conformer in enumerate(settled):
        try:
            if iterations:
                options = {"maxiter": iterations, "gtol": 0.5}
                end = minimize(energy_and_gradient, conformer.ravel(), jac=True, method="L-BFGS-B", options=options)
                settled[k], energies[k] = end.x.reshape(-1, 3), end.fun
            else:
                energies[k] = energy_and_gradient(conformer.ravel())[0]
        except RuntimeError as error:
            raise MolgenError(f"{METHODS[method]} failed on conformer {k + 1}: {error}") from error
    return settled, Energies(energies, METHODS[method] + (f" in {solvent}" if solvent else ""))
