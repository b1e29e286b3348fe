"""Stereo marks that the reader cannot keep are said; those that are kept, or say what is so anyway, are not."""

import pytest
from rdkit import Chem

from molgen.chem.molecules.inputs.records import record_of_molblock, record_of_text
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo, hindered_axes


def note(text: str) -> str:
    ((_, said),) = enumerate_stereo(prepare_molecule(record_of_text(0, text).molecule()))
    return said


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("C1CC/C=C/CC1", "trans C4=C5 (cis is made: the ring has 7 atoms)"),
        ("C1/C=C/CCC1", "trans C2=C3 (cis is made: the ring has 6 atoms)"),
        ("C1C/C=C/CC/1C", "trans C3=C4 (cis is made: the ring has 6 atoms)"),
        ("CC1(C)/N=N/CCC1", "trans N4=N5 (cis is made: the ring has 6 atoms)"),
        ("C[C@H](C)C", "C2 (no stereocenter)"),
        ("CC[C@H](C)[H]", "C3 (no stereocenter)"),
        ("C[S@@](=O)(=O)CC", "S2 (no stereocenter)"),
        ("C1[N@@]2CC[N@@](C1)CC2", "N2 (no stereocenter), N5 (no stereocenter)"),
        ("C[N@](CC)CCC", "N2 (it inverts)"),
        ("F/C=C(/C)C", "C2=C3 (no stereo there)"),
        ("c1ccccc1/C", "C6-C7 (no double bond that is marked on both sides)"),
        ("CC(F)(Cl)C |wD:1.0|", "C2 (no stereocenter)"),
        ("CC[C@H](C)O |r|", "that it is racemic"),
        ("InChI=1/C4H10O/c1-3-4(2)5/h4-5H,3H2,1-2H3/t4-/s2", "that it is relative (layer /s2)"),
        ("InChI=1S/C7H12/c1-2-4-6-7-5-3-1/h1-2H,3-7H2/b2-1+", "that of double bonds (layer /b)"),
    ],
)
def test_a_mark_that_is_dropped_is_named(text, lost):
    assert f"stereo that the input has and conformers do not keep: {lost}" in note(text)


@pytest.mark.parametrize(
    "text",
    [
        "C1CCC/C=C/CC1",  # a ring large enough for trans
        r"C1CC/C=C\CC1",  # cis, as it is made
        r"C/C=C(\C)/C=C/C",
        "[H]/C(C)=C/C",
        "C[N@@+](CC)(CCC)CCCC",
        "C[C@H]1CC[C@@H](C)CC1",
        "Cc1cccc(F)c1-c1c(C)cccc1Cl |wU:7.7|",
        "CC=CC |t:1|",
        "InChI=1S/C4H10O/c1-3-4(2)5/h4-5H,3H2,1-2H3/t4-/m0/s1",
    ],
)
def test_marks_that_are_kept_are_not_named(text):
    assert note(text) == ""


def test_a_wedge_of_a_drawing_without_stereo_is_named():
    drawn = Chem.MolFromSmiles("CC(C)O")
    block = Chem.MolToMolBlock(drawn).replace("  2  1  1  0", "  2  1  1  1").replace("  1  2  1  0", "  2  1  1  1")
    ((_, said),) = enumerate_stereo(record_of_molblock(1, block.splitlines()).molecule())
    assert said.endswith("C2 (no stereocenter)")


def test_a_trans_bond_of_a_small_ring_in_coordinates_is_named():
    ring = Chem.AddHs(Chem.MolFromSmiles("C1=CCCCCC1"))
    flat = [(0, 0, 0), (1.3, 0.3, 0), (2, 1.5, 0.5), (2, 3, 1), (0.6, 3.6, 1), (-0.6, 3, 0), (-0.9, -1.1, 0.1)]
    conformer = Chem.Conformer(ring.GetNumAtoms())
    conformer.Set3D(True)
    for atom, point in enumerate(flat):
        conformer.SetAtomPosition(atom, point)
    ring.AddConformer(conformer)
    ((_, said),) = enumerate_stereo(ring)
    assert "trans C1=C2" in said


def test_a_relative_group_of_an_axis_is_named_and_enumerated():
    mol = record_of_text(0, "Cc1cccc(F)c1-c1c(C)cccc1Cl |wU:7.7,&1:7|").molecule()
    isomers = enumerate_stereo(mol, "enumerate")
    assert len({Chem.MolToCXSmiles(isomer) for isomer, _ in isomers}) == 2
    assert "relative group 1 is not specified" in enumerate_stereo(mol)[0][1]
    both = record_of_text(0, "CC[C@H](C)Oc1cccc(F)c1-c1c(C)cccc1Cl |wU:12.13,&1:2,12|").molecule()
    first, second = (isomer for isomer, _ in enumerate_stereo(both, "enumerate"))
    assert first.GetAtomWithIdx(2).GetChiralTag() != second.GetAtomWithIdx(2).GetChiralTag()
    (axis,), (other,) = hindered_axes(first), hindered_axes(second)
    assert axis.GetStereo() != other.GetStereo()
