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
        ("C", "CE1 ", "CE1", 6),
        ("FE", "FE  ", "HEM", 26),
        ("", "CAL ", "CAL", 20),  # CHARMM
        ("", "POT ", "POT", 19),
        ("", "SOD ", "SOD", 11),
        ("", "CLA ", "CLA", 17),
        ("", "CES ", "CES", 55),
        ("", "CAD ", "CAD", 48),
        ("", "ZN  ", "ZN2", 30),
        ("C", "CAL ", "CAL", 20),
        ("", "Na+ ", "Na+", 11),  # AMBER
        ("", "IP  ", "IP", 11),
        ("", "MG+2", "MG2", 12),
        ("", "NA  ", "ION", 11),  # GROMACS
        ("", "NA  ", "HEM", 7),
        ("", "CA1 ", "LIG", 6),  # Boltz
        ("C", " C1 ", "CAL", 6),  # a ligand called like an ion
        ("CA", " CA ", "ALA", 6),
        ("F", " F1 ", "PHE", 9),
        ("D", " D1 ", "LIG", 1),
        ("X", " X1 ", "LIG", DUMMY),
        ("QQ", " Q1 ", "LIG", None),
    ],
)
def test_the_element_comes_from_the_column_or_the_names(symbol, name, residue, expected):
    assert atomic_number(symbol, name, residue) == expected
