"""Conformers that lead to one minimum are represented by the lowest of them."""

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.conformers.symmetry.leaders import leaders


def test_near_conformers_of_like_energy_follow_the_lowest():
    mol = Chem.AddHs(Chem.MolFromSmiles("CCCCO"))
    rdDistGeom.EmbedMultipleConfs(mol, 2, randomSeed=3)
    first, other = (conformer.GetPositions() for conformer in mol.GetConformers())
    shaken = first + 0.01 * np.random.default_rng(0).normal(size=first.shape)
    positions = np.stack([first, other, shaken, shaken + 5.0, first])
    energies = np.array([1.0, 1.1, 0.9, 1.05, 3.0])
    assert leaders(mol, positions, energies, 0.1, 0.5).tolist() == [
        2,
        1,
        2,
        2,
        4,
    ]


def test_without_energies_each_stands_for_itself():
    mol = Chem.AddHs(Chem.MolFromSmiles("CCO"))
    positions = np.zeros((3, mol.GetNumAtoms(), 3))
    assert leaders(mol, positions, np.full(3, np.nan), 0.1, 0.5).tolist() == [0, 1, 2]


def test_a_copy_by_a_symmetry_follows_where_symmetries_are_looked_at():
    mol = Chem.AddHs(Chem.MolFromSmiles("OCC(C)(C)F"))
    rdDistGeom.EmbedMolecule(mol, randomSeed=3)
    first = mol.GetConformer().GetPositions()
    swapped = first.copy()
    swapped[[3, 4]] = first[[4, 3]]  # both methyl groups
    positions, energies = np.stack([first, swapped]), np.array([1.0, 1.0])
    assert leaders(mol, positions, energies, 0.1, 0.5).tolist() == [0, 1]
    assert leaders(mol, positions, energies, 0.1, 0.5, symmetric=True).tolist() == [0, 0]
    many = np.repeat(positions, 200, axis=0)  # too many to compare in every order
    assert set(leaders(mol, many, np.ones(400), 0.1, 0.5, symmetric=True).tolist()) == {0, 200}
