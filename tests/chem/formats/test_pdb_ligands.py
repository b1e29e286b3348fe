"""Ligands as PDB and PDBQT: their bonds are found, or the file is refused."""

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.formats.pdb_ligands import parse_pdb_ligand, split_models
from molgen.chem.molecules.protonation import has_stated_protons
from molgen.chem.molecules.reading import read_molecules
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


def pdbqt(mol, text, *, remark=True):
    """A rigid PDBQT in the manner of Meeko."""
    lines = [
        f"REMARK SMILES {text}",
        "REMARK SMILES IDX " + " ".join(f"{k} {k}" for k in range(1, mol.GetNumAtoms() + 1)),
    ]
    lines = (lines if remark else []) + ["ROOT"]
    for atom, (x, y, z) in zip(mol.GetAtoms(), mol.GetConformer().GetPositions(), strict=True):
        number = atom.GetIdx() + 1
        lines.append(
            f"ATOM  {number:5d}  {atom.GetSymbol()}   UNL     1    {x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00     0.000 "
            f"{atom.GetSymbol()}"
        )
    return [*lines, "ENDROOT", "TORSDOF 0"]


def test_poses_of_a_pdbqt_file_have_the_state_of_their_smiles(tmp_path):
    text = "C[C@H]([NH3+])C(=O)[O-]"
    mol = Chem.RemoveHs(embedded(text))
    block = pdbqt(mol, text)
    path = tmp_path / "poses.pdbqt"
    path.write_text("\n".join(["MODEL 1", *block, "ENDMDL", "MODEL 2", *block, "ENDMDL", "MODEL 3"]))
    first, second = read_molecules(path)
    assert smiles(first.mol) == smiles(second.mol) == text
    assert has_stated_protons(first.mol)
    positions = first.mol.GetConformer().GetPositions()[: mol.GetNumAtoms()]
    np.testing.assert_allclose(positions, mol.GetConformer().GetPositions(), atol=1e-3)


def test_a_pdbqt_file_without_bonds_is_refused(tmp_path):
    mol = Chem.RemoveHs(embedded("CCO"))
    path = tmp_path / "a.pdbqt"
    path.write_text("\n".join(pdbqt(mol, "CCO", remark=False)))
    (record,) = read_molecules(path)
    assert "without REMARK SMILES" in record.error
    path.write_text("\n".join(pdbqt(mol, "CCCO")))
    (record,) = read_molecules(path)
    assert record.error == "atom 4 of REMARK SMILES is not among the atoms of the PDBQT record"


def test_a_protein_is_no_ligand():
    line = "ATOM      1  CA  ALA A   1       0.000   0.000   0.000"
    with pytest.raises(ParseError, match="501 atoms in a PDB record: that is no ligand"):
        parse_pdb_ligand([line] * 501)
    assert list(split_models(iter(["REMARK x", "END"]))) == []
