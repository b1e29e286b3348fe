"""Ranked poses as records: all atoms, strain, score, RMSD."""

import numpy as np
import pytest
import torch
from complexes import PHYSICS, docked, ligand_of_file
from rdkit import Chem
from small_ligands import SMILES, ligand
from small_receptors import poses_first, poses_last
from torch import Tensor

from molgen.chem.molecules.positions import with_conformers
from molgen.docking.ligand import Ligand
from molgen.docking.poses.records import all_atom_poses, strain
from molgen.docking.records import DockingResult, Pose
from molgen.geometry.rotations import random_rotation
from molgen.metrics.stereo import stereo_mask
from molgen.physics.torsion_tree import move


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


def test_strain_is_low_for_a_template_conformer_and_high_for_a_clash() -> None:
    own = ligand("CCCCO")
    local = np.array([c.GetPositions() for c in own.mol.GetConformers()])
    bad = local[:1].copy()
    bad[0, 0] = bad[0, 3] + [0.3, 0, 0]  # one carbon on top of another
    values = strain(own, np.concatenate([local, bad]))
    assert (values >= 0).all()
    assert values[:-1].max() < 5
    assert values[-1] > 10


def test_the_rmsd_of_a_pose_is_that_of_its_conformer(tyrosine: DockingResult) -> None:

    crystal = ligand_of_file("1of6")
    order = crystal.GetSubstructMatch(Chem.MolFromSmarts("NC(Cc1ccc(O)cc1)C(~O)~O"))
    at_crystal = crystal.GetConformer().GetPositions()[list(order)]
    query = Chem.MolFromSmarts("[#7]C(Cc1ccc([#8])cc1)C(~[#8])~[#8]")
    for pose in tyrosine.poses:
        positions = tyrosine.mol.GetConformer(pose.conformer).GetPositions()
        found = tyrosine.mol.GetSubstructMatches(query, uniquify=False)
        least = min(np.sqrt(((positions[list(match)] - at_crystal) ** 2).sum(1).mean()) for match in found)
        assert pose.rmsd == pytest.approx(least, abs=1e-3)


def test_poses_are_ranked_by_confidence(inhibitor: DockingResult) -> None:
    scores = [pose.confidence for pose in inhibitor.poses]
    assert len(scores) > 3
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)
    assert [pose.rank for pose in inhibitor.poses] == list(range(1, len(scores) + 1))
    assert [pose.conformer for pose in inhibitor.poses] == list(range(inhibitor.mol.GetNumConformers()))


def total(pose: Pose) -> float:
    """What poses are minimized and ranked by, kcal/mol."""
    return pose.intermolecular + pose.intramolecular + pose.torsional


def test_without_the_confidence_poses_are_ranked_by_energy(searched: DockingResult, inhibitor: DockingResult) -> None:
    scores = [pose.score for pose in searched.poses]
    energies = [total(pose) for pose in searched.poses]
    assert energies == sorted(energies)
    assert all(pose.torsional >= 0 for pose in searched.poses)
    assert any(pose.torsional > 0 for pose in searched.poses)
    assert {pose.confidence for pose in searched.poses} == {None}
    assert scores[0] <= min(pose.score for pose in inhibitor.poses) + 0.1


def test_a_score_adds_up(inhibitor: DockingResult) -> None:
    """Equation 1 and the rotor term of Trott and Olson; two bonds turn, and two amino groups by half each."""
    first = min(inhibitor.poses, key=total).intramolecular
    for pose in inhibitor.poses:
        assert sum(pose.terms.values()) == pytest.approx(pose.intermolecular, abs=0.02)
        whole = pose.intermolecular + pose.intramolecular - first
        assert pose.score == pytest.approx(whole / (1 + 0.05846 * 3), abs=1e-3)


def test_a_reference_of_another_molecule_gives_no_rmsd() -> None:
    result = docked("1of6", "Oc1ccccc1", n=1, **PHYSICS)
    assert result.poses[0].rmsd is None
