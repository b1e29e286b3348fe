"""Interactions as a user asks for them, and fingerprints."""

from contextlib import nullcontext

import numpy as np
import pytest

from molgen.chem.proteins.structure import Protein, Residue
from molgen.errors import ConfigError, InputError
from molgen.metrics.interactions import (
    Condition,
    Interaction,
    check_possible,
    check_residues,
    fingerprint,
    similarity,
    unmet,
)

ILE9 = Residue("ILE", "A", 9, "", "polymer", 0, 1)
ASP52A = Residue("ASP", "B", 52, "A", "polymer", 1, 2)


def interaction(kind="hbond", residue=ILE9) -> Interaction:
    return Interaction(kind, residue, "", (0,), (0,), ("O",), 2.9, None, np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("hbond:A:ILE:9", True),
        ("hbond:ILE:A:9", True),
        ("HBond:A:ile:9", True),
        ("hydrogen-bond:A:9", True),
        ("hbond", True),
        ("any:A:9", True),
        ("hbond:B:ILE:9", False),
        ("hbond:A:VAL:9", False),
        ("hbond:A:ILE:10", False),
        ("hydrophobic:A:ILE:9", False),
    ],
)
def test_a_condition_names_a_kind_and_a_residue(text, met) -> None:
    assert Condition.parse(text).met([interaction()]) == met


def test_the_key_of_an_interaction_is_the_condition_that_asks_for_it() -> None:
    for one in (interaction(), interaction("salt_bridge", ASP52A)):
        assert Condition.parse(one.key).met([one])


@pytest.mark.parametrize(
    ("text", "told"),
    [("hbnd:A:ILE:9", "did you mean hbond"), ("hbond:A", "KIND"), ("hbond:A:ILE:x", "KIND"), ("", "no interaction")],
)
def test_another_form_is_refused_in_one_line(text, told) -> None:
    with pytest.raises(ConfigError, match=told):
        Condition.parse(text)


def test_a_residue_that_is_not_there_is_refused_with_the_one_of_that_number() -> None:
    nothing = np.zeros(2, dtype=np.int8)
    protein = Protein(np.zeros((2, 3)), nothing, ("N", "N"), nothing, np.arange(2), (ILE9, ASP52A), source="x.pdb")
    check_residues([Condition.parse("hbond:B:ASP:52A"), Condition.parse("metal")], protein)
    with pytest.raises(InputError, match=r"x\.pdb: hbond:A:LEU:9: .*there is A:ILE:9"):
        check_residues([Condition.parse("hbond:A:LEU:9")], protein)


@pytest.mark.parametrize(
    ("require", "forbid", "told"),
    [
        ("hbond:A:ILE:9", "hbond:A:ILE:9", "hbond:A:ILE:9 is required, and hbond:A:ILE:9 forbids it"),
        ("hbond:A:ILE:9", "any", "is required, and any forbids it"),
        ("hbond", "hbond", "is required, and hbond forbids it"),
        ("metal", "hbond", r"x\.pdb: metal: the receptor has no metal"),
        ("water_bridge:A:9", "hbond", r"x\.pdb: water_bridge:A:9: the receptor has no water; --keep waters"),
        ("hbond", "hbond:A:ILE:9", ""),
        ("hbond:A:ILE:9", "hbond:B:ASP:52A", ""),
        ("hbond:A:ILE:9", "hydrophobic:A:ILE:9", ""),
    ],
)
def test_what_no_pose_can_meet_is_told_before_any_is_made(require, forbid, told) -> None:
    nothing = np.zeros(2, dtype=np.int8)
    protein = Protein(np.zeros((2, 3)), nothing + 6, ("N", "N"), nothing, np.arange(2), (ILE9, ASP52A), source="x.pdb")
    conditions = [Condition.parse(require)], [Condition.parse(forbid)]
    with pytest.raises(InputError, match=told) if told else nullcontext():
        check_possible(*conditions, protein)


def test_what_a_pose_lacks_and_what_it_must_not_have_are_told() -> None:
    require = [Condition.parse("hbond:A:ILE:9"), Condition.parse("metal")]
    assert unmet(require, [Condition.parse("hbond")], [interaction()]) == ("metal", "not hbond")


def test_fingerprints_are_compared_by_shared_keys() -> None:
    own = fingerprint([interaction(), interaction(), interaction("hydrophobic")])
    assert own == ("hbond:A:ILE:9", "hydrophobic:A:ILE:9")
    assert similarity(own, own[:1]) == 0.5
    assert (similarity(own, own), similarity((), ()), similarity(own, ())) == (1.0, 1.0, 0.0)
