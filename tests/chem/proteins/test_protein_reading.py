"""Structure files, sound and damaged, become proteins or one clear line."""

import gzip
import time
from pathlib import Path
from string import ascii_letters, digits

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from structure_texts import (
    COLUMNS,
    TRIPEPTIDE,
    cif_row,
    hetero,
    mmcif,
    pdb_line,
    posebusters_proteins,
    tripeptide,
)

from molgen.chem.proteins import reading as protein_reading
from molgen.chem.proteins.reading import read_protein
from molgen.errors import InputError, MolgenError, ParseError

COMPLEXES = Path(__file__).parents[4] / "shared" / "data" / "complexes" / "dev"
CIF_ROWS = [cif_row(*atom) for atom in TRIPEPTIDE]


@pytest.fixture
def read(tmp_path):
    """Write lines or text to a file and read it."""

    def _read(content, name="x.pdb"):
        path = tmp_path / name
        if isinstance(content, list):
            content = "\n".join([*content, "END", ""])
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_protein(path)

    return _read


def kinds(protein):
    return [(residue.label, residue.kind) for residue in protein.residues]


def test_a_tripeptide_is_read_with_names_elements_and_coordinates(read):
    protein = read(tripeptide())
    assert [residue.label for residue in protein.residues] == ["ALA:A:1", "SER:A:2", "GLY:A:3"]
    assert [residue.kind for residue in protein.residues] == ["polymer"] * 3
    assert protein.atom_names == tuple(atom[0] for atom in TRIPEPTIDE)
    assert protein.elements.tolist() == [{"C": 6, "N": 7, "O": 8}[atom[1]] for atom in TRIPEPTIDE]
    assert protein.elements.dtype == np.int16
    assert protein.positions.dtype == np.float64
    np.testing.assert_allclose(protein.positions, [atom[4:] for atom in TRIPEPTIDE])
    assert protein.residue_index.tolist() == [0] * 5 + [1] * 6 + [2] * 4
    assert protein.hydrogens.tolist() == [-1] * 15
    assert protein.notes == ()
    assert protein.source.endswith("x.pdb")


@pytest.mark.parametrize(
    ("name", "packed"), [("x.ent", False), ("x.pdb.gz", True), ("X.PDB", False), ("x", False), ("x.pdb", True)]
)
def test_names_and_compression_do_not_matter(read, name, packed):
    raw = "\r\n".join(tripeptide()).encode()
    assert len(read(gzip.compress(raw) if packed else raw, name)) == 15


def test_mmcif_gives_the_same_protein_under_the_ids_of_the_author(read):
    protein = read(mmcif(CIF_ROWS), "x.cif")
    same = read(tripeptide())
    np.testing.assert_array_equal(protein.positions, same.positions)
    assert protein.atom_names == same.atom_names
    assert [residue.label for residue in protein.residues] == ["ALA:AAA:1", "SER:AAA:2", "GLY:AAA:3"]
    assert protein.notes == ()


def test_a_wrong_suffix_is_noted_only(read):
    assert read(mmcif(CIF_ROWS), "x.pdb").notes == ("in spite of its name this is mmCIF",)
    assert read(tripeptide(), "x.cif").notes == ("in spite of its name this is PDB",)


def test_the_author_columns_of_mmcif_may_be_absent(read):
    wanted = [place for place, column in enumerate(COLUMNS) if not column.startswith("auth")]
    rows = [" ".join(row.split()[place] for place in wanted) for row in CIF_ROWS]
    protein = read(mmcif(rows, columns=[COLUMNS[place] for place in wanted]), "x.cif")
    assert protein.residues[0].label == "ALA:Z:7"


