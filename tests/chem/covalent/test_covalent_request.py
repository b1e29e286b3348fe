"""What a user can write for a covalent bond, and what is refused."""

import pytest

from molgen.chem.covalent.request import CovalentBond
from molgen.errors import InputError


def test_a_residue_alone_means_its_reactive_atom():
    bonds = [CovalentBond.parse(text) for text in ("A:CYS:25", "CYS:A:25", " a:cys:25 ", "A:HIE:64", ":LYS:-3B")]
    assert [(bond.chain, bond.number, bond.insertion, bond.atom) for bond in bonds] == [
        *(("A", 25, "", "SG"), ("A", 25, "", "SG"), ("a", 25, "", "SG"), ("A", 64, "", "NE2"), ("", -3, "B", "NZ")),
    ]


@pytest.mark.parametrize(
    ("text", "atom", "reaction", "smarts"),
    [
        ("A:HIS:64:ND1", "ND1", None, None),
        ("A:CYS:25=nitrile-addition", "SG", "nitrile-addition", None),
        ("A:CYS:25:SG=C=CC(=O)N", "SG", None, "C=CC(=O)N"),
        ("A:CYS:25=adduct@[CX3;H1]=O", "SG", "adduct", "[CX3;H1]=O"),
        ("A:CYS:25=[C@H](F)Cl", "SG", None, "[C@H](F)Cl"),
    ],
)
def test_a_bond_names_atom_reaction_and_smarts(text, atom, reaction, smarts):
    bond = CovalentBond.parse(text)
    assert (bond.atom, bond.reaction, bond.smarts) == (atom, reaction, smarts)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A:25", "names no bond"),
        ("A:CYS:25=", "names no bond"),
        ("A:CYS:25,A:CYS:63", "one residue"),
        ("A:ALA:3", "cannot be bonded to ALA"),
        ("A:CYS:25:CB", "cannot be bonded to CB of CYS, only to SG"),
        ("A:CYS:x", "no number of a residue"),
        ("A:CYS:25=michael-adition", "there is no reaction michael-adition"),
        ("A:CYS:25=(", "neither a SMARTS pattern nor a reaction"),
        ("A:CYS:25=adduct@", "neither a SMARTS pattern nor a reaction"),
    ],
)
def test_another_form_is_refused_with_what_is_wrong(text, reason):
    with pytest.raises(InputError, match=reason):
        CovalentBond.parse(text)
