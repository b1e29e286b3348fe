"""What one gets is a Mol with arrays that survive pickling and copying, and that a notebook can show."""

import copy
import pickle

import numpy as np
import pytest
from generated import FLEXIBLE, coordinates, energies, uniform
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.molecules.inputs.records import InputRecord
from molgen.conformers.ensemble import ConformerMol
from molgen.conformers.generate import Outcome


@pytest.fixture(scope="module")
def mol() -> ConformerMol:
    return uniform(FLEXIBLE, 4)


def test_arrays_are_those_of_the_conformers(mol):
    assert isinstance(mol, Chem.Mol)
    np.testing.assert_array_equal(mol.energies, energies(mol))
    np.testing.assert_allclose(np.diff(mol.absolute_energies), np.diff(mol.energies))
    np.testing.assert_array_equal(mol.positions, coordinates(mol))
    assert mol.energy_method == "MMFF94s in a dielectric of 2"
    assert mol.rmsd_matrix.shape == (4, 4)
    np.testing.assert_allclose(mol.rmsd_matrix, mol.rmsd_matrix.T, atol=1e-6)
    assert mol.rmsd_matrix[np.triu_indices(4, 1)].min() >= 0.1


@pytest.mark.parametrize("through", [lambda mol: pickle.loads(pickle.dumps(mol)), copy.copy, copy.deepcopy])
def test_they_survive_pickling_and_copying(mol, through):
    again = through(mol)
    assert type(again) is ConformerMol
    for name in ("energies", "absolute_energies", "positions", "rmsd_matrix"):
        np.testing.assert_allclose(getattr(again, name), getattr(mol, name), atol=1e-6)
    assert again.GetConformer(2).GetProp("molgen_rank_reason").startswith("coverage")


def test_conformers_from_elsewhere_have_no_energies_and_show_themselves_too():
    other = ConformerMol(embedded("CCO", 2))
    assert np.isnan(other.energies).tolist() == [True, True]
    assert other.energy_method == "none"
    assert other._repr_html_().count("<tr>") == 3


def test_results_show_themselves_in_a_notebook(mol):
    page = mol._repr_html_()
    assert page.count("<svg") == 2  # the formula, and the conformers laid over each other
    assert "<script" not in page
    assert page.count("<tr>") == 5
    record = InputRecord(0, "<b>", "", None, mol)
    assert "&lt;b&gt;" in Outcome(record, mol)._repr_html_()
    assert "too <big>".replace("<", "&lt;").replace(">", "&gt;") in Outcome(record, None, "too <big>")._repr_html_()


def test_aligned_conformers_lie_on_the_first():
    loose, aligned = (uniform(FLEXIBLE, 3, align=align) for align in (False, True))
    np.testing.assert_allclose(loose.rmsd_matrix, aligned.rmsd_matrix, atol=1e-3)
    heavy = [atom.GetIdx() for atom in aligned.GetAtoms() if atom.GetAtomicNum() > 1]
    for rank in (1, 2):
        deviation = aligned.positions[rank, heavy] - aligned.positions[0, heavy]
        assert np.sqrt((deviation**2).sum(-1).mean()) < aligned.rmsd_matrix[0, rank] + 1e-3
