"""What molgen accepts, what it refuses and why, and what happens to stereo that is left open."""

import time

import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.chem.molecules.standardize import enumerate_stereo, molecule_notes, prepare_molecule
from molgen.chem.molecules.stereo import enumeration
from molgen.errors import ParseError


def smiles(mol):
    return Chem.MolToSmiles(Chem.RemoveHs(mol))


def elements(mol):
    return [atom.GetSymbol() for atom in mol.GetAtoms()]


def test_hydrogens_are_added_after_the_atoms_and_the_input_is_untouched():
    mol = Chem.MolFromSmiles("OCC")
    prepared = prepare_molecule(mol)
    assert elements(prepared) == ["O", "C", "C"] + ["H"] * 6
    assert mol.GetNumAtoms() == 3


def test_order_coordinates_isotopes_and_charges_are_kept():
    mol = Chem.RenumberAtoms(Chem.AddHs(Chem.MolFromSmiles("C[NH3+]")), [2, 0, 5, 1, 3, 4, 6, 7])
    rdDistGeom.EmbedMolecule(mol, randomSeed=1)
    prepared = prepare_molecule(mol)
    assert elements(prepared) == elements(mol)
    assert (prepared.GetConformer().GetPositions() == mol.GetConformer().GetPositions()).all()
    assert smiles(prepare_molecule(Chem.MolFromSmiles("[2H]C([2H])Cl"))) == "[2H]C([2H])Cl"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("CC(=O)[O-].[Na+]", "2 fragments (CC(=O)[O-], [Na+]); --largest-fragment keeps the biggest"),
        ("CCN.O.O", "3 fragments (CCN, 2 x O); --largest-fragment keeps the biggest"),
        ("[Pt+2].[Cl-].[Cl-]", "3 fragments ([Pt+2], 2 x [Cl-]); the largest has a metal (Pt)"),
        ("C[Pt]C", "metal Pt at atom 2 is not supported"),
        ("CC(=O)O[Na]", "metal Na at atom 5 is not supported; write the salt with ions, [Na+]"),
        ("[He]", "element He at atom 1 is not supported"),
        ("*CC", "atom 1 is a dummy or query atom (*)"),
        ("C~C", "the bond C1-C2 has no definite order"),
        ("[H][H]", "the molecule has no heavy atoms"),
        ("", "the molecule has no atoms"),
        ("C" * 400, "400 heavy atoms, at most 200 are supported"),
    ],
)
def test_what_is_refused_is_named(text, reason):
    with pytest.raises(ParseError) as error:
        prepare_molecule(Chem.MolFromSmiles(text))
    assert str(error.value) == reason


def test_an_unsanitized_molecule_is_checked():
    with pytest.raises(ParseError, match="valence 5 of C at atom 2"):
        prepare_molecule(Chem.MolFromSmiles("CC(C)(C)(C)C", sanitize=False))


def test_the_largest_fragment_is_kept_on_request_with_the_name():
    salt = Chem.MolFromSmiles("[Na+].CC(=O)[O-].OCC")
    salt.SetProp("_Name", "salt")
    kept = prepare_molecule(salt, largest_fragment=True)
    assert smiles(kept) == "CC(=O)[O-]"
    assert kept.GetProp("_Name") == "salt"
    assert molecule_notes(kept) == ("only the largest fragment is kept, without [Na+], CCO",)


@pytest.mark.parametrize("text", ["OCCO |Sg:n:1,2:4:ht|", "CC=C |Sg:mon:0,1,2::|"])
def test_repeat_units_are_refused_and_other_groups_are_not(text):
    with pytest.raises(ParseError, match="repeat unit of a polymer"):
        prepare_molecule(Chem.MolFromSmiles(text))
    assert prepare_molecule(Chem.MolFromSmiles("CCO |SgD:0:field:value:::|")).GetNumHeavyAtoms() == 3


def test_the_size_limit_counts_heavy_atoms_of_the_kept_fragment():
    assert prepare_molecule(Chem.MolFromSmiles("CCC.O"), largest_fragment=True, max_heavy_atoms=3).GetNumAtoms() == 11


def test_radicals_are_accepted_with_a_note():
    assert molecule_notes(prepare_molecule(Chem.MolFromSmiles("C[CH2]"))) == ("unpaired electrons on C2",)
    assert molecule_notes(prepare_molecule(Chem.MolFromSmiles("CC"))) == ()


@pytest.mark.parametrize("prepare", [Chem.Mol, prepare_molecule])
@pytest.mark.parametrize(
    ("text", "isomers"),
    [
        ("FC(Cl)C=CC(F)Cl", 8 - 2),  # the two E and the two Z meso forms coincide
        ("OC1CCC(C)CC1", 2),
        ("CC(F)[C@H](O)CC", 2),
        ("C[C@H](O)F", 1),
        ("CC(=N)N", 1),  # N-H of an imine
        ("C=C=C(F)Cl", 1),  # a cumulene
        ("COP(=O)(O)OCC", 1),  # the proton moves
        ("CS(=O)(=N)CC", 2),
        ("CC1(C)C2CCC1(C)C(=O)C2", 2),  # camphor: two of four cannot exist
        ("C[C@H](O)F |o1:1|", 2),
    ],
)
def test_all_open_stereo_is_enumerated_once(text, isomers, prepare):
    mol = prepare(Chem.MolFromSmiles(text))
    found = enumerate_stereo(mol, "enumerate")
    assert len({smiles(isomer) for isomer, _ in found}) == len(found) == isomers
    assert all(elements(isomer) == elements(mol) for isomer, _ in found)
    assert all(bool(note) == (isomers > 1) for _, note in found)


