"""Molecules of every kind get conformers of sound geometry, in bounded time."""

import time
import warnings

import pytest
from generated import QUICK, assert_sound_geometry, nearest_pair, random_network, uniform
from rdkit import Chem

from molgen.chem.features.molecule_features import molecule_graph
from molgen.conformers.generate import generate_conformers
from molgen.metrics.stereo import stereo_mask
from molgen.models.torsion_flow.model import TorsionModel


@pytest.fixture
def network() -> TorsionModel:
    return random_network()


@pytest.mark.parametrize(
    ("smiles", "most"),
    [
        ("c1ccccc1", 1),
        ("C1C2CC3CC1CC(C2)C3", 1),
        ("C", 1),
        ("[Cl-]", 1),
        ("CC", 1),
        ("BrI", 1),
        ("C#N", 1),
        ("O=C=O", 1),
        ("C(F)(F)(F)Cl", 1),
        ("CC#CC", 1),
        ("N#CCC#N", 1),
        ("[2H]C([2H])O", 1),
        ("N#CCCC#CCC#N", 4),
        ("[NH3+]CC([O-])=O", 4),
        ("C[N+](C)(C)CC(=O)O", 4),
        ("CC[O-]", 4),
        ("[CH2]CCO", 4),
        ("CC(=O)[C](C)C", 4),
        ("CB(O)OCC", 4),
        ("C[Si](C)(C)OCC", 4),
        ("C[Se]CC=O", 4),
        ("FS(F)(F)(F)(F)C", 4),
        ("C1CC1C#CC1CC1", 4),
        ("CP(=O)(OCC)OCC", 4),
        ("CS(=O)(=O)Nc1ccccn1", 4),
        ("C[N+](=O)[O-]", 4),
        ("CN=[N+]=[N-]", 4),
        ("c1ccc2c(c1)CCC2", 4),
    ],
)
def test_molecules_of_every_kind_have_sound_conformers(smiles, most, network):
    for model in ("uniform", network):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            mol = generate_conformers(smiles, 4, model=model, **QUICK)
        assert 1 <= mol.GetNumConformers() <= most
        assert_sound_geometry(mol)
        assert Chem.CanonSmiles(Chem.MolToSmiles(Chem.RemoveHs(mol))) == Chem.CanonSmiles(smiles)


def test_a_macrocycle_has_several_shapes():
    mol = uniform("O=C1CCCCCCCCCCCCO1", 3, templates=4)
    assert mol.GetNumConformers() == 3
    assert mol.GetConformer(0).GetProp("molgen_method") == "ETKDGv3 from random coordinates"
    assert nearest_pair(mol) > 0.3
    assert_sound_geometry(mol)


def test_a_chain_of_thirty_rotors_takes_bounded_time(network):
    begin = time.process_time()
    mol = generate_conformers("C" * 33, 3, model=network, samples=6, templates=1, template_steps=20, strain_steps=2)
    assert time.process_time() - begin < 20.0
    assert molecule_graph(mol).n_torsions == 30
    assert mol.GetNumConformers() >= 1
    assert stereo_mask(mol, mol).all()


def test_the_mean_energy_window_sees_no_clash():
    assert_sound_geometry(uniform("CC(C)C[C@H](NC(=O)c1ccccc1)C(=O)NCCOC", 10, samples=32))
