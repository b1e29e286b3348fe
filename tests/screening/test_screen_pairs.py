"""Pairs of a protein and a ligand as a library: every row has a task of its own, or a reason why it has none."""

import json
from pathlib import Path

import pytest
from structure_texts import tripeptide
from typer.testing import CliRunner

from molgen.cli import root
from molgen.docking.pairs import PairDocking
from molgen.docking.records import config_of
from molgen.screening.pairs import PairWork, read_pair_library


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "a.pdb").write_text("\n".join(tripeptide()))
    path = tmp_path / "pairs.csv"
    rows = ["protein,ligand,pocket,name", 'a.pdb,OCC,"box:0,0,0",first', "a.pdb,C1CC,,broken", ",CCO,,sequence"]
    path.write_text("\n".join([*rows, 'a.pdb,CCO,"box:0,0,0",again', 'no.pdb,CCO,"box:0,0,0",absent']) + "\n")
    return path


def test_rows_are_inputs_with_their_target(table: Path) -> None:
    first, broken, sequence, again, absent = read_pair_library(table)
    assert (first.name, first.place, first.smiles) == ("first", "line 2", "CCO")
    assert first.target == (str(table.parent / "a.pdb"), "box:0,0,0")
    assert first.key == again.key
    assert len({first.key, sequence.key, absent.key}) == 3
    assert broken.key is None
    assert "unclosed ring" in (broken.error or "")
    assert [item.index for item in read_pair_library(table, 3)] == [3, 4]


def test_a_task_is_docked_to_its_own_protein(table: Path) -> None:
    first, _, sequence, _, absent = read_pair_library(table)
    work = PairWork(PairDocking(config_of(n=1, proposals="random", rank="energy", effort="quick")))
    dock = work.open(work.arrays())
    result, unread, missing = dock([task.task_smiles for task in (first, sequence, absent)])
    assert result.error is None
    assert result.values.keys() == work.columns.keys()
    assert result.values["protein"] == json.loads(first.task_smiles)[0]
    assert result.sdf.count("$$$$") == 1
    assert "a sequence alone cannot be docked to" in (unread.error or "")
    assert (missing.error or "").endswith("no.pdb: no such file")


def test_options_of_one_protein_have_no_meaning_for_pairs(table: Path) -> None:
    found = CliRunner().invoke(root, ["screen", "--pairs", str(table), "-p", "a.pdb", "-o", str(table.parent / "run")])
    assert "--protein cannot be used with --pairs" in str(found.exception)