def test_one_isomer_is_chosen_the_same_way_every_time_and_the_note_names_the_centers():
    ((isomer, note),) = enumerate_stereo(Chem.MolFromSmiles("FC=CC(F)Cl"))
    ((again, _),) = enumerate_stereo(Chem.MolFromSmiles("FC=CC(F)Cl"))
    assert smiles(isomer) == smiles(again)
    assert "C4, C2=C3" in note
    assert "one of up to 4 isomers" in note
    assert enumerate_stereo(isomer)[0][1] == ""  # nothing is open any more


def test_a_bridgehead_nitrogen_takes_the_side_that_its_rings_allow():
    isomer = Chem.AddHs(enumerate_stereo(Chem.MolFromSmiles("O=C1CCN2CCCC1C2"))[0][0])
    wanted = Chem.MolToSmiles(Chem.RemoveHs(isomer))
    assert rdDistGeom.EmbedMolecule(isomer, randomSeed=3) == 0
    Chem.AssignStereochemistryFrom3D(isomer)
    assert Chem.MolToSmiles(Chem.RemoveHs(isomer)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "CCN1CC2(C)CCC(OC)C34C2C(OC(C)=O)C2(OCOC25CC(OC)C2CC3(O)C5C2OC(C)=O)C14",  # an aconitane
        "COc1ccc(OC)c(S(=O)(=O)N2CCN(C34CC5CC(CC(C5)C3)C4)CC2)c1",  # an adamantane
    ],
)
def test_of_a_cage_with_many_open_centers_an_isomer_is_taken_that_can_exist(text):
    isomer = Chem.AddHs(enumerate_stereo(Chem.MolFromSmiles(text))[0][0])
    assert rdDistGeom.EmbedMolecule(isomer, randomSeed=1) == 0
    assert not [one for one in Chem.FindPotentialStereo(isomer) if one.specified == Chem.StereoSpecified.Unspecified]


@pytest.mark.parametrize("text", ["C[S@](=NC)CC", "CC=S(C)(C)=O", "CC=P(C)(C)C"])
def test_double_bonds_that_turn_are_not_open(text):
    ((_, note),) = enumerate_stereo(Chem.MolFromSmiles(text))
    assert not note


def test_the_double_bond_of_a_phosphaalkene_is_open_and_not_its_phosphorus():
    ((_, note),) = enumerate_stereo(Chem.MolFromSmiles("CP=CC"))
    assert note.startswith("stereo of P2=C3 is not specified")


def test_the_isomer_of_a_cage_that_is_taken_embeds_from_random_coordinates_too():
    """Bicyclo[5.2.2]undecane: the default start finds its in,out isomer first."""
    ((isomer, note),) = enumerate_stereo(Chem.MolFromSmiles("C1CCCCC2CCC1CC2"))
    assert smiles(isomer) == "C1CC[C@H]2CC[C@@H](CC1)CC2"
    assert not note


def test_isomers_of_a_symmetric_cage_are_looked_for_a_limited_number_of_times(monkeypatch):
    """Of the 2^20 settings of dodecahedrane's centers all look the same to the enumeration."""
    monkeypatch.setattr(enumeration, "_as_embedded", lambda *_: None)
    begin = time.process_time()
    found = enumerate_stereo(Chem.MolFromSmiles("C12C3C4C5C6C1C7C8C2C9C3C%10C4C%11C5C%12C6C7C%13C8C9C%10C%11C%12%13"))
    assert len(found) == 1
    assert time.process_time() - begin < 5.0


def test_specified_stereo_is_never_changed():
    for text in ("C[C@H](O)C(F)Cl", "F/C=C\\C(F)Cl", "C[C@@H]1CC(C)C1"):
        for isomer, _ in enumerate_stereo(Chem.MolFromSmiles(text), "enumerate"):
            assert isomer.HasSubstructMatch(Chem.MolFromSmiles(text.replace("C(F)Cl", "C")), useChirality=True)


def test_the_isomer_that_is_taken_can_exist():
    for text in ("CC1(C)C2CCC1(C)C(=O)C2", "CN1CCC23C4C1CC5=C2C(=C(C=C5)O)OC3C(C=C4)O"):
        isomer = Chem.AddHs(enumerate_stereo(Chem.MolFromSmiles(text))[0][0])
        assert rdDistGeom.EmbedMolecule(isomer, randomSeed=3) == 0
    assert smiles(enumerate_stereo(Chem.MolFromSmiles("C1=CCCCCCC1"))[0][0]) == "C1=C\\CCCCCC/1"  # cis-cyclooctene


def test_more_isomers_than_the_limit_are_sampled_and_the_note_says_so():
    mol = Chem.MolFromSmiles("Br" + "C(Cl)" * 20 + "F")
    found = enumerate_stereo(mol, "enumerate", limit=5)
    assert len({smiles(isomer) for isomer, _ in found}) == 5
    assert found[0][1].endswith("isomer 1 of 5, a sample of up to 1048576")


def test_hydrogens_between_the_heavy_atoms_keep_their_places():
    mol = Chem.RenumberAtoms(Chem.AddHs(Chem.MolFromSmiles("CC(F)Cl")), [4, 0, 7, 1, 5, 3, 6, 2])
    ((isomer, note),) = enumerate_stereo(mol)
    assert elements(isomer) == elements(mol)
    assert "C4" in note
    before, after = (
        mol.GetSubstructMatch(Chem.MolFromSmarts("C[H]")),
        isomer.GetSubstructMatch(Chem.MolFromSmarts("C[H]")),
    )
    assert [mol.GetBondBetweenAtoms(*before), isomer.GetBondBetweenAtoms(*after)].count(None) == 0
    pairs = {frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in isomer.GetBonds()}
    assert pairs == {frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in mol.GetBonds()}
