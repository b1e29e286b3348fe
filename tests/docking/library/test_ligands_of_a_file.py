"""Ligands of a file: batches are searched together, and each ends as a row as if it were alone."""

import numpy as np
import pytest
from complexes import CHAIN_A, site_in

from molgen.chem.molecules.reading import read_molecules
from molgen.docking.library import ligands
from molgen.docking.library.ligands import LigandDocking
from molgen.docking.records import DockConfig
from molgen.docking.restraints import Anchor
from molgen.docking.search import EFFORT, SearchConfig

CONFIG = DockConfig(effort="quick", proposals="random", rank="energy", n=2)
SMILES = ["OCCCN", "not a molecule", "Oc1ccccc1", "CC(=O)NC"]


@pytest.fixture(autouse=True)
def short(monkeypatch) -> None:
    few = SearchConfig(starts=64, chains=64, rounds=1, patience=1, screen_steps=3, start_steps=3, hop_steps=2)
    monkeypatch.setitem(EFFORT, "quick", few)


@pytest.fixture(scope="module")
def site():
    return site_in("1ia1", CHAIN_A)


def docked(site, smiles: list[str], path, anchors=()) -> list:
    path.write_text("".join(f"{one} ligand{k}\n" for k, one in enumerate(smiles)))
    work = LigandDocking([site], CONFIG, anchors, None, None, False)
    return [attempt for _, attempt in work.outcomes(read_molecules(path))]


def test_a_ligand_is_docked_in_a_batch_as_in_another(site, tmp_path, monkeypatch):
    many = docked(site, SMILES, tmp_path / "many.smi")
    monkeypatch.setattr(ligands, "CPU_TOGETHER", 1)
    alone = docked(site, SMILES[::-1], tmp_path / "alone.smi")[::-1]
    assert [one.error is None for one in many] == [True, False, True, True]
    assert many[1].error == alone[1].error
    for one, other in zip(many, alone, strict=True):
        if one.value is not None:
            assert [pose.score for pose in one.value.poses] == [pose.score for pose in other.value.poses]
            places = [result.value.mol.GetConformer(0).GetPositions() for result in (one, other)]
            np.testing.assert_allclose(*places, atol=1e-3)
            assert 0 < one.value.seconds <= one.seconds


def test_a_ligand_without_the_anchored_atoms_fails_alone(site, tmp_path):
    x, y, z = site.pocket.center
    rows = docked(site, ["OCCCN", "c1ccccc1"], tmp_path / "two.smi", [Anchor.parse(f"[#7]@{x},{y},{z},3")])
    assert rows[0].value is not None
    assert "[#7]" in rows[1].error


def test_where_the_search_of_a_batch_fails_each_ligand_is_docked_alone(site, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("no")

    monkeypatch.setattr(ligands, "find_together", fail)
    assert all(row.value is not None for row in docked(site, ["OCCCN", "CO"], tmp_path / "two.smi"))
