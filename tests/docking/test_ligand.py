"""Ligands made ready for docking, and poses of all atoms built from those of the heavy ones."""

import functools

import numpy as np
import pytest
import torch
from rdkit import Chem
from small_molecules import embedded
from small_receptors import poses_first, poses_last
from torch import Tensor

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.molecules.positions import with_conformers
from molgen.docking.ligand import Ligand, ligand_of
from molgen.docking.pose_records import all_atom_poses, strain
from molgen.geometry.rotations import random_rotation
from molgen.metrics.stereo import stereo_mask
from molgen.physics.torsion_tree import move

SMILES = {
    "a drug": "C[C@H](N)C(=O)N[C@@H](Cc1ccccc1)C(=O)OC",
    "a double bond": "OC/C=C\\CO",
    "rings": "O=C(N1CCOCC1)[C@@H]1CCCC[C@H]1O",
    "a phenol": "Oc1ccccc1",
    "an alkyne": "OCC#CCO",
    "linear": "CC#N",
    "two atoms": "CO",
    "methane": "C",
    "ammonia": "N",
    "a macrocycle": "C1CCCCCCCCCCC1",
}


@functools.cache
def ligand(smiles: str) -> Ligand:
    return ligand_of(Chem.AddHs(Chem.MolFromSmiles(smiles)))


def moved(own: Ligand, count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Templates [count] and poses [count, n, 3] far from the origin, with other torsions."""
    rng = torch.Generator().manual_seed(seed)
    template = torch.randint(len(own.templates), (count,), generator=rng)
    motion = torch.randn(own.tree.freedom, count, generator=rng) * 2
    motion[:3] += 30
    return template, poses_first(move(own.tree, poses_last(own.templates[template]), motion))


@pytest.mark.parametrize("smiles", SMILES.values(), ids=SMILES.keys())
def test_poses_of_all_atoms_lie_over_the_heavy_atoms(smiles: str) -> None:
    own = ligand(smiles)
    template, positions = moved(own, 12)
    full = all_atom_poses(own, template, positions)
    assert full.shape == (12, own.mol.GetNumAtoms(), 3)
    # next to a straight chain the torsion is not the whole of the motion: the chain bends a little
    limit = 0.15 if "#" in smiles else 2e-3
    assert np.abs(full[:, own.heavy] - positions.numpy()).max() < limit


@pytest.mark.parametrize("smiles", SMILES.values(), ids=SMILES.keys())
def test_poses_of_all_atoms_keep_bonds_angles_and_stereo(smiles: str) -> None:
    own = ligand(smiles)
    template, positions = moved(own, 12)
    full = all_atom_poses(own, template, positions)
    local = np.array([c.GetPositions() for c in own.mol.GetConformers()])[template]
    steps = Chem.GetDistanceMatrix(own.mol)
    first, second = np.nonzero((steps == 1) | (steps == 2))  # bonds, and ends of angles
    lengths = [np.linalg.norm(x[:, first] - x[:, second], axis=-1) for x in (local, full)]
    limit = 0.05 if smiles == SMILES["an alkyne"] else 1e-6
    assert np.abs(lengths[1] - lengths[0]).max() < limit
    assert stereo_mask(own.mol, with_conformers(own.mol, full)).all()


def test_bonds_are_those_of_the_template_conformer_even_when_the_search_has_stretched_them() -> None:
    own = ligand(SMILES["a drug"])
    template, positions = moved(own, 5)
    worn = positions + 0.02 * torch.randn(positions.shape, generator=torch.Generator().manual_seed(0))
    full = all_atom_poses(own, template, worn)
    local = np.array([c.GetPositions() for c in own.mol.GetConformers()])[template]
    bonds = np.array([(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in own.mol.GetBonds()]).T
    lengths = [np.linalg.norm(x[:, bonds[0]] - x[:, bonds[1]], axis=-1) for x in (local, full)]
    assert np.abs(lengths[1] - lengths[0]).max() < 1e-6
    assert np.abs(full[:, own.heavy] - worn.numpy()).max() < 0.3


def test_a_template_conformer_laid_on_itself_stays() -> None:
    own = ligand(SMILES["rings"])
    everything = torch.arange(len(own.templates))
    local = np.array([c.GetPositions() for c in own.mol.GetConformers()])
    assert np.abs(all_atom_poses(own, everything, own.templates) - local).max() < 1e-4


def test_turning_the_heavy_atoms_turns_the_hydrogens() -> None:
    own = ligand(SMILES["a phenol"])
    rotation = random_rotation((1,), torch.Generator().manual_seed(0))[0]
    everything = torch.arange(len(own.templates))
    here = all_atom_poses(own, everything, own.templates)
    there = all_atom_poses(own, everything, own.templates @ rotation.T + 3.0)
    assert np.abs(there - (here @ rotation.double().numpy().T + 3.0)).max() < 1e-4


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


def test_strain_is_low_for_a_template_conformer_and_high_for_a_clash() -> None:
    own = ligand("CCCCO")
    local = np.array([c.GetPositions() for c in own.mol.GetConformers()])
    bad = local[:1].copy()
    bad[0, 0] = bad[0, 3] + [0.3, 0, 0]  # one carbon on top of another
    values = strain(own, np.concatenate([local, bad]))
    assert (values >= 0).all()
    assert values[:-1].max() < 5
    assert values[-1] > 10
