"""GFN2-xTB relaxation through tblite (extra `relax`)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
from rdkit import Chem
from scipy.optimize import OptimizeResult, minimize

from molgen.chem.forcefield import Energies
from molgen.errors import ConfigError, EmbeddingError

BOHR = 0.529177210903
HARTREE = 627.5094740631


def check_xtb() -> None:
    """Raises ConfigError when tblite is not installed; before long work, so that it is not in vain."""
    if find_spec("tblite") is None:
        raise ConfigError("relax=gfn2 needs tblite: pip install 'molgen[relax]'")


def relax_gfn2(mol: Chem.Mol, iterations: int = 200) -> tuple[np.ndarray, Energies]:
    """Minimise every conformer with GFN2-xTB (Bannwarth et al. 2019) and L-BFGS.

    Args:
        mol: molecule with explicit hydrogens and k conformers; not changed. Charge and open shells are taken from it.
        iterations: at most so many minimiser steps per conformer.

    Returns:
        positions [k, atoms, 3], Angstrom, and the energies, kcal/mol.

    Raises:
        ConfigError: tblite is not installed.
        EmbeddingError: the self-consistent field does not converge, or atoms lie on top of each other.
    """
    check_xtb()
    from tblite.interface import Calculator  # pyright: ignore[reportMissingImports]

    numbers = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()])
    charge = Chem.GetFormalCharge(mol)
    unpaired = sum(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms())
    results, energies = [], []
    for conformer in mol.GetConformers():
        start = conformer.GetPositions() / BOHR
        try:
            calculator = Calculator("GFN2-xTB", numbers, start, charge=charge, uhf=unpaired)
            calculator.set("verbosity", 0)
            found = _minimum(calculator, start, iterations)
        except RuntimeError as error:
            raise EmbeddingError(f"GFN2-xTB: {error}") from error
        results.append(found.x.reshape(-1, 3) * BOHR)
        energies.append(found.fun * HARTREE)
    return np.array(results), Energies(np.array(energies), "GFN2-xTB")


def _minimum(calculator: Any, start: np.ndarray, iterations: int) -> OptimizeResult:
    def energy_and_gradient(x: np.ndarray) -> tuple[float, np.ndarray]:
        calculator.update(x.reshape(-1, 3))
        result = calculator.singlepoint()
        return float(result.get("energy")), np.asarray(result.get("gradient")).ravel()

    options = {"maxiter": iterations, "gtol": 1e-3}
    return minimize(energy_and_gradient, start.ravel(), jac=True, method="L-BFGS-B", options=options)
