"""MOL2 blocks that are typed by GAFF or AMBER are read by their elements; bonds of unknown order are refused."""

import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.formats.tripos.atom_types import with_tripos_types
from molgen.chem.formats.tripos.mol2 import parse_mol2_block
from molgen.errors import ParseError

GAFF = {"C": "c3", "N": "n", "O": "o", "H": "hc", "Cl": "cl", "S": "s6"}
AMBER = {"C": "CT", "N": "N", "O": "O2", "H": "HC", "Cl": "Cl", "S": "SH"}


def block(text, types, aromatic="ca"):
    mol = Chem.Mol(embedded(text))
    rings = {atom.GetIdx() for atom in mol.GetAtoms() if atom.GetIsAromatic() and atom.GetSymbol() == "C"}
    Chem.Kekulize(mol, clearAromaticFlags=True)
    lines = ["@<TRIPOS>MOLECULE", "x", f"{mol.GetNumAtoms()} {mol.GetNumBonds()} 1 0 0", "SMALL", "bcc", ""]
    lines.append("@<TRIPOS>ATOM")
    for atom, (x, y, z) in zip(mol.GetAtoms(), mol.GetConformer().GetPositions().tolist(), strict=True):
        index, symbol = atom.GetIdx(), atom.GetSymbol()
        kind = aromatic if index in rings else types[symbol]
        lines.append(f"{index + 1:7d} {symbol}{index + 1:<6} {x:9.4f} {y:9.4f} {z:9.4f} {kind:5} 1 MOL 0.1")
    lines.append("@<TRIPOS>BOND")
    for bond in mol.GetBonds():
        ends = (bond.GetBeginAtomIdx() + 1, bond.GetEndAtomIdx() + 1)
        lines.append(f"{bond.GetIdx() + 1} {ends[0]} {ends[1]} {int(bond.GetBondTypeAsDouble())}")
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("text", ["CC(=O)Nc1ccc(O)cc1", "Clc1ccncc1[N+](=O)[O-]", "CC(=O)[O-]", "C[NH3+]"])
@pytest.mark.parametrize(("types", "aromatic"), [(GAFF, "ca"), (AMBER, "CA")])
def test_types_of_force_fields_are_their_elements(text, types, aromatic):
    found = parse_mol2_block(block(text, types, aromatic))
    assert Chem.MolToSmiles(Chem.RemoveHs(found)) == Chem.CanonSmiles(text)


def test_calcium_among_tripos_types_stays_calcium():
    text = block("CCO", {"C": "C.3", "O": "O.3", "H": "H"}).replace("O.3", "Ca ")
    assert with_tripos_types(text) == text


def test_a_bond_of_unknown_order_is_refused_at_once():
    text = block("CCO", GAFF)
    broken = text.replace("1 1 2 1", "1 1 2 un")
    assert broken != text
    with pytest.raises(ParseError, match=r"the order of the bond of atoms 1 and 2 is given as unknown \(un\)"):
        parse_mol2_block(broken)