def test_groups_get_their_kinds(read):
    lines = [
        *tripeptide(),
        hetero("ZN", "ZN", "ZN", 201, 20, 0, 0),
        hetero("CL", "CL", "CL", 202, 30, 0, 0),
        *(hetero(name, "C", "BNZ", 203, 40 + 1.4 * k, 0, 0) for k, name in enumerate(["C1", "C2", "C3"])),
        hetero("O", "O", "HOH", 301, 50, 0, 0),
        hetero("O", "O", "DOD", 302, 55, 0, 0),
        hetero("OH2", "O", "TIP3", 303, 60, 0, 0),
    ]
    assert kinds(read(lines))[3:] == [
        ("ZN:A:201", "metal"),
        ("CL:A:202", "ion"),
        ("BNZ:A:203", "ligand"),
        ("HOH:A:301", "water"),
        ("DOD:A:302", "water"),
        ("TIP3:A:303", "water"),
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


def test_the_most_occupied_location_of_a_residue_is_read_whole(read):
    serine = TRIPEPTIDE[5:11]
    first = [pdb_line(*atom, altloc="A", occupancy=0.4) for atom in serine]
    second = [pdb_line(*atom[:6], atom[6] + 1, altloc="B", occupancy=0.6) for atom in serine]
    mixed = [line for pair in zip(first, second, strict=True) for line in pair]
    protein = read([*tripeptide()[:5], *mixed, *tripeptide()[11:]])
    np.testing.assert_allclose(protein.positions[5:11, 2], [atom[6] + 1 for atom in serine])
    assert protein.notes == ("alternative locations, of which the most occupied is read, in 1 residue: SER:A:2",)
    equal = [line.replace("  0.40", "  0.50").replace("  0.60", "  0.50") for line in mixed]
    np.testing.assert_allclose(read(equal).positions, [atom[4:] for atom in serine])


def test_one_component_is_read_of_two_at_the_same_place(read):
    lines = [
        *(pdb_line(*atom, altloc="A", occupancy=0.3) for atom in TRIPEPTIDE[5:11]),
        *(pdb_line(*atom[:2], "ALA", *atom[3:], altloc="B", occupancy=0.7) for atom in TRIPEPTIDE[5:10]),
    ]
    assert kinds(read(lines)) == [("ALA:A:2", "polymer")]


def test_an_atom_that_the_chosen_location_lacks_is_taken_from_another(read):
    lines = [
        *(pdb_line(*atom, altloc="A", occupancy=0.6) for atom in TRIPEPTIDE[5:10]),
        *(pdb_line(*atom, altloc="B", occupancy=0.4) for atom in TRIPEPTIDE[5:11]),
    ]
    assert read(lines).atom_names == ("N", "CA", "C", "O", "CB", "OG")


def test_insertion_codes_negative_numbers_and_high_chains_are_kept(read):
    lines = [
        *(pdb_line(*atom, chain="z") for atom in TRIPEPTIDE[:5]),
        *(pdb_line(*atom[:3], 52, *atom[4:], insertion="A") for atom in TRIPEPTIDE[5:11]),
        *(pdb_line(*atom[:3], -5, *atom[4:], chain="9") for atom in TRIPEPTIDE[11:]),
    ]
    assert [residue.label for residue in read(lines).residues] == ["ALA:z:1", "SER:A:52A", "GLY:9:-5"]


@pytest.mark.parametrize(
    ("field", "number"), [("A000 ", 10000), ("A00A ", 10010), ("a000 ", 1223056), ("12345", 12345)]
)
def test_overflowing_residue_numbers_are_decoded(read, field, number):
    line = tripeptide()[0]
    assert read([line[:22] + field + line[27:]]).residues[0].number == number


def test_overflowing_serials_and_chain_ids_of_two_letters_are_read(read):
    line = tripeptide()[0]
    for serial in ("*****", "A0000", "186a0", "     "):
        assert len(read([line[:6] + serial + line[11:], "CONECT" + serial * 2])) == 1
    assert len(read(["HETATM100000" + line[12:]])) == 1
    assert read([line[:20] + "Ab" + line[22:]]).residues[0].chain == "Ab"


def test_a_blank_chain_and_repeated_numbers_stay_separate_residues(read):
    lines = tripeptide(chain="")
    shifted = [pdb_line(*atom[:4], atom[4] + 30, *atom[5:], chain="") for atom in TRIPEPTIDE]
    waters = [hetero("O", "O", "HOH", 1, 60 + 4 * k, 0, 0, chain="") for k in range(3)]
    protein = read([*lines, "TER", *shifted, "TER", *waters])
    assert len(protein.residues) == 9
    assert "several residues share a label: 3 labels: ALA::1, SER::2, GLY::3" in protein.notes


def test_repeated_records_are_left_out_but_ligand_atoms_of_one_name_are_not(read):
    same_names = [hetero("C", "C", "UNL", 1, 30 + 1.5 * k, 0, 0) for k in range(4)]
    protein = read([*tripeptide(), tripeptide()[0], *same_names])
    assert len(protein) == 19
    assert protein.notes == ("repeated atom records left out: 1",)


def test_records_of_a_residue_may_lie_apart(read):
    lines = tripeptide()
    protein = read([*lines[:4], *lines[5:], lines[4]])
    assert protein.atom_names == tuple(atom[0] for atom in TRIPEPTIDE)
    assert protein.residues[0].stop == 5


def test_only_the_first_model_is_read(read):
    models = ["MODEL        1", *tripeptide(), "ENDMDL", "MODEL        2", *tripeptide(), "ENDMDL"]
    assert len(read(models)) == 15
    assert read(models).notes == ("the first of 2 models is read",)
    rows = [*CIF_ROWS, *(row[:-1] + "2" for row in CIF_ROWS)]
    assert len(read(mmcif(rows), "x.cif")) == 15
    assert read(mmcif(rows), "x.cif").notes == ("the first of 2 models is read",)
    assert read([*tripeptide(), "END", tripeptide()[0]]).notes == ("atoms after the END record left out: 1",)
    two_blocks = mmcif(CIF_ROWS) + mmcif(CIF_ROWS[:3])
    assert read(two_blocks, "x.cif").notes == ("the first of 2 data blocks is read",)


def test_hydrogens_are_counted_on_the_nearest_heavy_atom_of_their_residue(read):
    methyl = [(-0.529 + dx, -0.774 + dy, -1.205 + dz) for dx, dy, dz in ((-1, 0, 0), (0, -1, 0), (0, 0, -1))]
    extra = [pdb_line(f"HB{k}", "H", "ALA", 1, *xyz) for k, xyz in enumerate(methyl, start=1)]
    extra.append(pdb_line("D", "D", "ALA", 1, -1.0, 2.2, 0.0))
    extra.append(pdb_line("HX", "H", "ALA", 1, 50.0, 0.0, 0.0))
    protein = read([*tripeptide(), *extra])
    assert protein.hydrogens.tolist() == [1, 0, 0, 0, 3, *[-1] * 10]
    assert protein.hydrogens.dtype == np.int8
    assert len(protein) == 15
    assert protein.notes == ("hydrogens that are near no atom of their residue: 1",)


def test_missing_atoms_of_standard_residues_are_noted(read):
    assert read(tripeptide()[:10] + tripeptide()[11:]).notes == ("atoms are missing in 1 residue: SER:A:2",)


@pytest.mark.parametrize(
    ("placed", "residue", "element"),
    [
        (" CA ", "ALA", 6),
        ("CA  ", "ALA", 6),
        ("CA  ", "CA", 20),
        (" CA ", "ABC", 6),
        ("1HB ", "ALA", None),
        ("HG11", "VAL", None),
        (" NA ", "HEM", 7),
        ("FE  ", "HEM", 26),
        ("FE  ", "FE2", 26),
        ("CL1 ", "ABC", 17),
        ("BR  ", "ABC", 35),
        (" CL ", "ABC", 17),
        ("SE  ", "MSE", 34),
        (" P  ", "DA", 15),
        (" HG ", "SER", None),
        ("HG  ", "HG", 80),
        ("NA  ", "NA", 11),
        (" OH2", "WAT", 8),
    ],
)
def test_blank_elements_follow_from_the_names(read, placed, residue, element):
    lines = [hetero("", "", residue, 2, 40, 0, 0, placed=placed)]
    if element is None:
        assert len(read([*tripeptide(), *lines])) == 15
    else:
        assert read(lines).elements.tolist() == [element]


def test_a_sodium_that_a_program_took_for_nitrogen_is_a_metal(read):
    assert kinds(read([hetero("NA", "N", "NA", 1, 0, 0, 0, placed="NA  ")])) == [("NA:A:1", "metal")]


def test_old_files_with_an_id_in_the_element_columns_are_read(read):
    lines = [line[:72] + f"1CRN{70 + k:4d}" for k, line in enumerate(tripeptide())]
    assert read(lines).elements.tolist() == read(tripeptide()).elements.tolist()


def test_unidentified_atoms_and_virtual_sites_are_left_out(read):
    lines = [hetero("UNK", "X", "UNX", 5, 30, 0, 0), hetero("MW", "", "SOL", 6, 40, 0, 0)]
    protein = read([*tripeptide(), *lines])
    assert len(protein) == 15
    assert protein.notes == ("atoms of element X left out: 1",)


def test_odd_occupancies_are_accepted(read):
    lines = tripeptide()
    lines[0] = lines[0][:54] + "******" + lines[0][60:]
    lines[1] = lines[1][:54]
    lines[2] = lines[2][:54] + " -1.00" + lines[2][60:]
    lines[3] = lines[3][:54] + "  0.00" + lines[3][60:]
    assert len(read(lines)) == 15


def broken(place, change):
    lines = tripeptide()
    lines[place] = change(lines[place])
    return lines


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "x.pdb", "x.pdb: the file is empty"),
        (b" \n\n", "x.cif", "x.cif: the file is empty"),
        (b"\x00\x01ATOM\xff" * 40, "x.pdb", "x.pdb: a binary file, neither PDB nor mmCIF"),
        (b"ATOM", "x.pdb.gz", "x.pdb.gz: not a gzip file, in spite of its name"),
        (gzip.compress(b"ATOM" * 999)[:-9], "x.pdb.gz", "x.pdb.gz: damaged gzip file"),
        (b"HEADER    PROTEIN\nEND\n", "x.pdb", "x.pdb: neither a PDB nor an mmCIF file: it has no ATOM or HETATM"),
        (b"data_x\n_cell.a 1\n", "x.cif", "x.cif: an mmCIF file without an _atom_site table"),
        (b"CCO ethanol\n", "x.pdb", "x.pdb: this looks like a SMILES file; a protein comes as PDB or mmCIF"),
        (b"\n  prog\n\n  1  0  0  0  0  0  0 V2000\nM  END\n", "x.pdb", "x.pdb: this looks like a SD or MOL file"),
        (b"@<TRIPOS>MOLECULE\n", "x.pdb", "x.pdb: this looks like a MOL2 file"),
        (b"<PDBx/>", "x.pdb", "x.pdb: this looks like a XML file"),
        (["ROOT", *tripeptide(), "TORSDOF 3"], "x.pdb", "x.pdb: this looks like a PDBQT file"),
        (broken(3, lambda line: line[:50]), "x.pdb", "x.pdb:line 4: the line ends before its coordinates do"),
        (broken(3, lambda line: line[:30] + "   abc  " + line[38:]), "x.pdb", "line 4: the x coordinate 'abc' is not"),
        (broken(3, lambda line: line[:38] + "     nan" + line[46:]), "x.pdb", "line 4: the y coordinate 'nan' is not"),
        (broken(3, lambda line: line[:46] + "     inf" + line[54:]), "x.pdb", "line 4: the z coordinate 'inf' is too"),
        (broken(3, lambda line: line[:46] + "1000000." + line[54:]), "x.pdb", "line 4: the z coordinate '1000000.' is"),
        (broken(3, lambda line: line[:22] + " 1x4" + line[26:]), "x.pdb", "line 4: the residue number '1x4' is not a"),
        ([hetero("XX", "XX", "ABC", 1, 0, 0, 0)], "x.pdb", "x.pdb:line 1: unknown element 'XX' of atom 'XX' in 'ABC'"),
        ([hetero("?", "", "ABC", 1, 0, 0, 0)], "x.pdb", "x.pdb:line 1: unknown element '?' of atom '?' in 'ABC'"),
        ([hetero("H", "H", "ABC", 1, 0, 0, 0)], "x.pdb", "x.pdb: the file holds no atoms other than hydrogen"),
        (mmcif([*CIF_ROWS[:2], CIF_ROWS[2][:30]]), "x.cif", "x.cif:atom 3: the _atom_site table breaks off in a row"),
        (mmcif(CIF_ROWS).replace("2.153", "2.1.3"), "x.cif", "x.cif:atom 4: the x coordinate '2.1.3' is not a number"),
        (mmcif(CIF_ROWS).replace("_atom_site.Cartn_y", "_atom_site.y"), "x.cif", "x.cif: no column _atom_site.Cartn_y"),
        (
            mmcif(CIF_ROWS).replace(" C CA", " Qq CA").replace("GLY", "XYZ"),
            "x.cif",
            "13: unknown element 'Qq' of atom 'CA'",
        ),
        (mmcif([]), "x.cif", "x.cif: the file holds no atoms"),
        (mmcif(CIF_ROWS).replace(" N N", " N 'N"), "x.cif", "x.cif: broken mmCIF syntax: Line ended with quote open"),
    ],
    ids=lambda value: value[-30:] if isinstance(value, str) and len(value) < 120 else "",
)
def test_what_cannot_be_read_is_one_line_that_says_where_and_why(read, content, name, message):
    with pytest.raises((InputError, ParseError)) as error:
        read(content, name)
    assert message in str(error.value)
    assert str(error.value).count("\n") == 0


