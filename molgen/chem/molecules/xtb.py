"""Minimization with a semi-empirical Hamiltonian: GFN-xTB, through tblite (extra `relax`)."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
from rdkit import Chem

from molgen.chem.molecules.force_field import Energies
from molgen.errors import ConfigError, EmbeddingError

METHODS = {"gfn1": "GFN1-xTB", "gfn2": "GFN2-xTB"}
BOHR = 0.529177210903
"""Angstrom."""
HARTREE = 627.5094740631
"""kcal/mol."""


def check_xtb() -> None:
    """Raises ConfigError when tblite is not installed; before long work, so that it is not in vain."""
    if find_spec("tblite") is None:
        raise ConfigError("xTB (GFN1, GFN2) needs tblite: pip install 'molgen[relax]'")


def minimize_gfn2(mol: Chem.Mol, steps: int = 200) -> tuple[np.ndarray, Energies]:
    """:func:`minimize_xtb` of the conformers that a molecule has."""
    positions = np.array([conformer.GetPositions() for conformer in mol.GetConformers()])
    return minimize_xtb(mol, positions, "gfn2", steps)


def minimize_xtb(
    mol: Chem.Mol, positions: np.ndarray, method: str = "gfn2", steps: int = 200, solvent: str = ""
) -> tuple[np.ndarray, Energies]:
    """Minimize conformers with GFN-xTB (Bannwarth et al. 2019, doi:10.1021/acs.jctc.8b01176) by L-BFGS.

    Args:
        mol: molecule with explicit hydrogens; its formal charge and unpaired electrons are used.
        positions: [k, atoms, 3], Angstrom.
        method: "gfn1" or "gfn2".
        steps: of the minimizer per conformer, at most; 0 evaluates only.
        solvent: name of an implicit ALPB solvent, such as "water"; empty: vacuum.

    Returns:
        positions [k, atoms, 3], Angstrom, and the energies.

    Raises:
        ConfigError: tblite is not installed.
        EmbeddingError: the electrons of a conformer do not converge, or atoms lie on top of each other.
    """
    check_xtb()
    from scipy.optimize import minimize
    from tblite.interface import Calculator  # pyright: ignore[reportMissingImports]

    numbers = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()])
    charge = float(Chem.GetFormalCharge(mol))
    unpaired = sum(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms())
    try:
        calculator = Calculator(METHODS[method], numbers, positions[0] / BOHR, charge=charge, uhf=unpaired)
        calculator.set("verbosity", 0)
        if solvent:
            calculator.add("alpb-solvation", solvent)
    except RuntimeError as error:
        raise EmbeddingError(f"{METHODS[method]}: {error}") from error

    def energy_and_gradient(x: np.ndarray) -> tuple[float, np.ndarray]:
        calculator.update(x.reshape(-1, 3) / BOHR)
        result = calculator.singlepoint()
        energy, gradient = float(result.get("energy")), np.asarray(result.get("gradient"))
        return energy * HARTREE, gradient.ravel() * (HARTREE / BOHR)

    minimized, energies = np.array(positions, dtype=np.float64), np.zeros(len(positions))
    for k, conformer in enumerate(minimized):
        try:
            if steps:
                options = {"maxiter": steps, "gtol": 0.5}
                end = minimize(energy_and_gradient, conformer.ravel(), jac=True, method="L-BFGS-B", options=options)
                minimized[k], energies[k] = end.x.reshape(-1, 3), end.fun
            else:
                energies[k] = energy_and_gradient(conformer.ravel())[0]
        except RuntimeError as error:
            raise EmbeddingError(f"{METHODS[method]} failed on conformer {k + 1}: {error}") from error
    return minimized, Energies(energies, METHODS[method] + (f" in {solvent}" if solvent else ""))
