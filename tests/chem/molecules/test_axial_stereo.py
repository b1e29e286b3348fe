"""Axial stereo of hindered bonds: which bonds have it, what its marks mean, and how it is chosen or enumerated."""

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdMolTransforms

from molgen.chem.molecules.inputs.records import record_of_text
from molgen.chem.molecules.rotatable import rotatable_torsions
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.molecules.stereo import AXIAL_MARKS, axis_torsion, enumerate_stereo, hindered_axes
from molgen.metrics.stereo import stereo_mask

BIARYL = "Cc1cccc(Cl)c1-c1c(C)cccc1Br"
MARKED = {f"{BIARYL} |wU:7.7|": -1, f"{BIARYL} |wU:7.6|": 1}


def embedded(mol: Chem.Mol, count: int = 2) -> Chem.Mol:
    full = Chem.AddHs(mol)
    assert len(rdDistGeom.EmbedMultipleConfs(full, count, randomSeed=5)) == count
    return full


def axis_signs(mol: Chem.Mol) -> set[int]:
    (axis,) = hindered_axes(mol)
    angles = [rdMolTransforms.GetDihedralRad(c, *axis_torsion(axis)) for c in mol.GetConformers()]
    return {int(np.sign(np.sin(angle))) for angle in angles}


@pytest.mark.parametrize(
    ("smiles", "count"),
    [
        (BIARYL, 1),
        ("Oc1ccc2ccccc2c1-c1c(O)ccc2ccccc12", 1),  # fused rings count as substituents
        ("Cc1cccc(C(C)C)c1-n1c(=O)ccc2ccccc21", 1),  # an axis that ends in nitrogen
        ("Cc1cccc(C(C)C)c1-c1c(C)nn(C)c1Cl", 1),
        ("Cc1cccc(C(C)C)c1-c1c(C)cnn1C", 1),  # four ortho substituents at a five-membered ring
        ("Cc1cccc(C(C)C)c1-c1cnn(C)c1Cl", 0),  # three of them
        ("Cc1ccccc1-c1ccccc1Cl", 0),  # two: it turns
        ("Cc1cccc(F)c1-c1ccccc1Cl", 0),  # fluorine is small
        ("Cc1cccc(C)c1-c1c(C)cccc1Cl", 0),  # one ring has two equal sides
        ("CC(C)c1cccc(C)c1C(=O)N(C)C", 0),  # no second ring
        ("COCC(C)N(C(=O)CCl)c1c(C)cccc1CC", 1),  # an anilide
        ("CCN(S(C)(=O)=O)c1c(C)cccc1CC", 1),
        ("CC(=O)N(CC)c1ccccc1C(C)(C)C", 1),  # one large group
        ("CC(=O)N(CC)c1ccccc1C", 0),
        ("CC(=O)N(CC)c1c(C)cccc1C", 0),
        ("CC(=O)Nc1c(C)cccc1CC", 0),
        ("CC(=O)N(C)n1c(C)nc2ccccc2c1=O", 1),  # N-N
        ("CC(=O)N(C)N(CC)C(=O)c1ccccc1", 1),
        ("CC(=O)NN(CC)C(=O)c1ccccc1", 0),
        ("CC(=O)N(C)Sc1c(C)cccc1[N+](=O)[O-]", 0),  # S-N turns
    ],
)
def test_hindered_axes_are_those_with_enough_unequal_substituents(smiles, count):
    assert len(hindered_axes(Chem.MolFromSmiles(smiles))) == count


@pytest.mark.parametrize(("smiles", "sign"), MARKED.items())
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_marks_mean_the_sign_of_the_dihedral_in_every_atom_order(smiles, sign, seed):
    mol = Chem.MolFromSmiles(smiles)
    if seed is not None:
        mol = Chem.RenumberAtoms(mol, np.random.default_rng(seed).permutation(mol.GetNumAtoms()).tolist())
    (axis,) = hindered_axes(mol)
    assert axis_signs(embedded(mol)) == {AXIAL_MARKS[axis.GetStereo()]}
    if seed is None:
        assert AXIAL_MARKS[axis.GetStereo()] == sign


