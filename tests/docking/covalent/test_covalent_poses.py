"""Poses of covalent ligands: the geometry of the bond is exact, whatever the search did."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from peptides import peptide
from rdkit import Chem

from molgen.docking.covalent.placing import placed
from molgen.docking.dock import energy_of
from molgen.docking.ligand import prepare_variants
from molgen.docking.poses.records import all_atom_poses
from molgen.docking.records import config_of
from molgen.docking.search import EFFORT, random_starts, search
from molgen.docking.site import sites_of

CASES = [
    ("A:CYS:3", "C=CC(=O)NC", 1.82, (98, 106)),
    ("A:CYS:3", "CC(=O)NCC#N", 1.76, (97, 106)),
    ("A:SER:5", "OB(O)c1ccccc1", 1.48, (105, 125)),
    ("A:LYS:10", "C=CC(=O)NC", 1.47, (106, 116)),
    ("A:HIS:8", "C=CC(=O)NC", 1.46, (120, 133)),
    ("A:TYR:12", "O=S(=O)(F)c1ccccc1", 1.62, (112, 128)),
]


def angle(a, b, c):
    u, v = a - b, c - b
    cosine = (u * v).sum(-1) / np.linalg.norm(u, axis=-1) / np.linalg.norm(v, axis=-1)
    return np.degrees(np.arccos(cosine))


def searched(tmp_path, bond: str, smiles: str):
    """The adduct on its residue, its poses of all atoms after a short search, and the site."""
    config = config_of(covalent=bond)
    site = sites_of(peptide(tmp_path), "auto", covalent=bond).searched[0]
    ligand = prepare_variants(Chem.MolFromSmiles(smiles), config)[0].ligand
    ligand, _ = placed(ligand, [site.bond])
    few = replace(EFFORT["quick"], starts=24, chains=8, rounds=3)
    minima = search(energy_of(site, ligand), ligand.templates, few, 0).minima
    return ligand, all_atom_poses(ligand, minima.template, minima.positions.permute(2, 0, 1)), minima, site


@pytest.mark.parametrize(("bond", "smiles", "length", "between"), CASES)
def test_bond_length_and_angle_are_right_after_a_search(tmp_path, bond, smiles, length, between):
    ligand, poses, minima, site = searched(tmp_path, bond, smiles)
    bonding = ligand.bonding
    own = ligand.heavy[bonding.n_ligand :]
    reacting, attached = ligand.heavy[bonding.reacting], bonding.attached
    assert np.abs(poses[:, own] - site.bond.positions).max() < 1e-9  # the residue has not moved
    lengths = np.linalg.norm(poses[:, attached] - poses[:, reacting], axis=1)
    assert np.abs(lengths - length).max() < 0.06
    template = np.array([c.GetPositions() for c in ligand.mol.GetConformers()])[minima.template]
    exact = np.linalg.norm(template[:, attached] - template[:, reacting], axis=1)
    assert np.abs(lengths - exact).max() < 1e-6
    neighbors = [n.GetIdx() for n in ligand.mol.GetAtomWithIdx(int(reacting)).GetNeighbors()]
    before = next(n for n in neighbors if n in own)
    angles = angle(poses[:, before], poses[:, reacting], poses[:, attached])
    assert between[0] < angles.min()
    assert angles.max() < between[1]


def test_the_torsions_about_the_bond_turn(tmp_path):
    config = config_of(covalent="A:CYS:3")
    site = sites_of(peptide(tmp_path), "auto", covalent="A:CYS:3").searched[0]
    ligand, _ = placed(prepare_variants(Chem.MolFromSmiles("C=CC(=O)NC"), config)[0].ligand, [site.bond])
    axes = {frozenset(pair) for pair in ligand.graph.torsions[:, 1:3].tolist()}
    n, attached = ligand.bonding.n_ligand, ligand.bonding.attached
    assert {frozenset((n + 1, n + 2)), frozenset((n + 2, attached))} <= axes  # CB-SG and SG-C
    assert not ligand.graph.moving[:, n].any()  # CA stays
    starts = random_starts(energy_of(site, ligand), ligand.templates, 64, torch.Generator().manual_seed(0))
    spread = starts.positions[:n].std(2).norm(dim=1)
    assert float(starts.positions[n:].std(2).max()) < 1e-6
    assert float(spread.min()) > 0.3


def test_bonded_neighbors_do_not_count_as_contacts(tmp_path):
    _, poses, minima, _ = searched(tmp_path, "A:CYS:3", "C=CC(=O)NC")
    assert float(minima.energies.min()) < 0.0
    assert np.isfinite(poses).all()


def test_a_covalent_ligand_keeps_the_drawn_stereo_and_gets_all_of_the_new(tmp_path):
    config = config_of(covalent="A:CYS:3")
    variants = prepare_variants(Chem.MolFromSmiles("C[C@H](F)/C=C/C(=O)NC"), config)
    labels = []
    for variant in variants:
        mol = variant.ligand.own_mol
        Chem.AssignStereochemistryFrom3D(mol)
        labels.append(dict(Chem.FindMolChiralCenters(mol, useLegacyImplementation=False)))
    assert len(variants) == 2
    assert labels[0][1] == labels[1][1]
    assert any("2 isomers are docked" in note for note in variants[0].notes)
