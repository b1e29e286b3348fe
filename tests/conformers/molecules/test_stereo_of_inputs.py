"""Stereo of every form of input reaches the conformers, or the result names what is not kept."""

import numpy as np
import pytest
from generated import QUICK, uniform
from rdkit import Chem
from rdkit.Chem import rdMolTransforms

from benchmarks.hard_molecules.stereo_check import wrong_stereo
from molgen.chem.molecules.stereo import axis_torsion, hindered_axes
from molgen.conformers.generate import generate_many

BIARYL = "Cc1ccc2ccccc2c1-c1c(C)cccc1Cl"


def signs(mol: Chem.Mol) -> set[int]:
    """Of the dihedral at the only hindered axis, in all conformers."""
    (axis,) = hindered_axes(mol)
    angles = [rdMolTransforms.GetDihedralRad(c, *axis_torsion(axis)) for c in mol.GetConformers()]
    return {int(np.sign(np.sin(angle))) for angle in angles}


@pytest.mark.parametrize("mark", [Chem.BondStereo.STEREOATROPCW, Chem.BondStereo.STEREOATROPCCW])
def test_an_axis_is_kept_that_a_bond_or_coordinates_give(mark, tmp_path, recwarn):
    mol = Chem.MolFromSmiles(BIARYL)
    (axis,) = hindered_axes(mol)
    axis.SetStereo(mark)
    made = uniform(mol, 3)
    assert len(signs(made)) == 1
    path = tmp_path / "axis.sdf"
    Chem.MolToMolFile(made, str(path), confId=made.GetConformer().GetId())
    (outcome,) = generate_many(path, 3, model="uniform", seed=5, **QUICK)
    assert outcome.mol is not None
    assert (outcome.note, len(recwarn)) == ("", 0)
    assert signs(outcome.mol) == signs(made)


def test_the_two_marks_of_a_bond_are_mirror_images():
    both = []
    for mark in (Chem.BondStereo.STEREOATROPCW, Chem.BondStereo.STEREOATROPCCW):
        mol = Chem.MolFromSmiles(BIARYL)
        hindered_axes(mol)[0].SetStereo(mark)
        both.append(signs(uniform(mol, 2)))
    assert both in ([{1}, {-1}], [{-1}, {1}])


def test_an_axis_without_a_mark_is_taken_with_a_warning_or_enumerated():
    with pytest.warns(UserWarning, match="the axis C11-C12 is not specified: took one of up to 2 isomers"):
        assert len(signs(uniform(BIARYL, 3))) == 1
    found = list(generate_many([BIARYL], 2, model="uniform", stereo="enumerate", **QUICK))
    assert sorted(sign for outcome in found if outcome.mol for sign in signs(outcome.mol)) == [-1, 1]


@pytest.mark.parametrize(
    ("smiles", "note"),
    [
        ("CC(Br)=[C@@]=CCl", "the stereo mark of C2=C4=C5 is not kept"),
        ("C/C(F)=C=C=C/CC", "the stereo mark of C2=C4=C5=C6 is not kept"),
        ("OCC=C=CC", "stereo of C3=C4=C5 is not specified"),
    ],
)
def test_conformers_of_a_cumulene_come_with_a_note_on_its_stereo(smiles, note):
    with pytest.warns(UserWarning, match=note):
        assert uniform(smiles, 2).GetNumConformers()


@pytest.mark.parametrize(
    "smiles",
    [
        "CC[S@](=N)(=O)c1ccncc1",
        "CC[P@@](C)(=O)c1ccccc1F",
        "C1CC/C=C/CCCCCCC1",
        "CCC(C)(C)/C(=N/O)c1ccsc1",
        r"CCC(C)(C)/C(=N\O)c1ccsc1",
        r"CC/C(C)=N/C1CC1",
    ],
)
def test_stereo_beyond_carbon_and_of_trans_rings_is_that_which_rdkit_reads(smiles):
    mol = uniform(smiles, 4)
    assert mol.GetNumConformers()
    assert wrong_stereo(smiles, mol) == 0
