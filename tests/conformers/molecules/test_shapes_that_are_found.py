"""Shapes that conformers of a kind must have: internal hydrogen bonds, chairs, cis lactams, planar amides, cages."""

import numpy as np
import pytest
from generated import assert_sound_geometry, uniform
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers, rdMolTransforms
from small_molecules import embedded

from molgen.conformers import samples
from molgen.sampling.guards import MoleculeWarning


def torsions(mol: Chem.Mol, smarts: str) -> np.ndarray:
    """Degrees [conformers, matches] of the four atoms of a pattern."""
    found = mol.GetSubstructMatches(Chem.MolFromSmarts(smarts))
    assert found
    return np.array([[rdMolTransforms.GetDihedralDeg(c, *match) for match in found] for c in mol.GetConformers()])


def is_chair(mol: Chem.Mol, ring: tuple[int, ...]) -> np.ndarray:
    """Of each conformer, whether the torsions of a ring of six alternate and are large."""
    around = [[ring[(k + j) % 6] for j in range(4)] for k in range(6)]
    angles = np.array([[rdMolTransforms.GetDihedralDeg(c, *four) for four in around] for c in mol.GetConformers()])
    return np.abs((angles * [1, -1, 1, -1, 1, -1] / 55).clip(-1, 1).sum(1)) > 5


def saturated_ring(mol: Chem.Mol) -> tuple[int, ...]:
    """The only ring without aromatic atoms."""
    (ring,) = (r for r in mol.GetRingInfo().AtomRings() if not any(mol.GetAtomWithIdx(a).GetIsAromatic() for a in r))
    return ring


@pytest.mark.filterwarnings("ignore:stereo of")
@pytest.mark.parametrize("smiles", ["C[C@H]1OC(O)C[C@@H](O)[C@@H]1O", "Oc1cccnc1C(C)=O", "NCCCS"])
def test_the_lowest_of_all_hydrogen_positions_is_among_the_conformers(smiles):
    mol = uniform(smiles, 10, templates=6)
    isomer = Chem.MolToSmiles(Chem.RemoveHs(mol))
    reference = Chem.Mol(embedded(isomer, 20))
    energies = [
        min(energy for _, energy in rdForceFieldHelpers.MMFFOptimizeMoleculeConfs(x, 1, 1000, mmffVariant="MMFF94s"))
        for x in (reference, Chem.Mol(mol))
    ]
    assert energies[1] < energies[0] + 0.1


def test_a_diol_is_gauche_with_its_hydroxyls_facing():
    mol = uniform("OCC(C)(C)O", 20)
    assert (np.abs(torsions(mol, "OCCO")) < 80).any()
    hydrogens, oxygens = ([m[0] for m in mol.GetSubstructMatches(Chem.MolFromSmarts(s))] for s in ("[#1]O", "[OX2]"))
    apart = np.linalg.norm(mol.positions[:, hydrogens, None] - mol.positions[:, None, oxygens], axis=-1)
    assert apart[apart > 1.2].min() < 2.6


@pytest.mark.parametrize("smiles", ["CC(C)(C)[C@H]1CC[C@@H](CC1)C(C)C", "O=C(CC)N1CCN(c2ccccc2)CC1"])
def test_a_ring_is_a_chair_under_a_short_limit_too(smiles):
    mol = uniform(smiles, 8, templates=6, timeout=5.0)
    assert is_chair(mol, saturated_ring(mol)).any()


def test_fewer_template_conformers_than_wanted_are_said(monkeypatch):
    original = samples.template_conformers
    monkeypatch.setattr(samples, "template_conformers", lambda mol, count, **given: original(mol, 1, **given))
    with pytest.warns(MoleculeWarning, match="1 of 4 template conformers were made"):
        uniform("CCN1CCN(C)CC1", 4, templates=4)


def test_a_medium_lactam_is_cis_in_its_lowest_conformer():
    mol = uniform("O=C1CCCC(C)(C)CCN1", 12, templates=6, sort="energy")
    across = np.abs(torsions(mol, "[#6;R]N[C;R]=O")[:, 0])  # to the oxygen: 180 where the ring is cis
    assert across[0] > 140


@pytest.mark.slow
def test_amides_of_a_macrocycle_are_planar():
    mol = uniform("C[C@@H]1N(C)C(=O)CCNC(=O)CCCCc2cccc(c2)NC(=O)CC1", 8, templates=8)
    twist = torsions(mol, "[#6;R]-@[$(C=O)]-@[NX3]-@[#6]")
    assert np.minimum(np.abs(twist), 180 - np.abs(twist)).max() < 20


@pytest.mark.parametrize("smiles", ["C1Cc2cccc(c2)CCc2cccc1c2", "C12C3C4C5C1C6C7C2C8C3C9C4C1C5C6C2C7C8C9C12"])
def test_strained_cages_are_embedded(smiles):
    mol = uniform(smiles, 2)
    assert mol.GetNumConformers()
    assert_sound_geometry(mol)


@pytest.mark.parametrize("smiles", ["FS(F)(F)(F)(F)c1ccc(Cl)cc1", "F[As-](F)(F)(F)(F)F"])
def test_hypervalent_groups_come_once_and_say_how_they_were_relaxed(smiles, capfd):
    mol = uniform(smiles, 20)
    assert mol.GetNumConformers() == 1
    assert "octahedral" in str(mol.energy_method)
    assert capfd.readouterr() == ("", "")