@pytest.mark.parametrize("smiles", ["CC(=O)N(CC)c1c(C)cccc1CC", "CC(=O)N(C)n1c(C)nc2ccccc2c1=O"])
def test_axes_at_an_open_amide_are_enumerated_and_embedded(smiles):
    isomers = [isomer for isomer, _ in enumerate_stereo(Chem.MolFromSmiles(smiles), "enumerate")]
    assert [axis_signs(embedded(isomer)) for isomer in isomers] in ([{1}, {-1}], [{-1}, {1}])


def test_a_marked_axis_does_not_turn():
    assert len(rotatable_torsions(Chem.MolFromSmiles("Cc1ccccc1-c1ccccc1"))) == 1
    assert rotatable_torsions(Chem.MolFromSmiles(next(iter(MARKED)))) == []


def test_stereo_checks_see_the_axis():
    first, second = (embedded(Chem.MolFromSmiles(smiles)) for smiles in MARKED)
    for wanted, built in ((first, first), (second, second)):
        assert stereo_mask(wanted, built).all()
        assert stereo_mask(wanted, Chem.RemoveHs(built)).all()
    assert not stereo_mask(first, second).any()
    assert not stereo_mask(next(iter(MARKED)), second).any()
    assert stereo_mask(BIARYL, second).all()  # no mark, nothing to check


def test_an_open_axis_is_named_chosen_and_enumerated():
    ((chosen, note),) = enumerate_stereo(Chem.MolFromSmiles(BIARYL))
    assert "the axis C8-C9 is not specified: took one of up to 2 isomers" in note
    assert enumerate_stereo(chosen) == [(chosen, "")]
    isomers = enumerate_stereo(Chem.MolFromSmiles(f"C[C@H](F)CC(O){BIARYL}"), "enumerate")
    assert len(isomers) == 4  # a center and an axis
    assert {sign for isomer, _ in isomers for sign in axis_signs(embedded(isomer, 1))} == {1, -1}


@pytest.mark.parametrize("mirror", [1.0, -1.0])
def test_coordinates_mark_an_axis(mirror):
    mol = embedded(Chem.MolFromSmiles(BIARYL), 1)
    mol.GetConformer().SetPositions(mol.GetConformer().GetPositions() * [1.0, 1.0, mirror])
    read = Chem.MolFromMolBlock(Chem.MolToMolBlock(mol), removeHs=False)
    (axis,) = hindered_axes(prepare_molecule(read))
    assert {AXIAL_MARKS[axis.GetStereo()]} == axis_signs(mol)
    read.RemoveAllConformers()
    (axis,) = hindered_axes(prepare_molecule(read))
    assert axis.GetStereo() == Chem.BondStereo.STEREONONE


@pytest.mark.parametrize(
    ("smiles", "note"),
    [
        ("C(Cl)=[C@]=CF", "the stereo mark of C1=C3=C4 is not kept"),
        ("C/C=C=C=C/C", "the stereo mark of C2=C3=C4=C5 is not kept"),
        ("CC=C=CC", "stereo of C2=C3=C4 is not specified"),
        ("CC(F)=C=CC", "stereo of C2=C4=C5 is not specified"),
    ],
)
@pytest.mark.parametrize("prepare", [Chem.Mol, prepare_molecule])
def test_stereo_of_cumulenes_is_named(smiles, note, prepare):
    ((_, said),) = enumerate_stereo(prepare(record_of_text(0, smiles).molecule()))
    assert said.startswith(note)
    assert said.endswith("the stereo of cumulenes is not supported")


@pytest.mark.parametrize("smiles", ["C=C=CC", "CC(C)=C=CC", "C=C=C", "O=C=O", "CN=C=O", "C/C=C/C"])
def test_cumulenes_with_equal_ends_have_no_stereo(smiles):
    ((_, said),) = enumerate_stereo(record_of_text(0, smiles).molecule())
    assert said == ""
