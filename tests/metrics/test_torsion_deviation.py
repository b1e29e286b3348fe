"""Torsion fingerprint deviations against RDKit, and their symmetry."""

import math

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import TorsionFingerprints, rdMolTransforms
from small_molecules import embedded

from molgen.metrics import matched_torsions, torsion_angles, torsion_deviations


@pytest.mark.parametrize(
    "smiles", ["CCCCO", "CC(=O)Oc1ccccc1C(=O)OC", "OCC1CCCN(C1)C(=O)c1ccsc1", "CC(C)C[C@H](N)C(=O)NCC#N"]
)
def test_agrees_with_rdkit_where_no_symmetry_moves_a_torsion(smiles: str) -> None:
    mol = Chem.RemoveAllHs(embedded(smiles, 4))
    ids = [conformer.GetId() for conformer in mol.GetConformers()]
    theirs = np.reshape(TorsionFingerprints.GetTFDBetweenConformers(mol, ids, ids), (4, 4))
    assert torsion_deviations(mol, mol) == pytest.approx(theirs, abs=1e-6)


def test_atom_order_and_hydrogens_do_not_matter() -> None:
    mol = embedded("OCC1CCCN(C1)C(=O)c1ccsc1", 3)
    order = np.random.default_rng(0).permutation(mol.GetNumAtoms()).tolist()
    shuffled = Chem.RemoveAllHs(Chem.RenumberAtoms(mol, order))
    assert torsion_deviations(shuffled, mol) == pytest.approx(torsion_deviations(mol, mol), abs=1e-6)


def test_swapping_the_equal_ends_of_a_molecule_costs_nothing() -> None:
    mol = embedded("OCCCSCCCO", 1)
    swapped = Chem.RenumberAtoms(mol, [*range(8, -1, -1), *range(9, mol.GetNumAtoms())])
    assert torsion_deviations(swapped, mol).item() < 1e-6
    plain = Chem.Mol(mol)  # as if nobody knew that the ends are equal
    heavy = plain.GetConformer().GetPositions()
    heavy[:9] = heavy[8::-1]
    plain.GetConformer().SetPositions(heavy)
    bare = [Chem.RemoveAllHs(one) for one in (plain, mol)]
    bare[0].AddConformer(bare[1].GetConformer(), assignId=True)
    assert TorsionFingerprints.GetTFDBetweenConformers(bare[0], [0], [1])[0] > 1e-3


def test_turning_one_bond_is_seen_in_that_torsion_only() -> None:
    mol = embedded("CCCCO", 1)
    turned = Chem.Mol(mol)
    before = rdMolTransforms.GetDihedralRad(mol.GetConformer(), 0, 1, 2, 3)
    rdMolTransforms.SetDihedralRad(turned.GetConformer(), 0, 1, 2, 3, before + 0.5)
    change = torsion_angles(turned).angles - torsion_angles(mol).angles
    change = np.abs((change + math.pi) % (2 * math.pi) - math.pi)
    assert sorted(change.ravel()) == pytest.approx([0.0, 0.5], abs=1e-3)
    assert torsion_angles(mol).labels[int(change.argmax())] in ("C1-C2-C3-C4", "C4-C3-C2-C1")
    assert 0 < torsion_deviations(turned, mol).item() < 0.5 / math.pi


def test_torsions_of_a_reference_follow_its_atoms() -> None:
    mol = embedded("OCCC(=O)NC", 2)
    order = np.random.default_rng(1).permutation(mol.GetNumAtoms()).tolist()
    found = matched_torsions(mol, Chem.RenumberAtoms(mol, order))
    assert found == pytest.approx(torsion_angles(mol).angles, abs=1e-6)


@pytest.mark.parametrize("smiles", ["CC", "CCO", "C"])
def test_a_molecule_without_torsions_has_no_deviation(smiles: str) -> None:
    mol = embedded(smiles, 1)
    assert np.isnan(torsion_deviations(mol, mol)).all()
    assert torsion_angles(mol).angles.shape == (1, 0)
