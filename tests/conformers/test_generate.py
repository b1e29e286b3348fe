"""From a SMILES to conformers: same in, same out; bad input and bad options are named, and a batch goes on."""

import warnings

import numpy as np
import pytest
import torch
from generated import FLEXIBLE, QUICK, assert_same, coordinates, random_network, uniform
from rdkit import Chem

import molgen
from molgen.chem.molecules.embedding import embed_templates
from molgen.conformers.config import MAX_SEED
from molgen.conformers.generate import generate_conformers, generate_many
from molgen.errors import ConfigError, EmbeddingError, ParseError
from molgen.models.torsion_flow.model import TorsionModel


@pytest.fixture
def network() -> TorsionModel:
    return random_network()


@pytest.mark.parametrize("neighbors", [[], ["CCOCC", "C1CC", "c1ccccc1"]])
def test_a_molecule_is_the_same_alone_and_after_others(neighbors, network):
    alone = generate_conformers(FLEXIBLE, 4, seed=3, model=network, **QUICK)
    torch.rand(7)  # the state of the global generators does not matter
    np.random.rand(3)  # noqa: NPY002  # the global state is what is meant
    found = list(generate_many([*neighbors, FLEXIBLE, "CCCCO"], 4, seed=3, model=network, **QUICK))
    assert len(found) == len(neighbors) + 2
    result = found[len(neighbors)].mol
    assert result is not None
    assert_same(alone, result)


@pytest.mark.parametrize("smiles", [FLEXIBLE, "CC1CCCCC1CO", "c1ccccc1"])
def test_threads_do_not_matter(smiles, network):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = quiet(smiles, network)
        torch.set_num_threads(2)
        two = quiet(smiles, network)
    finally:
        torch.set_num_threads(before)
    assert_same(one, two)


def quiet(smiles: str, model) -> Chem.Mol:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return generate_conformers(smiles, 4, model=model, **QUICK)


def test_another_seed_gives_other_conformers(network):
    first, again, other = (generate_conformers(FLEXIBLE, 4, seed=s, model=network, **QUICK) for s in (1, 1, 2))
    assert_same(first, again)
    assert np.abs(coordinates(first) - coordinates(other)).max() > 0.1


def test_the_network_moves_the_torsions(network):
    with_network = generate_conformers(FLEXIBLE, 4, model=network, **QUICK)
    assert np.abs(coordinates(with_network) - coordinates(uniform(FLEXIBLE))).max() > 0.1


def test_input_coordinates_and_hydrogens_do_not_matter():
    mol = embed_templates(Chem.AddHs(Chem.MolFromSmiles(FLEXIBLE)), 1, seed=99).mol
    before = coordinates(mol)
    assert_same(uniform(mol), uniform(FLEXIBLE))
    assert np.array_equal(coordinates(mol), before)


def test_the_largest_seed_works_and_a_larger_one_is_refused():
    assert uniform("CCCO", seed=MAX_SEED).GetNumConformers()
    assert_same(uniform("CCCO", seed=np.int64(5)), uniform("CCCO", seed=5))
    for seed in (MAX_SEED + 1, -1, 2**64, 1.5):
        with pytest.raises(ConfigError, match="seed must be"):
            uniform("CCCO", seed=seed)


def test_atoms_keep_the_order_of_the_input():
    mol = uniform("OC(=O)C[C@H](F)Br")
    assert [a.GetSymbol() for a in mol.GetAtoms()][:8] == ["O", "C", "O", "C", "C", "F", "Br", "H"]


def test_every_conformer_says_where_it_comes_from():
    mol = uniform(FLEXIBLE, 5)
    for rank, conformer in enumerate(mol.GetConformers(), 1):
        properties = conformer.GetPropsAsDict()
        assert properties["molgen_rank"] == rank
        assert 0.0 <= properties["molgen_energy"] <= 20.0
        assert properties["molgen_energy_method"] == "MMFF94s in a dielectric of 2"
        assert properties["molgen_template"] in (0, 1)
        assert properties["molgen_method"] == "ETKDGv3"
    assert {a.GetAtomicNum() for a in mol.GetAtoms()} == {1, 6, 7, 8}
    assert mol.GetNumAtoms() == Chem.AddHs(Chem.MolFromSmiles(FLEXIBLE)).GetNumAtoms()


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("C1CC", "unclosed ring"),
        ("CC(=O)[O-].[Na+]", "2 fragments"),
        ("C[Pt]C", "metal Pt"),
        ("C" * 201, "201 heavy atoms, at most 200"),
        ("*CC", "dummy"),
        ("[H][H]", "no heavy atoms"),
    ],
)
def test_a_bad_molecule_is_a_parse_error_in_one_line(smiles, reason):
    with pytest.raises(ParseError, match=reason) as caught:
        uniform(smiles)
    assert len(str(caught.value).splitlines()) == 1


def test_an_impossible_molecule_is_an_embedding_error():
    with pytest.raises(EmbeddingError, match="cannot exist in 3D: no geometry has the stereo of C3 or C6"):
        uniform("C1C[C@H]2CC[C@H]1C2", timeout=3.0)  # norbornane with a trans bridge


def test_the_largest_fragment_of_a_salt_is_kept_on_request():
    mol = uniform("[Na+].CCC(=O)[O-]", largest_fragment=True)
    assert Chem.MolToSmiles(Chem.RemoveHs(mol)) == "CCC(=O)[O-]"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"n": 0}, "n must be a whole number of at least 1, not 0"),
        ({"n": "5"}, "n must be a whole number of at least 1, not '5'"),
        ({"n": 10**9}, "n must be at most 10000, not 1000000000"),
        ({"samples": 10**9}, "samples must be at most 100000"),
        ({"templates": 10**9}, "templates must be at most 10000"),
        ({"n": 10**400}, "n must be at most 10000"),
        ({"n": True}, "n must be a whole number of at least 1, not True"),
        ({"timeout": "1"}, "timeout must be a number of at least 0.001, not '1'"),
        ({"align": "no"}, "align must be True or False, not 'no'"),
        ({"largest_fragment": "no"}, "largest_fragment must be True or False, not 'no'"),
        ({"n": 2.5}, "n must be a whole number"),
        ({"steps": 0}, "steps must be"),
        ({"energy_window": float("nan")}, "energy_window must be at least 0, not nan"),
        ({"min_rmsd": -0.1}, "min_rmsd must be at least 0"),
        ({"templates": 0}, "templates must be"),
        ({"minimize_with": "opls"}, "opls"),
        ({"color": "red"}, "color"),
    ],
)
def test_an_option_that_makes_no_sense_is_a_config_error(options, reason):
    for start in (generate_conformers, generate_many):
        with pytest.raises(ConfigError, match=reason):
            start("CCO", **{"n": 1, "model": "uniform", **options})


def test_the_package_offers_the_python_interface():
    assert molgen.generate_conformers is generate_conformers
    assert molgen.generate_many is generate_many
