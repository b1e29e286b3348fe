"""Ten molecules and three complexes, runs of the whole pipeline on them, and how far two results are apart."""

from functools import cache
from pathlib import Path

import numpy as np
from complexes import INHIBITOR, TYROSINE, ligand_path, protein_of
from rdkit import Chem
from rdkit.Geometry import Point3D

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.molecules.protonation import protonate
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.conformers.generate import generate_conformers
from molgen.docking.dock import dock_prepared
from molgen.docking.ligand import prepare_ligand
from molgen.docking.records import DockConfig, DockingResult
from molgen.docking.site import Site, sites_of
from molgen.metrics.best import best_rmsds
from molgen.metrics.poses import pose_matches, pose_rmsd_matrix

MOLECULES = {
    "aspirin": "CC(=O)Oc1ccccc1C(=O)O",
    "ibuprofen": "CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)O",
    "caffeine": "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "dopamine": "NCCc1ccc(O)c(O)c1",
    "lidocaine": "CCN(CC)CC(=O)Nc1c(C)cccc1C",
    "naproxen": "COc1ccc2cc(ccc2c1)[C@H](C)C(=O)O",
    "sulfanilamide": "NS(=O)(=O)c1ccc(N)cc1",
    "menthol": "C[C@@H]1CC[C@H]([C@@H](C1)O)C(C)C",
    "zidovudine": "CC1=CN(C(=O)NC1=O)[C@H]1C[C@@H]([C@H](O1)CO)N=[N+]=[N-]",
    "paracetamol": "CC(=O)Nc1ccc(O)cc1",
}
COMPLEXES = {"1ia1": INHIBITOR, "1of6": TYROSINE, "1s3v": ""}
N = 5
"""Conformers or poses of a run."""
FOLDER = Path(__file__).parent


@cache
def stored(kind: str) -> dict[str, np.ndarray]:
    """The arrays of a file of this folder. Shared: do not change them."""
    with np.load(FOLDER / f"{kind}.npz", allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def molecule(name: str) -> Chem.Mol:
    """One of MOLECULES with explicit hydrogens, without conformers."""
    return enumerate_stereo(prepare_molecule(Chem.MolFromSmiles(MOLECULES[name])), "one")[0][0]


def generated(name: str, seed: int = 0) -> Chem.Mol:
    """Conformers as a user gets them."""
    return generate_conformers(MOLECULES[name], N, seed=seed)


def conformers(name: str, seed: int = 0) -> np.ndarray:
    """Their heavy atoms, float32 [k, n, 3], Angstrom."""
    return heavy(generated(name, seed))


def heavy(mol: Chem.Mol) -> np.ndarray:
    positions = np.array([conformer.GetPositions() for conformer in mol.GetConformers()])
    return positions[:, heavy_atoms(mol)].astype(np.float32)


def ligand(code: str) -> Chem.Mol:
    """The ligand of one of COMPLEXES as a user gives it."""
    if COMPLEXES[code]:
        return Chem.MolFromSmiles(COMPLEXES[code])
    mol = Chem.Mol(Chem.SDMolSupplier(str(ligand_path(code)))[0])
    mol.RemoveAllConformers()
    return mol


def charged_ligand(code: str) -> Chem.Mol:
    """The same protonated and with explicit hydrogens, as it is docked; nothing is embedded."""
    mol = prepare_molecule(protonate(prepare_molecule(ligand(code)), 7.4)[0])
    return enumerate_stereo(mol, "one")[0][0]


def site(code: str) -> Site:
    """Around the ligand of the crystal."""
    return sites_of(protein_of(code), str(ligand_path(code))).searched[0]


def docking(code: str, seed: int = 0) -> DockingResult:
    """A docking run as a user gets it."""
    config = DockConfig(n=N, seed=seed, effort="quick", steps=10)
    return dock_prepared([site(code)], prepare_ligand(ligand(code), config), config)


def docked(code: str, seed: int = 0) -> np.ndarray:
    """Heavy atoms of the ranked poses, float32 [k, n, 3], Angstrom."""
    return heavy(docking(code, seed).mol)


def with_positions(mol: Chem.Mol, positions: np.ndarray) -> Chem.Mol:
    """The heavy atoms of a molecule with conformers [k, n, 3], Angstrom."""
    bare = Chem.RemoveAllHs(mol)
    bare.RemoveAllConformers()
    for structure in positions.tolist():
        conformer = Chem.Conformer(bare.GetNumAtoms())
        for index, point in enumerate(structure):
            conformer.SetAtomPosition(index, Point3D(*point))
        bare.AddConformer(conformer, assignId=True)
    return bare


def distance_to(found: Chem.Mol, reference: Chem.Mol) -> float:
    """Mean over the reference conformers of the RMSD to the nearest conformer that was found, Angstrom."""
    return float(best_rmsds(found, reference).min(1).mean())


def pose_distance(found: Chem.Mol, reference: Chem.Mol, pose: int = 0) -> float:
    """Symmetric RMSD of a pose that was found to the first of the reference where they are, Angstrom."""
    matches = pose_matches(reference, found)
    return pose_rmsd_matrix(heavy(reference)[:1], heavy(found)[[pose]], matches.permutations).item()


def turn(first: np.ndarray, second: np.ndarray) -> float:
    """Largest difference of two sets of angles, radian."""
    difference = (first.astype(float) - second + np.pi) % (2 * np.pi) - np.pi
    return float(np.abs(difference).max(initial=0.0))


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """Largest difference of two arrays, relative to the root mean square of the second; infinite if shapes differ."""
    if first.shape != second.shape:
        return float("inf")
    scale = np.sqrt(np.square(second, dtype=float).mean()) if second.size else 1.0
    return float(np.abs(first.astype(float) - second).max(initial=0.0) / scale)


def rmsd(first: np.ndarray, second: np.ndarray) -> float:
    """Largest RMSD of conformers or poses in order, [k, n, 3] each, where they are; infinite if the numbers differ."""
    if first.shape != second.shape:
        return float("inf")
    return float(np.sqrt(((first.astype(float) - second) ** 2).sum(-1).mean(-1)).max())