def test_missing_files_folders_and_other_suffixes_are_named(tmp_path, read):
    with pytest.raises(InputError, match="no such file"):
        read_protein(tmp_path / "missing.pdb")
    with pytest.raises(InputError, match="is a folder"):
        read_protein(tmp_path)
    with pytest.raises(
        InputError, match=r"cannot read \.pdbqt files; known are \.pdb, \.ent, \.brk, \.cif, \.mmcif, each"
    ):
        read("ROOT", "x.pdbqt")
    for name in ("a\0b.pdb", "a" * 5000):
        with pytest.raises(InputError, match=r"no such file|not a usable file name|name too long"):
            read_protein(name)


def test_decompression_is_bounded(read, monkeypatch):
    monkeypatch.setattr(protein_reading, "MAX_BYTES", 2**20)
    with pytest.raises(InputError, match="larger than 1 MiB"):
        read(gzip.compress(b"ATOM" * 2**19), "bomb.pdb.gz")


def test_many_atoms_at_one_point_are_an_error_instead_of_millions_of_pairs(read):
    lines = [pdb_line(name, name[0], "ALA", k % 9999, 0, 0, 0) for k in range(4000) for name in ("N", "CA", "C")]
    assert len(read(lines[:300]).residues) == 100
    with pytest.raises(InputError, match="12000 atoms lie within 2 A"):
        read(lines)


