"""Stereo from coordinates, checked against RDKit's own perception."""

import itertools

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import AllChem

from molgen.metrics import stereo_checks, stereo_mask, stereo_matches
from molgen.metrics.stereo import inverted_centers
from molgen.metrics.symmetry import heavy_coordinates

CHIRAL = [
    "C[C@H](O)F",
    "F[C@](Cl)(Br)I",
    "C[S@](=O)CC",
    "C[C@]12CCC[C@H]1C2",
    "O=C(O)[C@@H](N)Cc1ccccc1",
    "O[C@H]1[C@H](O)[C@@H](O)[C@H](O)O[C@@H]1CO",
    "C[P@](=O)(O)CC",
    "CC(C)[C@@H]1CC[C@@H](C)C[C@H]1O",
]
DOUBLE = ["C/C=C/C", "C/C=C\\C", "OC(=O)/C(F)=C(Cl)/C", "C/C(=N\\O)c1ccccc1", "[H]/N=C(\\C)c1ccccc1", "CC/C=C/C=C\\C"]


def embedded(smiles: str, count: int = 3) -> Chem.Mol:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert len(AllChem.EmbedMultipleConfs(mol, count, randomSeed=11)) == count
    return mol


def mirrored(mol: Chem.Mol) -> Chem.Mol:
    image = Chem.Mol(mol)
    for conformer in image.GetConformers():
        conformer.SetPositions(conformer.GetPositions() * [1.0, 1.0, -1.0])
    return image


def perceived(mol: Chem.Mol, conf_id: int = 0) -> str:
    """Canonical SMILES with the stereo that RDKit reads off the coordinates."""
    copy = Chem.Mol(mol)
    Chem.AssignStereochemistryFrom3D(copy, conf_id, replaceExistingTags=True)
    return Chem.MolToSmiles(Chem.RemoveHs(copy))


@pytest.mark.parametrize("smiles", CHIRAL + DOUBLE)
def test_embedded_conformers_have_their_stereo(smiles: str) -> None:
    mol = embedded(smiles)
    assert stereo_mask(smiles, mol).all()
    assert stereo_mask(Chem.MolFromSmiles(smiles), mol).all()
    assert stereo_mask(mol, mol).all()


@pytest.mark.parametrize("smiles", CHIRAL)
def test_mirror_images_do_not(smiles: str) -> None:
    image = mirrored(embedded(smiles))
    assert perceived(image) != Chem.CanonSmiles(smiles)
    assert not stereo_mask(smiles, image).any()


@pytest.mark.parametrize("smiles", DOUBLE)
def test_mirror_images_keep_double_bonds(smiles: str) -> None:
    assert stereo_mask(smiles, mirrored(embedded(smiles))).all()


@pytest.mark.parametrize("family", ["C/C=C{}C", "OC(=O)/C=C{}C=C", "C/C(F)=C(Cl){}Br", "C/C(CC)=N{}O"])
def test_flipped_double_bonds_are_seen(family: str) -> None:
    isomers = family.format("/"), family.format("\\")
    for wanted, built in itertools.product(isomers, repeat=2):
        mol = embedded(built, 1)
        assert stereo_matches(wanted, mol) == (wanted == built)
        assert stereo_matches(wanted, Chem.RemoveAllHs(mol)) == (wanted == built)
        assert (perceived(mol) == Chem.CanonSmiles(wanted)) == (wanted == built)


STEREOISOMERS = [
    "C[{0}H](O)[{1}H](F)Cl",
    "C[{0}H](O)CC[{1}H](O)C",
    "C[{0}H]1CC[{1}H](C)CC1",
    "C[{0}H]1[{1}H](O)CCCC1",
    "C[{0}](F)(Cl)C[{1}H](N)C(=O)O",
    "C[{0}H](O)C(=O)[{1}H](O)C",
]


@pytest.mark.parametrize("family", STEREOISOMERS)
def test_agrees_with_rdkit_on_all_pairs_of_stereoisomers(family: str) -> None:
    isomers = [family.format(*tags) for tags in itertools.product(("C@", "C@@"), repeat=2)]
    for built in isomers:
        mol = embedded(built, 2)
        shuffled = Chem.RenumberAtoms(mol, np.random.default_rng(1).permutation(mol.GetNumAtoms()).tolist())
        for wanted in isomers:
            expected = perceived(mol) == Chem.CanonSmiles(wanted)
            assert stereo_mask(wanted, mol).tolist() == [expected] * 2
            assert stereo_mask(wanted, shuffled).tolist() == [expected] * 2
            assert stereo_mask(wanted, Chem.RemoveAllHs(mol)).tolist() == [expected] * 2


