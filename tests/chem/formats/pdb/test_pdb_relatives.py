"""Receptors as PDBQT and PQR are the same atoms as in PDB."""

import numpy as np
import pytest
from structure_texts import TRIPEPTIDE, hetero, tripeptide

from molgen.chem.proteins.reading import read_protein
from molgen.errors import ParseError

TYPES = {"N": "N", "C": "C", "O": "OA"}


def written(tmp_path, name, lines):
    path = tmp_path / name
    path.write_text("\n".join(lines))
    return path


def pdbqt(line, kind):
    return f"{line[:66]:66}    {-0.25:6.3f} {kind}"


def pqr(name, residue, number, x, y, z, chain="A "):
    return f"ATOM 1 {name} {residue} {chain}{number} {x} {y} {z} -0.25 1.70"


def test_types_of_autodock_are_elements(tmp_path):
    plain = read_protein(written(tmp_path, "a.pdb", tripeptide()))
    zinc = pdbqt(hetero("ZN", "ZN", "ZN", 9, 9.0, 9.0, 9.0), "Zn")
    lines = [pdbqt(line, TYPES[atom[1]]) for line, atom in zip(tripeptide(), TRIPEPTIDE, strict=True)]
    aromatic = pdbqt(hetero("C1", "", "LIG", 8, 7.0, 9.0, 9.0), "A")
    protein = read_protein(written(tmp_path, "a.pdbqt", [*lines, zinc, aromatic]))
    assert protein.elements.tolist() == [*plain.elements.tolist(), 30, 6]
    np.testing.assert_array_equal(protein.positions[:-2], plain.positions)


def test_a_ligand_is_no_receptor(tmp_path):
    lines = ["ROOT", *(pdbqt(line, "C") for line in tripeptide()), "ENDROOT", "TORSDOF 0"]
    with pytest.raises(ParseError, match="is a ligand or flexible side chains, not a receptor"):
        read_protein(written(tmp_path, "a.pdbqt", lines))


@pytest.mark.parametrize("chain", ["A ", ""])
def test_fields_of_a_pqr_file_are_separated_by_spaces(tmp_path, chain):
    plain = read_protein(written(tmp_path, "a.pdb", tripeptide()))
    lines = [pqr(name, residue, *place, chain=chain) for name, _, residue, *place in TRIPEPTIDE]
    protein = read_protein(written(tmp_path, "a.pqr", ["REMARK 1", *lines, "TER", "END"]))
    np.testing.assert_array_equal(protein.positions, plain.positions)
    assert protein.elements.tolist() == plain.elements.tolist()
    assert [residue.name for residue in protein.residues] == ["ALA", "SER", "GLY"]
    assert {residue.chain for residue in protein.residues} == {chain.strip()}


def test_a_broken_pqr_record_is_named(tmp_path):
    with pytest.raises(ParseError, match="a PQR record of 4 fields") as told:
        read_protein(written(tmp_path, "a.pqr", ["REMARK", "ATOM 1 N ALA"]))
    assert told.value.place == "line 2"
