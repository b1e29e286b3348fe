"""MOL2 with every ring bond aromatic and every ring nitrogen N.ar, as Open Babel writes it."""

import pytest
from rdkit import Chem

from molgen.chem.formats.tripos.mol2 import parse_mol2_block

MOLECULES = (
    *("Cc1cc2ccccc2[nH]1", "O=c1cccc[nH]1", "Cn1ccnc1", "c1c[nH]cn1", "CCn1ncc(C(=O)N2CCCCC2)c1C", "c1ccc2[nH]cnc2c1"),
    *("C[n+]1ccccc1", "c1cc[nH+]cc1", "C[n+]1cc[nH]c1", "c1nnn[n-]1", "[O-][n+]1ccccc1", "Oc1cccc(=S)n1C"),
    *("O=c1[nH]cnc2nc[nH]c12", "Cn1c(=O)c2c(ncn2C)n(C)c1=O", "c1cc2[nH]ccc2[nH]1", "O=c1cccc(S)n1[O-]", "c1cn2ccnc2s1"),
    *("C[S+](C)C", "O=[N+]([O-])c1c[nH]cn1", "CC(=O)[N-]S(C)(=O)=O", "O=c1ccoc2ccccc12", "CC(=O)[O-]", "CNC(N)=[NH2+]"),
)
TYPES = {"SP": "1", "SP2": "2", "SP3": "3"}
ORDERS = {1.0: "1", 1.5: "ar", 2.0: "2", 3.0: "3"}


def tripos_type(atom):
    if atom.GetSymbol() in ("H", "F", "Cl"):
        return atom.GetSymbol()
    if atom.GetIsAromatic() and atom.GetSymbol() in ("C", "N"):
        return f"{atom.GetSymbol()}.ar"
    return f"{atom.GetSymbol()}.{TYPES.get(str(atom.GetHybridization()), '3')}"


def block(mol):
    lines = ["@<TRIPOS>MOLECULE", "x", f" {mol.GetNumAtoms()} {mol.GetNumBonds()} 0 0 0", "SMALL", "GASTEIGER", ""]
    lines.append("@<TRIPOS>ATOM")
    for atom in mol.GetAtoms():
        number = atom.GetIdx() + 1
        lines.append(f"{number} {atom.GetSymbol()} {number}.0 0.0 0.0 {tripos_type(atom)} 1 UNL1 0.0")
    lines.append("@<TRIPOS>BOND")
    for bond in mol.GetBonds():
        ends = f"{bond.GetBeginAtomIdx() + 1} {bond.GetEndAtomIdx() + 1}"
        lines.append(f"{bond.GetIdx() + 1} {ends} {ORDERS[bond.GetBondTypeAsDouble()]}")
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("smiles", MOLECULES)
def test_the_nitrogens_of_aromatic_rings_find_their_kind(smiles):
    mol = parse_mol2_block(block(Chem.AddHs(Chem.MolFromSmiles(smiles))))
    assert Chem.MolToSmiles(Chem.RemoveHs(mol)) == Chem.CanonSmiles(smiles)


@pytest.mark.parametrize("smiles", MOLECULES[:6] + MOLECULES[13:15])
def test_without_hydrogens_the_ring_gets_those_it_needs(smiles):
    mol = parse_mol2_block(block(Chem.MolFromSmiles(smiles)))
    assert Chem.MolToSmiles(mol) == Chem.CanonSmiles(smiles)
