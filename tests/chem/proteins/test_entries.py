"""Chains are chosen, kept and dropped by their ids, and the groups that are bound there with them."""

import pytest
from small_structures import alanine, rod, structure

from molgen.chem.proteins.entries import choose_chains, without_dropped
from molgen.chem.proteins.receptor import receptor
from molgen.chem.proteins.structure import Pocket
from molgen.errors import InputError


@pytest.fixture
def complex_of_three():
    return structure(
        *(alanine(chain, k + 1, (4.0 * k, y, 0)) for chain, y in (("A", 0), ("B", 30), ("P", 60)) for k in range(3)),
        rod("HEM", "A", 200, (0, 5, 0), 8),
        rod("HEM", "B", 200, (0, 35, 0), 8),
        rod("FMN", "X", 1, (0, 56, 0), 8),
        rod("ZN", "B", 201, (0, 26, 0), 1, kind="metal"),
    )


def labels(protein):
    return [residue.label for residue in protein.residues if residue.kind != "polymer"]


def test_chosen_chains_come_with_the_groups_that_are_theirs(complex_of_three):
    chosen = choose_chains(complex_of_three, ["A", "P"])
    assert {residue.chain for residue in chosen.of_kind("polymer")} == {"A", "P"}
    assert labels(chosen) == ["HEM:A:200", "FMN:X:1"], "a group without a chain of its own is of the nearest"
    assert chosen.notes == ("chains that were not chosen and are left out: B",)
    assert choose_chains(complex_of_three, []) is complex_of_three
    with pytest.raises(InputError, match="there is no chain 'C'; the chains are A, B, P"):
        choose_chains(complex_of_three, ["A", "C"])


def test_letter_case_of_chains_counts_only_where_it_tells_them_apart(complex_of_three):
    assert {residue.chain for residue in choose_chains(complex_of_three, ["p"]).of_kind("polymer")} == {"P"}
    both = structure(alanine("A", 1, (0, 0, 0)), alanine("a", 1, (0, 9, 0)))
    assert {residue.chain for residue in choose_chains(both, ["a"]).of_kind("polymer")} == {"a"}


@pytest.mark.parametrize(
    ("keep", "drop", "chains", "kept"),
    [
        ([], ["chain:P"], {"A", "B"}, {"HEM:A:200", "HEM:B:200", "FMN:X:1", "ZN:B:201"}),
        ([], ["chain:b"], {"A", "P"}, {"HEM:A:200", "FMN:X:1"}),
        ([], ["CHAIN:B"], {"A", "P"}, {"HEM:A:200", "FMN:X:1"}),
        (["ZN:B:201"], ["chain:B"], {"A", "P"}, {"HEM:A:200", "FMN:X:1", "ZN:B:201"}),
        (["chain:B"], ["all"], {"A", "B", "P"}, {"HEM:B:200", "ZN:B:201"}),
        (["chain:B"], ["HEM"], {"A", "B", "P"}, {"FMN:X:1", "ZN:B:201"}),
    ],
)
def test_chains_are_dropped_and_kept_and_a_narrower_entry_beats_them(complex_of_three, keep, drop, chains, kept):
    found = receptor(complex_of_three, None, keep=keep, drop=drop)
    assert {residue.chain for residue in found.protein.of_kind("polymer")} == chains
    assert set(found.kept) == kept


def test_a_chain_that_is_not_there_is_answered_with_those_that_are(complex_of_three):
    with pytest.raises(InputError, match="no chain 'Q' in the structure: there are A, B, P, X"):
        receptor(complex_of_three, None, drop=["chain:Q"])
    with pytest.raises(InputError, match=r"no group 'P' .*; chain:P stands for the chain"):
        receptor(complex_of_three, None, drop=["P"])


def test_pockets_are_looked_for_without_what_is_dropped(complex_of_three):
    rest = without_dropped(complex_of_three, ["chain:P", "HEM:A"])
    assert {residue.chain for residue in rest.of_kind("polymer")} == {"A", "B"}
    assert labels(rest) == ["HEM:B:200", "FMN:X:1", "ZN:B:201"]


def test_sugars_elsewhere_are_no_copies_of_the_ligand():
    protein = structure(
        *(alanine("A", k + 1, (4.0 * k, 0, 0)) for k in range(3)),
        rod("NAG", "A", 200, (0, 5, 0), 3),
        rod("NAG", "A", 201, (0, 12, 0), 3),
    )
    pocket = Pocket(protein.positions[15:18].mean(axis=0), protein.positions[15] * 0 + 8, "x", removed=("NAG:A:200",))
    assert receptor(protein, pocket).kept == ("NAG:A:201",)


def test_what_is_left_out_is_told_by_its_reason():
    protein = structure(
        *(alanine("A", k + 1, (4.0 * k, 0, 0)) for k in range(3)),
        rod("DRG", "A", 200, (0, 5, 0), 3),
        rod("DRG", "A", 201, (0, 12, 0), 3),
        rod("NAD", "A", 202, (0, 54, 0), 3),
        rod("FAD", "A", 203, (0, 74, 0), 3),
        *(rod("GOL", "A", 300 + k, (0, 5, 9 + 3 * k), 3) for k in range(2)),
        *(rod("HOH", "A", 400 + k, (0, 5, 30 + 3 * k), 1, kind="water") for k in range(3)),
    )
    pocket = Pocket(protein.positions[15:18].mean(axis=0), protein.positions[15] * 0 + 8, "x", removed=("DRG:A:200",))
    assert receptor(protein, pocket, drop=["waters"]).left_out[-1] == "3 waters"
    assert receptor(protein, pocket).left_out == (
        "where the ligand is: DRG:A:200",
        "copies of the ligand: DRG:A:201",
        "2 groups beyond 12 A: NAD:A:202 (45 A), FAD:A:203 (65 A)",
        "additives: 2 GOL",
        "3 waters",
    )
