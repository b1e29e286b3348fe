"""Pockets that are named by the residues that line them."""

import numpy as np
import pytest
from small_structures import alanine, rod, structure

from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.pockets.residues import named_residues
from molgen.errors import InputError


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("residues:A:10,A:12", (4, -5, 0)),
        ("residues:A:10,12", (4, -5, 0)),
        ("Residues: A:10, A:SER12", (4, -5, 0)),
        ("residues:a:10-12", (4, -5, 0)),
        ("residues:A:15B", (24, -5, 0)),
        ("residue:A:15", (20, -5, 0)),
        ("residues:A:10,A:12,A:10", (4, -5, 0)),
    ],
)
def test_residues_name_the_lumen_that_their_side_chains_point_to(made, spec, expected):
    (pocket,) = find_pockets(spec, made)
    np.testing.assert_allclose(pocket.center, expected)
    assert pocket.size.min() >= 22.5


def test_the_box_holds_the_residues_with_a_margin(made):
    np.testing.assert_allclose(find_pockets("residues:A:10-15", made)[0].size[0], 20 + 2.4 + 10)


def test_a_residue_without_a_chain_is_of_the_only_one_that_is_polymer():
    lone = structure(alanine("A", 10, (0, 0, 0)), rod("DRG", "X", 1, (3, -6, 0), 8))
    assert [one.label for one in named_residues("10", lone)] == ["ALA:A:10"]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("residues:A:99", "no residue A:99: chain A has 10 to 15"),
        ("residues:C:10", "no chain 'C' for 'C:10'; the chains are A, b"),
        ("residues:10", "'10' names no chain; the chains are A, b"),
        ("residues:A:HIS12", "A:HIS12 is SER, not HIS"),
        ("residues:A:x", "'A:x' is no residue"),
        ("residues:A:20-30", "no residue A:20-30"),
        ("residues:", "no residues are named"),
    ],
)
def test_residues_that_are_not_there_are_named_with_what_is(made, spec, told):
    with pytest.raises(InputError) as caught:
        find_pockets(spec, made)
    assert told in str(caught.value)
