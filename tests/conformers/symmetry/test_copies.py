"""Copies of a conformer by symmetries that are too many to look at, or that a Kekule form hides."""

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.conformers.selection.distinct import symmetric_distances
from molgen.conformers.symmetry.atom_classes import atom_classes, rarest_path
from molgen.conformers.symmetry.copies import lowered_for_copies
from molgen.geometry.rotations import random_rotation
from molgen.metrics.rmsd import rmsd_among, rmsd_matrix
from molgen.metrics.symmetry import automorphisms

SILANE = "CC(C)(C)[Si](C(C)(C)C)(C(C)(C)C)C(C)(C)C"
GROUPS = ((1, 0, 2, 3), (5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16))
"""The tert-butyl groups of the silane, each with its central atom first."""


def embedded(smiles: str) -> tuple[Chem.Mol, np.ndarray]:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMolecule(mol, randomSeed=3)
    return mol, mol.GetConformer().GetPositions()[heavy_atoms(mol)]


def renamed(positions: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The silane turned in space, with its tert-butyl groups and their methyls exchanged at random."""
    order = np.arange(len(positions))
    for group, other in zip(GROUPS, rng.permutation(GROUPS), strict=True):
        order[list(group)] = [other[0], *rng.permutation(other[1:])]
    rotation = random_rotation((), torch.Generator().manual_seed(1), dtype=torch.float64).numpy()
    return positions[order] @ rotation.T


def test_copies_by_one_of_many_symmetries_have_no_distance():
    mol, positions = embedded(SILANE)
    heavy = np.stack([positions, *(renamed(positions, np.random.default_rng(seed)) for seed in range(3))])
    known = automorphisms(mol, 64)
    before = rmsd_matrix(heavy, heavy, known.permutations).numpy()
    assert before[0, 1:].min() > 0.5
    np.testing.assert_allclose(lowered_for_copies(mol, heavy, before, known, 0.2), 0.0, atol=1e-6)


def test_mirror_images_and_other_conformers_stay_apart():
    mol, positions = embedded(SILANE)
    rng = np.random.default_rng(0)
    moved = positions + rng.normal(scale=0.5, size=positions.shape)
    heavy = np.stack([moved, moved * [1.0, 1.0, -1.0], positions])
    known = automorphisms(mol, 64)
    before = rmsd_among(heavy, known.permutations).numpy()
    np.testing.assert_allclose(lowered_for_copies(mol, heavy, before, known, 0.2), before, atol=1e-9)


def test_another_kekule_form_is_no_other_conformer():
    """The tub of cyclooctatetraene with its bonds numbered one on."""
    mol, positions = embedded("C1=CC=CC=CC=C1")
    mol.GetConformer().SetPositions(np.concatenate([positions, mol.GetConformer().GetPositions()[8:]]))
    rolled = mol.GetConformer().GetPositions()
    rolled[:8] = np.roll(positions, 1, axis=0)
    both = np.stack([mol.GetConformer().GetPositions(), rolled])
    known = automorphisms(mol, 64)
    assert rmsd_matrix(both[:, :8], both[:, :8], known.permutations).numpy()[0, 1] > 0.05
    assert symmetric_distances(mol, both)[0, 1] == pytest.approx(0.0, abs=1e-6)


def test_classes_tell_hydrogens_and_neighbors_apart_but_not_bonds():
    classes = atom_classes(Chem.MolFromSmiles("CC(=O)O"))
    assert len(set(classes)) == 4
    assert len(set(atom_classes(Chem.MolFromSmiles("C1=CC=CC=CC=C1")))) == 1
    assert len(set(atom_classes(Chem.MolFromSmiles("Cc1ccccc1")))) == 5


def test_a_path_that_few_are_like_is_found_and_a_straight_molecule_has_none():
    mol, positions = embedded(SILANE)
    path, alike = rarest_path(mol, atom_classes(mol), positions)
    assert len(path) == 3
    assert alike.shape == (12, 3)
    mol, positions = embedded("CC#CC")
    assert not len(rarest_path(mol, atom_classes(mol), positions)[0])
