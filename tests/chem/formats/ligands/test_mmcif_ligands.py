"""Ligands of mmCIF files: components of a dictionary and groups of structures, or why their bonds are unknown."""

from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded
from structure_texts import tripeptide

from molgen.chem.molecules.reading import read_molecules
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.writing import write_complex
from molgen.errors import InputError

ORDERS = {1.0: "SING", 2.0: "DOUB", 3.0: "TRIP"}
MOLECULES = ["C[C@H]([NH3+])C(=O)[O-]", "O=C(O)/C=C/c1ccccc1", "C#Cc1ccncc1[N+](=O)[O-]"]


def smiles(mol):
    return Chem.MolToSmiles(Chem.RemoveHs(mol))


def component(mol, name, *, bonds=True, places="model_Cartn_{}"):
    """A data block as the chemical component dictionary has it."""
    mol = Chem.Mol(mol)
    Chem.Kekulize(mol, clearAromaticFlags=True)
    axes = [f"_chem_comp_atom.{places.format(axis)}" for axis in "xyz"]
    lines = [f"data_{name}", "loop_", *(f"_chem_comp_atom.{item}" for item in ("comp_id", "atom_id", "type_symbol"))]
    lines += ["_chem_comp_atom.charge", *axes]
    for atom, (x, y, z) in zip(mol.GetAtoms(), mol.GetConformer().GetPositions().tolist(), strict=True):
        label, charge = f"{atom.GetSymbol()}{atom.GetIdx()}", atom.GetFormalCharge()
        lines.append(f"{name} {label} {atom.GetSymbol()} {charge} {x:.3f} {y:.3f} {z:.3f}")
    if bonds:
        lines += [
            "loop_",
            *(f"_chem_comp_bond.{item}" for item in ("comp_id", "atom_id_1", "atom_id_2", "value_order")),
        ]
    for bond in mol.GetBonds() if bonds else ():
        one, other = (f"{atom.GetSymbol()}{atom.GetIdx()}" for atom in (bond.GetBeginAtom(), bond.GetEndAtom()))
        lines.append(f"{name} {one} {other} {ORDERS[bond.GetBondTypeAsDouble()]}")
    return "\n".join([*lines, "#", ""])


@pytest.mark.parametrize("places", ["model_Cartn_{}", "pdbx_model_Cartn_{}_ideal", "{}"])
def test_components_of_a_dictionary_are_molecules(tmp_path: Path, places: str) -> None:
    path = tmp_path / "components.cif"
    path.write_text("".join(component(embedded(text), f"M{k}", places=places) for k, text in enumerate(MOLECULES)))
    records = list(read_molecules(path))
    assert [record.name for record in records] == ["M0", "M1", "M2"]
    assert [smiles(record.molecule()) for record in records] == [Chem.CanonSmiles(text) for text in MOLECULES]
    wanted = embedded(MOLECULES[0]).GetConformer().GetPositions()
    np.testing.assert_allclose(records[0].molecule().GetConformer().GetPositions(), wanted, atol=1e-3)


def test_a_component_without_bonds_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.cif"
    path.write_text(component(embedded("CCO"), "EOH", bonds=False))
    (record,) = read_molecules(path)
    assert record.name == "EOH"
    assert "a component without _chem_comp_bond does not say its bonds" in (record.error or "")


@pytest.mark.parametrize("text", MOLECULES)
def test_the_ligand_of_a_complex_is_read_with_its_bonds(tmp_path: Path, text: str) -> None:
    protein = tmp_path / "a.pdb"
    protein.write_text("\n".join(tripeptide()))
    path = tmp_path / "complex.cif"
    write_complex(path, read_protein(protein), embedded(text), residue_name="XYZ")
    (record,) = read_molecules(path)
    assert (record.name, smiles(record.molecule())) == ("XYZ:L:1", Chem.CanonSmiles(text))


def structure(mol, *, hydrogens: bool) -> str:
    """A structure of one group, without a word on its bonds."""
    names = ("group_PDB", "label_atom_id", "label_comp_id", "label_asym_id", "label_seq_id", "type_symbol")
    lines = ["data_x", "loop_", *(f"_atom_site.{name}" for name in (*names, "Cartn_x", "Cartn_y", "Cartn_z"))]
    for atom, (x, y, z) in zip(mol.GetAtoms(), mol.GetConformer().GetPositions().tolist(), strict=True):
        if hydrogens or atom.GetAtomicNum() > 1:
            symbol = atom.GetSymbol()
            lines.append(f"HETATM {symbol}{atom.GetIdx()} DRG B 7 {symbol} {x:.3f} {y:.3f} {z:.3f}")
    return "\n".join([*lines, "#", ""])


def test_a_group_without_bonds_needs_its_hydrogens(tmp_path: Path) -> None:
    mol = embedded("CC(=O)Nc1ccc(O)cc1")
    path = tmp_path / "a.cif"
    path.write_text(structure(mol, hydrogens=True))
    (record,) = read_molecules(path)
    assert smiles(record.molecule()) == "CC(=O)Nc1ccc(O)cc1"
    path.write_text(structure(mol, hydrogens=False))
    (record,) = read_molecules(path)
    assert "the structure does not say the bonds of DRG:B:7 (no _chem_comp_bond)" in (record.error or "")


def test_files_without_a_ligand_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.cif"
    path.write_text("data_x\nloop_\n_atom_site.label\n_atom_site.fract_x\nC1 0.1\n")
    with pytest.raises(InputError, match="crystal of small molecules with fractional coordinates"):
        next(read_molecules(path))
    path.write_text("data_x\n_cell.length_a 1\n")
    with pytest.raises(InputError, match="an mmCIF file without atoms"):
        next(read_molecules(path))
