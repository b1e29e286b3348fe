"""Structure files, sound and damaged, become proteins or one clear line."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from complexes import CODES, protein_path
from structure_texts import COLUMNS, TRIPEPTIDE, cif_row, hetero, mmcif, pdb_line, tripeptide

from molgen.chem.proteins.reading import read_protein

COMPLEXES = Path(__file__).parents[4] / "shared" / "data" / "complexes" / "dev"
CIF_ROWS = [cif_row(*atom) for atom in TRIPEPTIDE]


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
    unnumbered = [row.replace(" Z 1 7 ", " L 1 . ").replace("ATOM", "HETATM").replace("ALA", "LIG") for row in rows[:5]]
    both = read(mmcif([*rows, *unnumbered], columns=[COLUMNS[place] for place in wanted]), "x.cif")
    assert both.residues[-1].label == "LIG:L:1"


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


def test_real_proteins_are_read_whole():
    for code in CODES:
        path = protein_path(code)
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