def test_real_proteins_are_read_whole():
    for path in posebusters_proteins():
        protein = read_protein(path)
        heavy = [line for line in path.read_text().splitlines() if line.startswith(("ATOM", "HETATM"))]
        heavy = [line for line in heavy if line[76:78].strip() != "H"]
        assert len(protein) == len(heavy)
        assert protein.notes == ()
        assert {residue.kind for residue in protein.residues} <= {"polymer", "ligand"}


def test_complexes_of_the_development_set_are_read_whole():
    paths = sorted(COMPLEXES.glob("*/protein.pdb.gz"))[::20]
    if not paths:
        pytest.skip("the development set is not here")
    for path in paths:
        protein = read_protein(path)
        with gzip.open(path, "rt") as lines:
            assert len(protein) == sum(line.startswith(("ATOM", "HETATM")) for line in lines)


VALID = {
    "x.pdb": "\n".join([*tripeptide(), hetero("ZN", "ZN", "ZN", 9, 20, 0, 0, altloc="A"), "TER", "END", ""]).encode(),
    "x.cif": mmcif(CIF_ROWS, entities="loop_\n_entity.id\n_entity.type\n1 polymer\n2 water").encode(),
}


@given(
    name=st.sampled_from(sorted(VALID)),
    cut=st.integers(0, 3000),
    flips=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=6),
    lost=st.lists(st.integers(0, 50), max_size=4),
    packed=st.booleans(),
)
@example(name="x.cif", cut=3000, flips=[], lost=list(range(30)), packed=False)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused_and_never_crashes(tmp_path, name, cut, flips, lost, packed):
    lines = VALID[name].split(b"\n")
    raw = bytearray(b"\n".join(line for number, line in enumerate(lines) if number not in lost)[:cut])
    if packed:
        raw = bytearray(gzip.compress(bytes(raw), mtime=0))
    for place, byte in flips:
        if place < len(raw):
            raw[place] = byte
    path = tmp_path / name
    path.write_bytes(raw)
    try:
        protein = read_protein(path)
    except MolgenError:
        return
    assert len(protein) == len(protein.atom_names) == len(protein.hydrogens) == protein.residues[-1].stop
    assert np.isfinite(protein.positions).all()


@given(st.binary(max_size=300))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_junk_is_refused(tmp_path, raw):
    path = tmp_path / "x.cif"
    path.write_bytes(b"data_x\nloop_\n_atom_site.id\n" + raw)
    with pytest.raises(MolgenError):
        read_protein(path)


def test_damaged_deflate_data_is_one_line(read):
    raw = bytearray(gzip.compress(b"ATOM  " * 500))
    raw[15] ^= 255
    with pytest.raises(InputError, match="damaged gzip file"):
        read(bytes(raw), "x.pdb.gz")


@pytest.mark.slow
def test_a_hundred_thousand_atoms_take_seconds(read):
    copies = [(chain, shift) for shift in range(100) for chain in ascii_letters + digits]
    lines = [
        pdb_line(*atom[:3], atom[3] + 10 * shift, atom[4], atom[5] + 5 * shift, atom[6] + 5 * ord(chain), chain=chain)
        for chain, shift in copies
        for atom in TRIPEPTIDE
    ]
    begin = time.perf_counter()
    assert len(read(lines)) == len(lines) > 90_000
    assert time.perf_counter() - begin < 15
