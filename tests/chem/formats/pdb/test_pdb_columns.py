"""PDB lines whose columns are not where they belong, and the names of residues of several programs."""

import pytest
from structure_texts import pdb_line, tripeptide

from molgen.chem.formats.pdb.columns import shifted_columns
from molgen.chem.formats.pdb.reading import parse_pdb
from molgen.chem.formats.residue_names import is_standard, parent_name, without_terminus
from molgen.errors import ParseError

LINE = pdb_line("CA", "C", "ALA", 7, 1.5, -20.25, 300.125)


@pytest.mark.parametrize(("line", "shift"), [(f"{LINE[:20]} {LINE[20:]}", 1), (LINE[:6] + LINE[8:], -2), (LINE, 0)])
def test_moved_coordinates_are_recognized(line, shift):
    assert shifted_columns(line) == shift


def test_a_file_with_moved_columns_is_named_as_such():
    lines = tripeptide()
    lines[3] = f"{lines[3][:14]} {lines[3][14:]}"
    with pytest.raises(
        ParseError, match="the columns are shifted by 1 to the right of those of the PDB format"
    ) as told:
        parse_pdb("\n".join(lines))
    assert told.value.place == "line 4"


def test_coordinates_that_fill_their_columns_are_in_place():
    assert shifted_columns(pdb_line("CA", "C", "ALA", 7, -999.123, -888.123, -777.123)) == 0
    assert shifted_columns(pdb_line("CA", "C", "ALA", 7, 1234.123, 1234.123, 1234.123)) == 0


def test_names_of_other_programs_are_those_of_amino_acids():
    for name, parent in {
        "HSD": "HIS",
        "NALA": "ALA",
        "CHIE": "HIS",
        "LYSH": "LYS",
        "CYX": "CYS",
        "HISB": "HIS",
    }.items():
        assert is_standard(name)
        assert parent_name(name) == parent
    assert without_terminus("NHIE") == "HIE"
