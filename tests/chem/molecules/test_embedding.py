"""The fallback chain of the embedding, molecule by molecule."""

import time

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdMolTransforms

from molgen.chem.molecules import embedding
from molgen.chem.molecules.embedding import embed_templates
from molgen.errors import EmbeddingError

RANDOM_START = "ETKDGv3 from random coordinates"


def with_hydrogens(smiles: str) -> Chem.Mol:
    return Chem.AddHs(Chem.MolFromSmiles(smiles))


def test_an_ordinary_molecule_is_made_by_the_first_attempt():
    mol = with_hydrogens("CCOC(=O)c1ccccc1")
    templates = embed_templates(mol, 5, seed=3)
    assert templates.method == "ETKDGv3"
    assert templates.positions.shape == (5, mol.GetNumAtoms(), 3)
    length = rdMolTransforms.GetBondLength(templates.mol.GetConformer(4), 0, 1)
    assert length == pytest.approx(1.52, abs=0.05)  # C-C


@pytest.mark.parametrize("seed", [0, 1, 12])
def test_the_conformers_differ(seed):
    positions = embed_templates(with_hydrogens("CCOC(=O)CCN"), 6, seed=seed).positions
    for i in range(6):
        for j in range(i):
            assert np.abs(positions[i] - positions[j]).max() > 0.1


def test_the_same_seed_gives_the_same_conformers():
    mol = with_hydrogens("CCOC(=O)CCN")
    first, again, other = (embed_templates(mol, 3, seed=seed).positions for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_the_input_keeps_its_conformers():
    mol = embed_templates(with_hydrogens("CCO"), 1).mol
    before = mol.GetConformer().GetPositions()
    embed_templates(mol, 4, seed=9)
    assert mol.GetNumConformers() == 1
    assert np.array_equal(mol.GetConformer().GetPositions(), before)


@pytest.mark.parametrize("smiles", ["C" * 16, "COCC(OC)C(OC)C(OC)COC"])
def test_many_rotors_begin_with_the_default_start(smiles):
    assert embed_templates(with_hydrogens(smiles), 1).method == "ETKDGv3"


def test_a_macrocycle_starts_from_random_coordinates():
    templates = embed_templates(with_hydrogens("O=C1CCCCCCCCCCO1"), 2)
    assert templates.method == RANDOM_START
    assert len(templates.positions) == 2


@pytest.mark.parametrize("smiles", ["[Na+]", "[He]"])
def test_a_single_atom_lies_at_the_origin(smiles):
    templates = embed_templates(Chem.MolFromSmiles(smiles), 3)
    assert templates.method == "atom"
    assert np.array_equal(templates.positions, np.zeros((3, 1, 3)))


def test_stereo_that_no_geometry_satisfies_is_an_embedding_error():
    assert embed_templates(with_hydrogens("C1C[C@H]2CC[C@@H]1C2"), 1).method == "ETKDGv3"  # norbornane
    with pytest.raises(EmbeddingError, match=r"^this isomer cannot exist in 3D: .* the stereo of C3 or C6;"):
        embed_templates(with_hydrogens("C1C[C@H]2CC[C@H]1C2"), 1, timeout=3.0)  # bridged trans


def test_a_cage_that_no_mark_is_to_blame_for_says_how_long_was_tried():
    with pytest.raises(EmbeddingError, match=r"^no conformer .* in 0.2 s \(.*\)$"):
        embed_templates(with_hydrogens("C1#CC2CC1C2"), 1, timeout=0.2)


def test_strained_rings_embed_without_knowledge_terms():
    templates = embed_templates(with_hydrogens("C1Cc2ccc(cc2)CCc2ccc1cc2"), 2)
    assert templates.method.endswith("without knowledge terms")
    assert len(templates.positions) == 2


def test_embedding_without_marks_keeps_to_the_time_and_to_marks_that_make_no_center(monkeypatch):
    """The bridgeheads of bicyclo[5.2.2]undecane are centers only together."""
    mol = with_hydrogens("C1CC[C@H]2CC[C@@H](CC1)CC2")
    monkeypatch.setattr(embedding, "_attempts", lambda _: iter(()))
    monkeypatch.setattr(embedding, "stereo_at_fault", lambda _: "named")
    with pytest.raises(EmbeddingError, match="named"):
        embed_templates(mol, 1, timeout=1e-6)
    templates = embed_templates(mol, 1, timeout=100.0)
    assert templates.method.endswith("stereo by chance")
    tags = [templates.mol.GetAtomWithIdx(index).GetChiralTag() for index in (3, 6)]
    Chem.AssignAtomChiralTagsFromStructure(templates.mol)
    assert [templates.mol.GetAtomWithIdx(index).GetChiralTag() for index in (3, 6)] == tags


@pytest.mark.parametrize("smiles", ["C[C@H](F)[C@@H](Cl)/C=C/C", "C[C@@H](F)[C@@H](Cl)/C=C\\C"])
def test_the_stereo_of_the_input_is_kept(smiles):
    templates = embed_templates(with_hydrogens(smiles), 3)
    for conformer in templates.mol.GetConformers():
        seen = Chem.Mol(templates.mol, confId=conformer.GetId())
        Chem.AssignStereochemistryFrom3D(seen)
        assert Chem.MolToSmiles(Chem.RemoveHs(seen)) == Chem.CanonSmiles(smiles)


def test_the_time_limit_is_kept_by_making_fewer_conformers():
    mol = with_hydrogens("CC(C)C[C@H](NC(=O)c1ccccc1)C(=O)NCCOC")
    begin = time.thread_time()
    templates = embed_templates(mol, 100_000, timeout=0.5)
    assert time.thread_time() - begin < 1.0
    assert 1 <= len(templates.positions) < 100_000


def test_a_busy_machine_changes_nothing(monkeypatch):
    mol = with_hydrogens("CCCO")
    undisturbed = embed_templates(mol, 3, timeout=1.0)
    whole = rdDistGeom.EmbedMultipleConfs

    def held_up(*arguments):
        time.sleep(1.1)  # longer than the limit, without work
        return whole(*arguments)

    monkeypatch.setattr(rdDistGeom, "EmbedMultipleConfs", held_up)
    assert np.array_equal(embed_templates(mol, 3, timeout=1.0).positions, undisturbed.positions)
