"""Docked ligands that several tests look at."""

import numpy as np
import pytest
from complexes import CHAIN_A, INHIBITOR, PHYSICS, TYROSINE, docked, folder, ligand_path, protein_path, site_in
from rdkit import Chem

import molgen
from molgen.docking.records import DockingResult


@pytest.fixture(scope="session")
def tyrosine() -> DockingResult:
    """From files and by name, as a user docks; the file that names the pocket is the reference."""
    return molgen.dock(
        protein_path("1of6"),
        TYROSINE,
        str(ligand_path("1of6")),
        effort="quick",
    )


@pytest.fixture(scope="session")
def inhibitor() -> DockingResult:
    return docked("1ia1", INHIBITOR, pocket=CHAIN_A)


@pytest.fixture(scope="session")
def searched() -> DockingResult:
    """The inhibitor without proposals, by energy."""
    return docked("1ia1", INHIBITOR, pocket=CHAIN_A, **PHYSICS)


@pytest.fixture(scope="session")
def crystal_inhibitor() -> Chem.Mol:
    """The copy of the ligand of 1ia1 that is still in the file."""
    center = site_in("1ia1", CHAIN_A).pocket.center
    copies = Chem.SDMolSupplier(str(folder("1ia1") / "1ia1_ligands.sdf"))
    return min(copies, key=lambda mol: np.linalg.norm(mol.GetConformer().GetPositions().mean(0) - center))
