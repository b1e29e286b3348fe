"""Ligands as PDB: their bonds are found, or the file is refused."""

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.formats.pdb.ligands import parse_pdb_ligand, split_models
from molgen.errors import ParseError

NO_ORDERS = 2 + 8  # CONECT once for every bond, whatever its order


def pdb(mol, flavor=NO_ORDERS):
    return Chem.MolToPDBBlock(mol, flavor=flavor).split("\n")


def smiles(mol):
    return Chem.MolToSmiles(Chem.RemoveHs(mol))


@pytest.mark.parametrize(
    "text", ["C[C@H](N)C(=O)[O-]", "Cc1c[nH]cn1", "CC(=O)Nc1ccc(O)cc1", "O=C(O)/C=C/c1ccccc1", "NC(=[NH2+])c1ccccc1"]
)
def test_hydrogens_tell_the_bond_orders(text):
    mol = embedded(text)
    found = parse_pdb_ligand(pdb(mol))
    assert smiles(found) == Chem.CanonSmiles(text)
    np.testing.assert_allclose(found.GetConformer().GetPositions(), mol.GetConformer().GetPositions(), atol=1e-3)


def test_without_hydrogens_only_repeated_conect_records_tell_them():
    bare = Chem.RemoveHs(embedded("CC(=O)Nc1ccc(O)cc1"))
    assert smiles(parse_pdb_ligand(pdb(bare, flavor=0))) == "CC(=O)Nc1ccc(O)cc1"
    with pytest.raises(ParseError, match="without hydrogens does not say its bond orders"):
        parse_pdb_ligand(pdb(bare))


def test_a_protein_is_no_ligand():
    line = "ATOM      1  CA  ALA A   1       0.000   0.000   0.000"
    with pytest.raises(ParseError, match="501 atoms in a PDB record: that is no ligand"):
        parse_pdb_ligand([line] * 501)
    assert list(split_models(iter(["REMARK x", "END"]))) == []
