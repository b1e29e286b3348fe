"""Every conformer has the stereo of the input; what the input leaves open is named."""

import warnings

import numpy as np
import pytest
from generated import FLEXIBLE, QUICK, coordinates, uniform
from rdkit import Chem
from rdkit.Chem import rdMolTransforms

from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.config import GenerateConfig
from molgen.conformers.generate import generate_conformers, generate_many
from molgen.conformers.samples import sample_conformers
from molgen.conformers.selection import select as selection
from molgen.conformers.selection.select import finish
from molgen.errors import EmbeddingError
from molgen.metrics.stereo import stereo_mask


@pytest.mark.parametrize(
    "smiles",
    [
        "C[C@H](O)[C@@H](N)[C@H](F)Cl",
        "C/C=C/C=C\\CO",
        "C[C@@H](Cl)/C=C/C(F)=C\\[C@H](C)O",
        "O[C@H]1CC[C@@H]2CCCC[C@H]2C1",  # trans-fused
        "O[C@H]1CC[C@H]2CCCC[C@H]2C1",
        "C[C@]12CC[C@H](C1)C(=O)C2",
        "C[S@](=O)CC",
        "C[C@H]1C[C@@H](C)C[C@H](O)C1",
        "OC/N=C/CC",
        "C[C@H](O)[C@@H](C)O",  # meso
    ],
)
def test_every_conformer_has_the_stereo_of_the_input(smiles):
    mol = uniform(smiles, 6)
    assert stereo_mask(smiles, mol).all()
    for conformer in mol.GetConformers():  # with RDKit's own eyes
        seen = Chem.Mol(mol, confId=conformer.GetId())
        Chem.AssignStereochemistryFrom3D(seen, conformer.GetId())
        assert Chem.MolToSmiles(Chem.RemoveHs(seen)) == Chem.CanonSmiles(smiles)


@pytest.mark.parametrize("place", [6, 7])
def test_every_conformer_has_the_axis_of_the_input(place):
    smiles = f"Cc1cccc(Cl)c1-c1c(CCC)cccc1Br |wU:7.{place}|"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mol = uniform(smiles, 4, minimize_with="mmff")
    assert stereo_mask(smiles, mol).all()
    angles = [rdMolTransforms.GetDihedralDeg(c, 1, 7, 8, 9) for c in mol.GetConformers()]
    assert (np.sign(angles) == (1 if place == 6 else -1)).all()


def test_minimization_keeps_the_stereo():
    smiles = "C[C@@H](Cl)/C=C/C(F)=C\\[C@H](C)O"
    assert stereo_mask(smiles, uniform(smiles, minimize_with="mmff")).all()


def test_a_conformer_of_the_wrong_stereo_is_not_returned(monkeypatch):
    monkeypatch.setattr(selection, "stereo_mask", lambda reference, mol: np.arange(mol.GetNumConformers()) != 1)
    samples = sample_conformers(prepare_molecule(Chem.MolFromSmiles("CCCCO")), None, GenerateConfig(**QUICK))
    sample = np.array([4, 7, 2])
    kept = finish(samples, samples.positions[sample], sample, GenerateConfig())
    np.testing.assert_array_equal(coordinates(kept), samples.positions[[4, 2]])
    monkeypatch.setattr(selection, "stereo_mask", lambda reference, mol: np.zeros(mol.GetNumConformers(), bool))
    with pytest.raises(EmbeddingError, match="stereo"):
        finish(samples, samples.positions[sample], sample, GenerateConfig())


def test_open_stereo_warns_and_names_the_center():
    with pytest.warns(UserWarning, match=r"stereo of C2, C5=C6 is not specified") as caught:
        mol = generate_conformers("CC(F)CC=CC", 2, model="uniform", **QUICK)
    assert len(caught) == 1
    assert caught[0].filename == __file__  # the warning points to the caller
    assert stereo_mask(mol, mol).all()
    assert "@" in Chem.MolToSmiles(Chem.RemoveHs(mol))


@pytest.mark.parametrize(
    "smiles", ["C12C3C4C1C5C2C3C45", "C1C2CC3CC1CC(C2)C3", "C1CC2CCN1CC2", "C1CC2CCC1C2", "C[SiH2]CC", FLEXIBLE]
)
def test_where_only_one_isomer_can_exist_nothing_is_open(smiles):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert uniform(smiles).GetNumConformers()
    (outcome,) = generate_many([smiles], 1, model="uniform", stereo="enumerate", **QUICK)
    assert outcome.note == ""
    assert outcome.record.name == smiles


@pytest.mark.parametrize("smiles", ["C1CCCCCC=C1", "C1CCCCOC=C1"])
def test_an_open_double_bond_of_a_large_ring_is_set_and_embedded(smiles):
    outcomes = list(generate_many([smiles], 1, model="uniform", stereo="enumerate", **QUICK))
    assert [outcome.error for outcome in outcomes] == [None, None]
    assert all(outcome.mol is not None and stereo_mask(outcome.mol, outcome.mol).all() for outcome in outcomes)


def test_enumeration_gives_every_isomer():
    found = list(generate_many(["CC(F)CC=CC x", "CCO"], 2, model="uniform", stereo="enumerate", **QUICK))
    assert [o.record.name for o in found] == ["x_isomer1", "x_isomer2", "x_isomer3", "x_isomer4", "CCO"]
    assert all("C2, C5=C6" in o.note for o in found[:4])
    smiles = {Chem.MolToSmiles(Chem.RemoveHs(o.mol)) for o in found[:4] if o.mol}
    assert smiles == {Chem.CanonSmiles(f"C[C@{at}H](F)C/C=C{slash}C") for at in ("", "@") for slash in "/\\"}
    assert all(o.mol is not None and stereo_mask(o.mol, o.mol).all() for o in found)
