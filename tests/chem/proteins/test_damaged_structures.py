"""Structure files that cannot be read, are damaged or are huge: one line that says where and why."""

import gzip
import time
from string import ascii_letters, digits

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from structure_texts import TRIPEPTIDE, cif_row, hetero, mmcif, pdb_line, tripeptide

from molgen.chem.proteins import reading as protein_reading
from molgen.chem.proteins.reading import read_protein
from molgen.errors import InputError, MolgenError, ParseError

CIF_ROWS = [cif_row(*atom) for atom in TRIPEPTIDE]


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
    with pytest.raises(InputError, match=r"cannot read \.top files; known are \.pdb, \.ent, \.brk, \.pdb1"):
        read("ROOT", "x.top")
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
