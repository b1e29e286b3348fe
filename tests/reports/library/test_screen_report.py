"""The report on a run of screen shows the best ligands of its Parquet files."""

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import exit_code
from rdkit import Chem
from report_inputs import Page

from molgen.chem.molecules.writing import SdfRecord, sdf_block
from molgen.docking.records import DockConfig
from molgen.errors import ConfigError, InputError
from molgen.reports.library.screen_report import screen_report
from molgen.reports.pages.html import page_of
from molgen.reports.pages.viewer import Viewer
from molgen.screening.dock_work import DockWork
from molgen.screening.library import LibraryInput
from molgen.screening.store.folder import prepare_folder
from molgen.screening.store.shards import ShardRow, shard_path, write_shard
from molgen.screening.work import MoleculeResult

DATA = Path(__file__).parents[3] / "data"
SCORES = {"far": -5.5, "best": -9.0, "second": -8.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three ligands that are the crystal's, a little moved, and a failure."""
    made = tmp_path_factory.mktemp("runs") / "run"
    named = {"name": "library.smi"}
    docking = {"n": 1, "effort": "quick"}
    settings = {"version": "0.1", "command": "screen", "library": named, "protein": {"name": "1ia1.pdb"}}
    prepare_folder(made, settings | {"pocket": "/home/someone/pocket.sdf", "docking": docking}, False)
    columns = DockWork((), DockConfig()).columns
    rows = [_row(k, name, score) for k, (name, score) in enumerate(SCORES.items())]
    broken = LibraryInput(len(rows), "broken", "line 4", None, 0, "unclosed ring")
    write_shard(shard_path(made, 0), [*rows, ShardRow(broken, None, MoleculeResult("unclosed ring", 0.0))], columns)
    return made


def _row(index: int, name: str, score: float) -> ShardRow:
    mol = Chem.AddHs(Chem.MolFromMolFile(str(DATA / "1ia1_ligand.sdf")), addCoords=True)
    mol.GetConformer().SetPositions(mol.GetConformer().GetPositions() + np.array([0.2 * index, 0.0, 0.0]))
    values = {"score": score, "confidence": 0.5, "valid": True, "strain": 2.0, "poses": 1, "failed_checks": ""}
    result = MoleculeResult(None, 1.0, values, sdf_block(SdfRecord(mol, name=name)))
    smiles = Chem.MolToSmiles(Chem.RemoveHs(mol))
    return ShardRow(LibraryInput(index, name, f"line {index + 1}", smiles, mol.GetNumAtoms(), None), None, result)


def test_the_best_ligands_are_shown_in_order_with_drawings_and_interactions(folder: Path) -> None:
    report = screen_report(folder, protein=DATA / "1ia1.pdb", count=2)
    (subject,) = report.subjects
    assert [entry.name for entry in subject.entries] == ["best", "second"]
    assert [entry.cells[:3] for entry in subject.entries] == [("1", "best", "-9.00"), ("2", "second", "-8.00")]
    assert all("<svg" in entry.thumbnail and "$$$$" in entry.record for entry in subject.entries)
    first = subject.entries[0]
    assert first.table is not None
    assert {"Ile9 A", "Glu32 A"} <= {row[1] for row in first.table.rows}
    assert first.contacts
    assert "TQ3" not in report.receptor
    assert "4 inputs, 1 failed" in report.lead
    assert report.summary is not None
    assert list(report.summary.rows) == [("unclosed ring", "1")]


def test_the_page_holds_the_rows_and_no_path_of_the_disk(folder: Path) -> None:
    text = page_of(screen_report(folder), Viewer("", ""))
    page = Page(text)
    assert page.count("tr", **{"data-entry": "2"}) == 1
    assert "/home/someone" not in text
    assert "pocket.sdf" in " ".join(page.seen)
    assert page.count("img", **{"class": "thumbnail"}) == 3


def test_what_cannot_be_reported_is_named(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match="ranked by score or confidence"):
        screen_report(folder, rank_by="size")
    settings = json.loads((folder / "run.json").read_text())
    prepare_folder(tmp_path / "empty", settings, False)
    with pytest.raises(InputError, match="no docked ligand"):
        screen_report(tmp_path / "empty")
    prepare_folder(tmp_path / "other", settings | {"command": "conformers"}, False)
    with pytest.raises(ConfigError, match="made conformers"):
        screen_report(tmp_path / "other")
    assert exit_code("screen", "report", tmp_path, "-o", tmp_path / "r.html") == 2
    assert "holds no run" in capsys.readouterr().err