def test_a_meso_compound_is_its_mirror_image() -> None:
    meso = "C[C@H](O)CC[C@H](O)C"
    image = mirrored(embedded(meso))
    assert perceived(image) == Chem.CanonSmiles(meso)
    assert stereo_mask(meso, image).all()


def test_one_inverted_center_of_several_is_seen() -> None:
    wrong = "O[C@H]1[C@H](O)[C@@H](O)[C@@H](O)O[C@@H]1CO"  # the anomer of the sugar above
    assert not stereo_mask(CHIRAL[5], embedded(wrong)).any()


def test_open_stereo_is_not_checked() -> None:
    assert stereo_matches("CC(O)F", embedded("C[C@H](O)F", 1))
    assert stereo_matches("CC=CC", embedded("C/C=C\\C", 1))
    partly = "C[C@H](O)C(F)Cl"
    assert stereo_mask(partly, embedded("C[C@H](O)[C@H](F)Cl")).all()
    assert not stereo_mask(partly, embedded("C[C@@H](O)[C@H](F)Cl")).any()


@pytest.mark.parametrize("smiles", ["[H][C@](C)(O)F", "C[C@]([H])(O)F", "C[C@](O)([H])F", "C[C@](O)(F)[H]"])
def test_explicit_hydrogens_of_the_reference_may_stand_anywhere(smiles: str) -> None:
    parameters = Chem.SmilesParserParams()
    parameters.removeHs = False
    known = Chem.MolFromSmiles(smiles, parameters)
    assert known.GetNumAtoms() == 5
    mol = embedded(smiles)
    assert stereo_mask(known, mol).all()
    assert not stereo_mask(known, mirrored(mol)).any()


def test_a_flat_center_has_no_stereo() -> None:
    mol = embedded("F[C@](Cl)(Br)I", 1)
    flat = heavy_coordinates(mol) * [1.0, 1.0, 0.0]
    assert not stereo_checks("F[C@](Cl)(Br)I", mol).satisfied(flat).any()


def test_checks_are_prepared_once_for_many_structures() -> None:
    mol = embedded(CHIRAL[4], 2)
    x = np.stack([conformer.GetPositions() for conformer in mol.GetConformers()])
    many = np.concatenate([x, -x, x])
    assert stereo_checks(CHIRAL[4], mol).satisfied(many).tolist() == [True] * 2 + [False] * 2 + [True] * 2


def test_unusable_input_is_named() -> None:
    with pytest.raises(ValueError, match="C1CC"):
        stereo_matches("C1CC", embedded("CCC", 1))
    with pytest.raises(ValueError, match="differ"):
        stereo_matches("C[C@H](O)F", embedded("CCC", 1))


@pytest.mark.parametrize(
    "smiles",
    [
        "C[C@@H]1CN(C(=O)c2ccccc2)C[C@H](C)O1",
        "C[C@](F)(Cl)Br",
        "CN1[C@H]2CC[C@@H]1CC(O)C2",
        "C[S@](=O)c1ccccc1",
        "N[C@@H](C)C(=O)O",
    ],
)
@pytest.mark.parametrize("hydrogens", [True, False])
def test_centers_of_which_some_atoms_are_known_have_the_hand_of_these(smiles, hydrogens):
    mol = embedded(smiles)
    atoms = [atom.GetIdx() for atom in mol.GetAtoms() if hydrogens or atom.GetAtomicNum() > 1]
    points = mol.GetConformer().GetPositions()
    assert inverted_centers(mol, {k: tuple(points[k]) for k in atoms}) == 0
    mirrored = {k: tuple(points[k] * [1, 1, -1]) for k in atoms}
    assert inverted_centers(mol, mirrored) == len(Chem.FindMolChiralCenters(mol, useLegacyImplementation=False))


def test_a_missing_neighbor_is_opposite_to_the_others():
    mol = embedded("C[C@](F)(Cl)Br")
    points = mol.GetConformer().GetPositions()
    for left_out in (0, 2, 3, 4):
        known = {k: points[k] for k in range(5) if k != left_out}
        assert inverted_centers(mol, known) == 0
        assert inverted_centers(mol, {k: point * [1, 1, -1] for k, point in known.items()}) == 1
    assert inverted_centers(mol, {k: points[k] * [1, 1, -1] for k in (0, 1, 2)}) == 0  # too few
