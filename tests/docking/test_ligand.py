"""Ligands made ready for docking, and poses of all atoms built from those of the heavy ones."""

import numpy as np
import pytest
import torch
from rdkit import Chem
from small_ligands import SMILES, ligand
from small_molecules import embedded

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.docking.ligand import ligand_of
from molgen.metrics.stereo import stereo_mask


@pytest.mark.parametrize("smiles", SMILES.values(), ids=SMILES.keys())
def test_the_parts_of_a_ligand_fit_together(smiles: str) -> None:
    own = ligand(smiles)
    n = len(own.heavy)
    assert own.templates.shape[1:] == (n, 3)
    assert len(own.templates) == own.mol.GetNumConformers()
    assert own.graph.n_atoms == n == len(own.classes.index) == len(own.tree.fragment)
    assert stereo_mask(own.mol, own.mol).all()


def test_rings_get_more_template_conformers_than_chains() -> None:
    counts = [len(ligand(s).templates) for s in ("Oc1ccccc1", SMILES["rings"], SMILES["a macrocycle"])]
    assert counts[0] <= 6
    assert counts[0] < counts[1] <= 10
    assert counts[1] < counts[2] <= 24


def test_the_seed_decides_the_template_conformers() -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles(SMILES["a phenol"]))
    assert torch.equal(ligand_of(mol, seed=3).templates, ligand_of(mol, seed=3).templates)
    first, other = ligand_of(mol, seed=3).templates, ligand_of(mol, seed=4).templates
    assert first.shape != other.shape or not torch.allclose(first, other)


def test_a_conformer_can_be_the_only_template_conformer() -> None:
    mol = embedded("CC1CCCCC1O")
    own = ligand_of(mol, keep_conformer=True)
    assert own.templates.shape[0] == 1
    expected = mol.GetConformer().GetPositions()[heavy_atoms(mol)]
    assert np.allclose(own.templates[0].numpy(), expected, atol=1e-5)


def test_the_ligand_given_is_not_changed() -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles("CCO"))
    ligand_of(mol)
    assert mol.GetNumConformers() == 0
