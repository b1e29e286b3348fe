"""Pockets by name: the forms, automatic choice, detection, and what is said when the name fits nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from small_structures import alanine, rod, structure

from molgen.chem.proteins import pockets as pockets_module
from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.pockets.detection import DetectedPocket
from molgen.errors import InputError, MolgenError


def names(pockets):
    return [pocket.name for pocket in pockets]


def test_auto_takes_each_kind_of_ligand_cofactors_last(made):
    pockets = find_pockets("auto", made)
    assert names(pockets) == ["auto 1 (ligand DRG:A:302)", "auto 2 (ligand ALT:A:303)", "auto 3 (ligand NAD:A:301)"]
    assert pockets[2].removed == ("NAD:A:301",)


@pytest.mark.parametrize("name", ["PLM", "OLA", "XYZ"])
def test_a_lipid_by_its_name_or_its_long_chain_is_no_ligand_for_auto(reductase, name):
    bare = reductase.keep(lambda one: one.kind == "polymer")
    lipid = structure(rod(name, "L", 1, bare.positions.max(axis=0), 14))
    both = joined(bare, lipid)
    pocket = find_pockets("auto", both)[0]
    assert "detected" in pocket.name
    assert any(note.startswith(f"{name}:L:1 is a lipid and not taken for the ligand") for note in pocket.notes)


def test_beside_a_cofactor_is_the_first_pocket_that_is_large_enough(monkeypatch):
    centers, volumes = ((0.0, 20, 0), (2.0, 5, 0), (0.0, 5, 0)), (200.0, 60.0, 150.0)
    found = [
        DetectedPocket(np.array(center), volume, 0.5, (), 1.0) for center, volume in zip(centers, volumes, strict=True)
    ]
    monkeypatch.setattr(pockets_module, "detect_pockets", lambda walls, count: found)
    made = structure(*(alanine("A", k, (4.0 * k, 0, 0)) for k in range(3)), rod("HEM", "A", 200, (0, 4, 0), 8))
    assert [pocket.center[1] for pocket in find_pockets("auto", made)] == [5, 20, 5]
    assert [pocket.center[1] for pocket in find_pockets("blind", made)] == [20, 5, 5]


def joined(one, other):
    """Two structures in one."""
    residues = [replace(group, start=group.start + len(one), stop=group.stop + len(one)) for group in other.residues]
    return replace(
        one,
        positions=np.concatenate([one.positions, other.positions]),
        elements=np.concatenate([one.elements, other.elements]),
        atom_names=one.atom_names + other.atom_names,
        hydrogens=np.concatenate([one.hydrogens, other.hydrogens]),
        residue_index=np.concatenate([one.residue_index, other.residue_index + len(one.residues)]),
        residues=(*one.residues, *residues),
    )


def test_auto_without_ligands_and_blind_look_at_the_shape(reductase):
    bare = reductase.keep(lambda one: one.kind == "polymer")
    auto, blind = find_pockets("auto", bare), find_pockets("Blind", bare)
    assert auto[0].name.startswith("auto 1 (detected, volume ")
    assert blind[0].name.startswith("blind 1 (detected, volume ")
    assert 1 < len(blind) <= 8
    np.testing.assert_allclose(blind[0].size, 22.5)
    np.testing.assert_allclose([pocket.center for pocket in auto], [pocket.center for pocket in blind])


def test_blind_sees_cofactors_and_takes_away_ligands(reductase):
    assert find_pockets("auto", reductase)[0].name == "auto 1 (ligand TQ3:A:194)"
    pockets = find_pockets("blind", reductase)
    assert {label for pocket in pockets for label in pocket.removed} == {"TQ3:A:194"}
    cofactors = reductase.keep(lambda one: one.name == "NDP").positions
    assert all(np.linalg.norm(cofactors - pocket.center, axis=1).min() > 1.5 for pocket in pockets)


def test_a_structure_without_pockets_or_atoms_says_so(made):
    with pytest.raises(InputError, match="no pocket was found"):
        find_pockets("blind", structure(alanine("A", 1, (0, 0, 0))))
    with pytest.raises(InputError, match="no atoms"):
        find_pockets("auto", made.keep(lambda one: False))


@pytest.mark.parametrize("spec", ["", "pocket", "ligand", ".", "A:57", "auto:1"])
def test_any_other_text_is_answered_with_the_forms(made, spec):
    with pytest.raises(InputError, match="the forms are ligand:"):
        find_pockets(spec, made)


@pytest.mark.parametrize("spec", ["ligand:TQ3", "residues:A:9-11,A:112"])
def test_moving_the_protein_moves_a_named_pocket(reductase, spec):
    turn, shift = Rotation.from_euler("xyz", (0.4, 1.1, -2.0)).as_matrix(), np.array([31.3, -80.2, 7.7])
    moved = replace(reductase, positions=reductase.positions @ turn.T + shift)
    before, after = find_pockets(spec, reductase)[0], find_pockets(spec, moved)[0]
    np.testing.assert_allclose(after.center, turn @ before.center + shift, atol=1e-9)


FRAGMENTS = [
    "ligand:",
    "residues:",
    "box:",
    "auto",
    "blind",
    "DRG",
    "A:",
    "b",
    ":",
    ",",
    "-",
    "12",
    "1e9",
    ".sdf",
    " ",
    "\0",
]


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=30), st.lists(st.sampled_from(FRAGMENTS), max_size=7).map("".join)))
def test_any_text_gives_pockets_or_a_reason(spec):
    protein = structure(alanine("A", 12, (0, 0, 0)), alanine("b", 1, (0, 0, 9)), rod("DRG", "A", 1, (3, -6, 0), 8))
    reason, pockets = "", []
    try:
        pockets = find_pockets(spec, protein)
    except MolgenError as error:
        reason = str(error)
    assert reason.isprintable()
    assert bool(reason) != bool(pockets)
    assert all(np.isfinite(pocket.center).all() and (pocket.size > 0).all() for pocket in pockets)
