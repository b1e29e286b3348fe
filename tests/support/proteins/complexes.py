"""The crystal complexes that PoseBusters comes with: proteins, ligands in their pockets, and sites shared by tests."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein
from molgen.docking.dock import dock_prepared
from molgen.docking.ligand import prepare_ligand
from molgen.docking.records import DockConfig, DockingResult
from molgen.docking.restraints import Anchor
from molgen.docking.site import Site, sites_of
from molgen.physics.vina import common_classes

CODES = ("1ia1", "1of6", "1s3v", "1uou")
TYROSINE = "N[C@@H](Cc1ccc(O)cc1)C(=O)O"  # the ligand of 1of6
CHAIN_A = "ligand:TQ3:A:194"  # the copy of the ligand of 1ia1 that is still in the file
INHIBITOR = "Nc1nc(N)c2c(Sc3ccccc3)cccc2n1"  # the ligand of 1ia1, TQ3 in the file
PHYSICS = {"proposals": "random", "rank": "energy"}
"""Options where neither proposals nor the confidence are the subject: a third of the time."""


def folder(code: str) -> Path:
    spec = find_spec("posebusters")
    if spec is None or spec.origin is None:
        pytest.skip("posebusters, which has the complexes, is not installed")
    return Path(spec.origin).parent / "datasets" / "pdb" / code


def protein_path(code: str) -> Path:
    return folder(code) / f"{code}_protein_one_lig_removed.pdb"


def ligand_path(code: str) -> Path:
    """The ligand that was taken out of the protein file, where it lay."""
    return folder(code) / f"{code}_ligand.sdf"


@lru_cache
def protein_of(code: str) -> Protein:
    return read_protein(protein_path(code))


@lru_cache
def ligand_of_file(code: str) -> Chem.Mol:
    """The crystal pose, heavy atoms. Shared: do not change it."""
    return Chem.SDMolSupplier(str(ligand_path(code)))[0]


def crystal_ligand(code: str) -> Chem.Mol:
    """The crystal pose with its hydrogens, a copy of one's own."""
    return Chem.MolFromMolFile(str(ligand_path(code)), removeHs=False)


@lru_cache
def site_in(code: str, pocket: str = "") -> Site:
    """The site of the crystal ligand, or another, with the maps of organic ligands."""
    return sites_of(protein_of(code), pocket or str(ligand_path(code))).searched[0].with_maps(common_classes())


def docked(
    code: str, smiles: str | Chem.Mol, *, pocket: str = "", anchors: Sequence[Anchor] = (), core=None, **options
) -> DockingResult:
    """A quick docking into the site of the crystal ligand, the crystal pose as reference."""
    config = DockConfig(**{"effort": "quick", **options})
    mol = Chem.MolFromSmiles(smiles) if isinstance(smiles, str) else smiles
    prepared = prepare_ligand(mol, config)
    return dock_prepared(
        [site_in(code, pocket)], prepared, config, anchors=anchors, core=core, reference=ligand_of_file(code)
    )


def all_positions(result: DockingResult) -> np.ndarray:
    """Poses of all atoms, float64 [B, atoms, 3], Angstrom."""
    return np.array([conformer.GetPositions() for conformer in result.mol.GetConformers()])


def heavy_poses(mol: Chem.Mol) -> np.ndarray:
    """Poses of the heavy atoms of all conformers, float64 [B, n, 3], Angstrom."""
    heavy = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
    return np.array([conformer.GetPositions()[heavy] for conformer in mol.GetConformers()])
