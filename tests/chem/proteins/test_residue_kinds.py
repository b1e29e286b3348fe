"""Which groups of a structure are polymer, ligand, metal or water."""

import pytest
from structure_texts import TRIPEPTIDE, cif_row, hetero, mmcif, pdb_line, tripeptide


def kinds(protein):
    return [(residue.label, residue.kind) for residue in protein.residues]


def test_groups_get_their_kinds(read):
    lines = [
        *tripeptide(),
        hetero("ZN", "ZN", "ZN", 201, 20, 0, 0),
        hetero("CL", "CL", "CL", 202, 30, 0, 0),
        *(hetero(name, "C", "BNZ", 203, 40 + 1.4 * k, 0, 0) for k, name in enumerate(["C1", "C2", "C3"])),
        hetero("O", "O", "HOH", 301, 50, 0, 0),
        hetero("O", "O", "DOD", 302, 55, 0, 0),
        hetero("OH2", "O", "TIP3", 303, 60, 0, 0),
        hetero("O", "O", "OPC", 304, 65, 0, 0),
        hetero("O", "O", "OH", 305, 70, 0, 0),
    ]
    assert kinds(read(lines))[3:] == [
        ("ZN:A:201", "metal"),
        ("CL:A:202", "ion"),
        ("BNZ:A:203", "ligand"),
        ("HOH:A:301", "water"),
        ("DOD:A:302", "water"),
        ("TIP3:A:303", "water"),
        ("OPC:A:304", "water"),
        ("OH:A:305", "ion"),
    ]


def test_a_linked_modified_residue_is_polymer_and_a_free_amino_acid_is_a_ligand(read):
    modified = [hetero(*((*atom[:2], "MSE" if atom[2] == "SER" else atom[2], *atom[3:]))) for atom in TRIPEPTIDE]
    free = [hetero(*atom[:2], "GLU", 9, atom[4] + 40, *atom[5:]) for atom in TRIPEPTIDE[:5]]
    cofactor = [hetero(*atom[:2], "SAM", 10, atom[4] + 60, *atom[5:]) for atom in TRIPEPTIDE[:5]]
    found = kinds(read([*tripeptide()[:5], *modified[5:11], *tripeptide()[11:], *free, *cofactor]))
    assert found == [
        ("ALA:A:1", "polymer"),
        ("MSE:A:2", "polymer"),
        ("GLY:A:3", "polymer"),
        ("GLU:A:9", "ligand"),
        ("SAM:A:10", "ligand"),
    ]


def test_a_chromophore_without_backbone_names_is_polymer_between_its_neighbors(read):
    lines = tripeptide()
    odd = [hetero(f"{atom[0]}1", atom[1], "CRX", 2, *atom[4:]) for atom in TRIPEPTIDE[5:11]]
    assert kinds(read([*lines[:5], *odd, *lines[11:]]))[1] == ("CRX:A:2", "polymer")


def test_peptides_of_modified_residues_are_polymer_and_so_are_nucleotides(read):
    strange = [hetero(*atom[:2], {"ALA": "DAL", "SER": "MVA", "GLY": "SAR"}[atom[2]], *atom[3:]) for atom in TRIPEPTIDE]
    bases = [pdb_line("P", "P", "DA", 1, 50, 0, 0), pdb_line("O3'", "O", "DA", 1, 53, 0, 0)]
    assert {kind for _, kind in kinds(read([*strange, *bases]))} == {"polymer"}


def test_mmcif_entities_tell_polymer_from_ligand(read):
    rows = [
        cif_row("C1", "C", "XYZ", 1, 0, 0, 0, group="HETATM", entity="1"),
        cif_row("C2", "C", "XYZ", 1, 1.5, 0, 0, group="HETATM", entity="1"),
        cif_row("N", "N", "GLU", 2, 9, 0, 0, entity="2"),
        cif_row("CA", "C", "GLU", 2, 10.5, 0, 0, entity="2"),
    ]
    entities = "loop_\n_entity.id\n_entity.type\n1 polymer\n2 non-polymer"
    assert [kind for _, kind in kinds(read(mmcif(rows, entities=entities), "x.cif"))] == ["polymer", "ligand"]


@pytest.mark.parametrize("alias", ["HIE", "HID", "HIP", "CYX", "ASH", "GLH", "LYN", "HSD"])
def test_names_of_protonation_states_are_polymer(read, alias):
    lines = [pdb_line(*atom[:2], alias, *atom[3:]) for atom in TRIPEPTIDE[:5]]
    assert kinds(read(lines)) == [(f"{alias}:A:1", "polymer")]


@pytest.mark.parametrize("record", ["ATOM", "HETATM"])
@pytest.mark.parametrize("name", ["UNK", "LIG", "UNL", "MOL"])
def test_a_ligand_by_the_names_of_programs_is_a_ligand_in_either_record(read, record, name):
    ring = [pdb_line(f"C{k}", "C", name, 1, 20 + 1.4 * k, 0, 0, record=record) for k in range(6)]
    assert kinds(read([*tripeptide(), *ring]))[3:] == [(f"{name}:A:1", "ligand")]


def test_an_unknown_residue_of_a_chain_is_polymer(read):
    unknown = [pdb_line(*atom[:2], "UNK", *atom[3:]) for atom in TRIPEPTIDE[:5]]
    assert kinds(read(unknown)) == [("UNK:A:1", "polymer")]
