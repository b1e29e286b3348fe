"""Docking into several structures of one protein: one frame, each with its own receptor, ranked together."""

from pathlib import Path

import numpy as np
import pytest
from complexes import INHIBITOR
from rdkit import Chem
from structure_texts import turned_pdb

import molgen
from molgen.chem.proteins.reading import read_protein
from molgen.docking.ensemble import ensemble_sites, structures_of
from molgen.docking.search import EFFORT, SearchConfig
from molgen.docking.site import sites_of
from molgen.errors import InputError

DATA = Path(__file__).parents[2] / "data"
PROTEIN, LIGAND = DATA / "1ia1.pdb", DATA / "1ia1_ligand.sdf"


@pytest.fixture(scope="module")
def turned(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("other") / "turned.pdb"
    path.write_text(turned_pdb(PROTEIN.read_text()))
    return path


@pytest.mark.parametrize("pocket", [str(LIGAND), "box:11.5,5.2,20.1"])
def test_the_pocket_of_another_structure_is_that_of_the_first(turned, pocket):
    if pocket.startswith("box"):
        center = Chem.MolFromMolFile(str(LIGAND)).GetConformer().GetPositions().mean(0)
        pocket = "box:" + ",".join(f"{x:.2f}" for x in center)
    sites = sites_of(read_protein(PROTEIN), pocket).searched
    first, other = ensemble_sites(sites, [read_protein(turned)])
    np.testing.assert_allclose(other.pocket.center, first.pocket.center, atol=1e-3)
    assert len(other.receptor.protein) == len(first.receptor.protein)
    np.testing.assert_allclose(other.receptor.protein.positions, first.receptor.protein.positions, atol=5e-3)
    assert (first.pocket.name.split(" in ")[1], other.pocket.name.split(" in ")[1]) == ("1ia1", "turned")
    assert (first.structure, other.structure) == (0, 1)
    assert any("RMSD 0.0 A" in note for note in other.notes)


def test_poses_of_both_structures_are_ranked_together_in_the_frame_of_the_first(turned, monkeypatch):
    monkeypatch.setitem(EFFORT, "quick", SearchConfig(starts=128, chains=32, rounds=4, patience=4))
    result = molgen.dock([PROTEIN, turned], INHIBITOR, LIGAND, n=30, effort="quick", min_rmsd=0.0)
    assert {pose.pocket.split(" in ")[1] for pose in result.poses} == {"1ia1", "turned"}
    assert [pose.confidence for pose in result.poses] == sorted((p.confidence for p in result.poses), reverse=True)
    center = Chem.MolFromMolFile(str(LIGAND)).GetConformer().GetPositions().mean(0)
    for conformer in result.mol.GetConformers():
        assert np.abs(conformer.GetPositions().mean(0) - center).max() < 12
    assert min(pose.rmsd for pose in result.poses) < 2.0


def test_one_structure_is_what_it_was():
    sites = sites_of(read_protein(PROTEIN), LIGAND).searched
    assert ensemble_sites(sites, []) == sites


def test_an_entry_that_only_one_structure_has_is_no_error(turned, tmp_path):
    without = [line for line in turned.read_text().splitlines() if line[17:20].strip() != "NDP"]
    (tmp_path / "apo.pdb").write_text("\n".join(without) + "\n")
    sites = sites_of(read_protein(PROTEIN), LIGAND, drop=["NDP"]).searched
    _, apo = ensemble_sites(sites, [read_protein(tmp_path / "apo.pdb")], drop=["NDP"])
    assert not any("NDP" in label for label in apo.receptor.kept)


def test_another_protein_is_named(tmp_path):
    lines = [line.replace("ALA", "GLY") for line in PROTEIN.read_text().splitlines() if "ALA" in line or "LEU" in line]
    (tmp_path / "other.pdb").write_text("\n".join(lines) + "\n")
    sites = sites_of(read_protein(PROTEIN), LIGAND).searched
    with pytest.raises(InputError, match=r"other\.pdb: has no counterpart of the pocket"):
        ensemble_sites(sites, [read_protein(tmp_path / "other.pdb")])
    with pytest.raises(InputError, match="no structure"):
        structures_of([])
