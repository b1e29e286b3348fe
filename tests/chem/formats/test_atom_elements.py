"""Elements from what structure files write about atoms."""

import pytest

from molgen.chem.formats.atom_elements import DUMMY, atomic_number


@pytest.mark.parametrize(
    ("symbol", "name", "residue", "expected"),
    [
        ("C", " CA ", "ALA", 6),
        ("", " CA ", "ALA", 6),
        ("CA", "CA  ", "CA", 20),
        ("", "CA  ", "CA", 20),
        ("RU", "RU  ", "RU", 44),  # RU is also an old name of uridine
        ("N", "NA  ", "NA", 11),  # the column is wrong: an atom named like its residue is that element
        ("FE", "FE  ", "HEM", 26),
        ("D", " D1 ", "LIG", 1),
        ("X", " X1 ", "LIG", DUMMY),
        ("QQ", " Q1 ", "LIG", None),
    ],
)
def test_the_element_comes_from_the_column_or_the_names(symbol, name, residue, expected):
    assert atomic_number(symbol, name, residue) == expected
