"""Side chains of a pocket that move: which may, packings of them, and poses ranked together."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import exit_code
from complexes import INHIBITOR
from rdkit import Chem

import molgen
from molgen.chem.proteins.reading import read_protein
from molgen.chem.side_chains.records import METAL, side_chain_record
from molgen.docking.flexible.packings import flexible_sites
from molgen.docking.flexible.residues import flexible_residues
from molgen.docking.ranking import packing_cost
from molgen.docking.records import DockConfig
from molgen.docking.search import EFFORT, SearchConfig
from molgen.errors import ConfigError, InputError

PROTEIN, LIGAND = Path("data/1ia1.pdb"), Path("data/1ia1_ligand.sdf")


@pytest.fixture
def small(monkeypatch):
    """Hardly any search."""
    few = SearchConfig(starts=64, chains=16, rounds=2, patience=2)
    monkeypatch.setitem(EFFORT, "quick", few)
    monkeypatch.setattr("molgen.docking.flexible.search.QUICK", few)


@pytest.fixture(scope="module")
def flexible(site):
    return flexible_sites([site], DockConfig(flex="auto", packings=3))[0]


def labels(protein, selection, record):
    return [protein.residues[int(index)].label for index in record.residues[np.flatnonzero(selection.moves)]]


def test_residues_that_line_the_pocket_move(site):
    protein = site.receptor.protein
    record = side_chain_record(protein)
    lining = labels(protein, flexible_residues(protein, record, site.pocket, "auto"), record)
    tree = site.pocket.reference
    for label in lining:
        residue = next(one for one in protein.residues if one.label == label)
        own = protein.positions[residue.start : residue.stop]
        assert np.linalg.norm(own[:, None] - tree[None], axis=-1).min() <= 5.0
    assert "GLU:A:32" in lining
    assert 5 < len(lining) <= 16
    assert not any(label.startswith(("GLY", "ALA", "PRO")) for label in lining)


def test_without_a_reference_the_room_of_the_pocket_says_what_lines_it(site):
    protein = site.receptor.protein
    record = side_chain_record(protein)
    box = replace(site.pocket, reference=None)
    lining = labels(protein, flexible_residues(protein, record, box, "auto"), record)
    known = labels(protein, flexible_residues(protein, record, site.pocket, "auto"), record)
    assert len(set(lining) & set(known)) >= len(known) / 2


def test_a_side_chain_that_holds_a_metal_stays(site):
    protein = site.receptor.protein
    record = side_chain_record(protein)
    row = next(r for r, index in enumerate(record.residues) if protein.residues[int(index)].label == "GLU:A:32")
    metal = record.atoms[row, 7] + np.float32([2.0, 0, 0])
    held = replace(
        record,
        context=np.concatenate((record.context, metal[None])),
        elements=np.append(record.elements, METAL),
        optional=np.append(record.optional, False),
    )
    lining = labels(protein, flexible_residues(protein, held, site.pocket, "auto"), held)
    assert "GLU:A:32" not in lining


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A:5000", "there is no residue A:5000"),
        ("A:5", "has no side chain that can turn"),
        ("", "names no residue that may move"),
        ("auto,A:9", "'auto' is no residue"),
    ],
)
def test_what_cannot_move_is_named(site, text, reason):
    glycine = next(one for one in site.receptor.protein.residues if one.name == "GLY")
    text = text.replace("A:5", f"A:{glycine.number}") if text == "A:5" else text
    with pytest.raises(InputError, match=f"--flex: .*{reason}"):
        flexible_sites([site], DockConfig(flex=text))


@pytest.mark.parametrize(("text", "meant"), [("AUTO", "auto"), (" None ", "none"), ("A:32", "A:32")])
def test_words_are_words_in_any_case(text, meant):
    assert DockConfig(flex=text).flex == meant


def test_a_bond_to_a_residue_and_residues_that_move_exclude_each_other():
    with pytest.raises(ConfigError, match="--covalent and --flex"):
        DockConfig(flex="auto", covalent="A:CYS:25")


def test_packings_differ_from_the_structure_in_the_residues_they_name(site, flexible):
    own = site.receptor.protein
    assert 1 <= len(flexible.packings) <= 3
    assert len({one.packing.moved for one in flexible.packings}) >= 1
    for one in flexible.packings:
        protein = one.receptor.protein
        away = np.abs(protein.positions - own.positions).max(1) > 1e-3
        moved = {own.residues[k].label for k in own.residue_index[away].tolist()}
        assert moved == set(one.packing.moved) != set()
        assert {own.atom_names[k] for k in np.flatnonzero(away)}.isdisjoint({"N", "CA", "C", "O"})
        assert len(one.atoms.positions) >= len(site.atoms.positions) - 30
    energies = [one.packing.energy for one in flexible.packings]
    assert energies == sorted(energies)


def test_the_same_seed_gives_the_same_packings(site, flexible):
    again = flexible_sites([site], DockConfig(flex="auto", packings=3))[0]
    for one, other in zip(flexible.packings, again.packings, strict=True):
        np.testing.assert_array_equal(one.receptor.protein.positions, other.receptor.protein.positions)


def test_a_side_chain_that_has_nowhere_to_go_is_said(site, monkeypatch):
    monkeypatch.setattr("molgen.docking.flexible.packings.sample_packings", lambda *_: [])
    (still,) = flexible_sites([site], DockConfig(flex="A:36"))
    assert still.packings == ()
    assert still.notes[-1] == "no other packing of 1 side chain: PHE:A:36"


def gap(protein, site):
    """From the protein to the crystal ligand, Angstrom."""
    return np.linalg.norm(protein.positions[:, None] - site.pocket.reference[None], axis=-1).min()


def test_a_pocket_that_a_side_chain_closes_opens(closed):
    assert gap(closed.receptor.protein, closed) < 1.5
    (flexible,) = flexible_sites([closed], DockConfig(flex="A:36", packings=2))
    opened = flexible.packings[0]
    assert gap(opened.receptor.protein, closed) > 2.5
    assert opened.packing.energy < 0


def test_none_leaves_the_sites_as_they_are(site):
    assert flexible_sites([site], DockConfig()) == (site,)


def test_a_packing_that_is_likelier_than_the_structure_costs_nothing(flexible):
    one = flexible.packings[0]
    cheap, dear = (replace(one, packing=replace(one.packing, energy=energy)) for energy in (-2.0, 3.0))
    assert (packing_cost(flexible), packing_cost(cheap), packing_cost(dear)) == (0.0, 0.0, 3.0)


def test_poses_in_packings_are_ranked_with_the_others_and_know_what_moved(small):
    options = {"n": 12, "effort": "quick", "min_rmsd": 0.0, "proposals": "random"}
    result = molgen.dock(PROTEIN, INHIBITOR, LIGAND, flex="A:32,A:33", packings=2, **options)
    confidences = [pose.confidence for pose in result.poses]
    assert confidences == sorted(confidences, reverse=True)
    moved = [pose for pose in result.poses if pose.moved]
    still = [pose for pose in result.poses if not pose.moved]
    assert moved
    assert still
    file = read_protein(PROTEIN).positions
    for pose in moved[:2]:
        protein = result.receptor_of(pose)
        away = {protein.residues[k].label for k in protein.residue_index[_elsewhere(protein.positions, file)]}
        assert away == set(pose.moved) <= {"GLU:A:32", "ILE:A:33"}
    assert not _elsewhere(result.receptor_of(still[0]).positions, file).any()
    assert any("moved" in note for note in result.notes)
    assert any("side chains: GLU:A:32, ILE:A:33" in note for note in result.receptor_notes)
    frame = result.to_dataframe()
    assert frame["moved"].tolist() == [", ".join(pose.moved) for pose in result.poses]


def _elsewhere(positions, file):
    return np.array([np.linalg.norm(file - x, axis=1).min() > 1e-3 for x in positions])


def test_the_complex_and_the_fields_of_poses_have_the_moved_residues(tmp_path, monkeypatch, small):
    monkeypatch.setattr("molgen.docking.ranking.PACKING_WEIGHT", -50.0)  # so that a moved pose comes first
    monkeypatch.setattr("molgen.docking.flexible.packings.sample_packings", _dear_packings())
    output, whole = tmp_path / "poses.sdf", tmp_path / "whole.pdb"
    options = (
        "--pocket",
        str(LIGAND),
        "--effort",
        "quick",
        "--flex",
        "A:32",
        "--packings",
        "3",
        "-n",
        "2",
        "--proposals",
        "random",
    )
    command = ("dock", "-p", str(PROTEIN), "-l", INHIBITOR, "-o", str(output), *options, "--complex", str(whole))
    assert exit_code(*command, "--report", str(tmp_path / "report.html")) == 0
    first = next(iter(Chem.SDMolSupplier(str(output))))
    assert first.GetProp("molgen_moved_residues") == "GLU:A:32"
    assert float(first.GetProp("molgen_packing_energy")) > 0
    file, written = read_protein(PROTEIN).positions, read_protein(whole)
    away = _elsewhere(written.positions, file)
    kinds = {written.residues[k].label for k in written.residue_index[away]}
    assert "GLU:A:32" in kinds
    assert not any(label.split(":")[1:] != ["A", "32"] for label in kinds if label.split(":")[0] in ("GLU", "ILE"))
    assert "moved side chains" in (tmp_path / "report.html").read_text(encoding="utf-8")


def _dear_packings():
    from molgen.packing.sampling import sample_packings

    def dear(*arguments):
        return [replace(one, energy=2.0) for one in sample_packings(*arguments)]

    return dear


def test_maps_of_packings_are_kept_with_those_of_the_site(flexible):
    from molgen.docking.ligand import prepare_ligand

    ligand = prepare_ligand(Chem.MolFromSmiles("OCC"), DockConfig()).ligand
    prepared = flexible.with_maps(ligand.classes)
    assert all(one.maps.keys() == prepared.maps.keys() for one in prepared.packings)
    key = next(iter(prepared.maps))
    assert not torch.equal(prepared.maps[key], prepared.packings[0].maps[key])
