"""Colors of entries, and residues as the viewer selects them."""

import pytest

from molgen.chem.proteins.structure import Residue
from molgen.reports.pages.scene import SIZES, scene, selectors, shade, templates


@pytest.mark.parametrize(
    ("index", "count", "color"),
    [(0, 1, "#007a5a"), (0, 5, "#007a5a"), (4, 5, "#bee2d6"), (2, 5, "#5fae98"), (9, 5, "#bee2d6")],
)
def test_the_best_is_dark_and_the_last_is_pale(index, count, color):
    assert shade(index, count) == color


def test_residues_are_selected_by_what_they_have():
    assert selectors([Residue("ALA", "A", 5, "B", "polymer", 0, 1), Residue("SER", "", -2, "", "polymer", 1, 2)]) == [
        {"auth_seq_id": 5, "auth_asym_id": "A", "pdbx_PDB_ins_code": "B"},
        {"auth_seq_id": -2},
    ]


def test_several_entries_are_thin_and_bare_and_one_is_not():
    for entries, size, bare in (([("u", ())], "chosen", False), ([("u", ()), ("v", ())], "overlaid", True)):
        text = str(scene(templates(), entries, count=2))
        assert f"'size_factor': {SIZES[size]}, 'ignore_hydrogens': {bare}" in text
        assert "@" not in text
