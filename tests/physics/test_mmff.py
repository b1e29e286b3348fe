"""MMFF94s of many conformers at once: RDKit's energies, exact gradients, independence of the batch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.chem.atom_types.mmff_terms import mmff_terms
from molgen.chem.molecules.force_field import minimize_conformers
from molgen.physics.mmff import MMFFEnergy

MOLECULES = [
    "CC(=O)Nc1ccc(C#N)cc1S(N)(=O)=O",
    "C#CCOC(=O)c1ccccc1[N+](=O)[O-]",
    "C1CC1C2CCC2",
    "N[C@@H](CO)C(=O)[O-]",
    "[NH3+]CCSSCP(=O)(O)O",
    "FC(Cl)(Br)CI",
    "CN=C=S",
    "O=c1cc[nH]c2ccoc12",
    "C[n+]1csc(C=[N+]=[N-])c1",
    "O",
    "C[N+](C)(C)CC#CC=O",
]


def conformers(smiles: str, count: int = 4, shake: float = 0.05) -> Chem.Mol:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMultipleConfs(mol, count, randomSeed=7)
    rng = np.random.default_rng(0)
    for conformer in mol.GetConformers():
        conformer.SetPositions(conformer.GetPositions() + shake * rng.normal(size=(mol.GetNumAtoms(), 3)))
    assert mol.GetNumConformers() == count
    return mol


def columns(mol: Chem.Mol) -> torch.Tensor:
    """[n, 3, B], float64."""
    positions = np.array([c.GetPositions() for c in mol.GetConformers()])
    return torch.from_numpy(np.ascontiguousarray(positions.transpose(1, 2, 0)))


@pytest.mark.parametrize("charges", [True, False])
@pytest.mark.parametrize("smiles", MOLECULES)
def test_energies_are_those_of_rdkit(smiles, charges):
    mol = conformers(smiles)
    expected = minimize_conformers(mol, 0, electrostatics=charges)[1]
    assert expected.method.startswith("MMFF94s")
    energy, _ = MMFFEnergy(mmff_terms(mol), charges, torch.float64)(columns(mol))
    np.testing.assert_allclose(energy.numpy(), expected.values, atol=2e-5, rtol=1e-6)


@pytest.mark.parametrize("smiles", MOLECULES)
def test_single_precision_is_good_to_a_hundredth_of_a_kcal_per_mol(smiles):
    mol = conformers(smiles)
    energy, _ = MMFFEnergy(mmff_terms(mol))(columns(mol).float())
    np.testing.assert_allclose(energy.numpy(), minimize_conformers(mol, 0)[1].values, atol=1e-2, rtol=1e-5)


@pytest.mark.parametrize("smiles", MOLECULES)
def test_gradients_are_the_derivatives(smiles):
    mol = conformers(smiles, count=2)
    field, x = MMFFEnergy(mmff_terms(mol), dtype=torch.float64), columns(mol)
    _, gradient = field(x)
    step = 1e-5
    for atom in range(x.shape[0]):
        for axis in range(3):
            shift = torch.zeros_like(x)
            shift[atom, axis] = step
            slope = (field(x + shift)[0] - field(x - shift)[0]) / (2 * step)
            np.testing.assert_allclose(gradient[atom, axis].numpy(), slope.numpy(), atol=2e-5, rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_energies_do_not_change_under_motions_and_forces_turn_along(seed):
    mol = conformers("CC(=O)NCCO")
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    shift = torch.from_numpy(rng.normal(size=3) * 10)
    field, x = MMFFEnergy(mmff_terms(mol), dtype=torch.float64), columns(mol)
    matrix = torch.from_numpy(turn)  # with and without reflection
    energy, gradient = field(x)
    moved_energy, moved_gradient = field(torch.einsum("ij,njb->nib", matrix, x) + shift[:, None])
    torch.testing.assert_close(moved_energy, energy, atol=1e-8, rtol=1e-8)
    torch.testing.assert_close(moved_gradient, torch.einsum("ij,njb->nib", matrix, gradient), atol=1e-6, rtol=1e-6)


def test_a_conformer_does_not_depend_on_its_neighbors(monkeypatch):
    mol = conformers("CC(=O)NCCO", count=6)
    field, x = MMFFEnergy(mmff_terms(mol), dtype=torch.float64), columns(mol)
    energy, gradient = field(x)
    alone, slope = field(x[..., 2:3].contiguous())
    torch.testing.assert_close(alone, energy[2:3])
    torch.testing.assert_close(slope, gradient[..., 2:3])
    monkeypatch.setattr("molgen.physics.mmff.contacts._PIECE", 16)
    torch.testing.assert_close(field(x), (energy, gradient))


def test_the_terms_are_not_changed():
    terms = mmff_terms(conformers("OO"))  # one pair alone
    before = terms.contact.copy()
    MMFFEnergy(terms, dtype=torch.float64)
    np.testing.assert_array_equal(terms.contact, before)


def test_atoms_in_one_place_have_finite_energies_and_forces():
    mol = conformers("CCO")
    energy, gradient = MMFFEnergy(mmff_terms(mol))(torch.zeros(9, 3, 1))
    assert torch.isfinite(energy).all()
    assert torch.isfinite(gradient).all()
