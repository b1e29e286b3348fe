"""The tables of an analysis: their columns, their cells, and the statistics over molecules."""

import csv

import numpy as np
import pytest

from molgen.metrics.coverage import coverage
from molgen.reports.analysis.config import AnalysisConfig
from molgen.reports.analysis.results import MoleculeAnalysis, MoleculeRow, StructureRow
from molgen.reports.analysis.tables import (
    cell,
    molecule_columns,
    structure_columns,
    summarize,
    write_summary,
    write_table,
)

POSES = AnalysisConfig(mode="poses", first=3)


def pose(first: float | None, best: float | None = None, valid: bool | None = None, error: str | None = None):
    row = MoleculeRow("m", "record 1", 5, 1, rmsd_first=first, valid_first=valid, error=error)
    best = first if best is None else best
    return MoleculeAnalysis(MoleculeRow(**{**vars(row), "rmsd_best": best, "rmsd_best_first": best}))


def values(found) -> dict[str, float]:
    return {one.name: one.interval.value for one in found}


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (True, "yes"), (False, "no"), (1.23456, "1.2346"), (7, "7"), ("a, b", "a, b")]
)
def test_cells_are_plain_text(value, text):
    assert cell(value) == text


@pytest.mark.parametrize("mode", ["conformers", "poses"])
@pytest.mark.parametrize("compared", [True, False])
def test_columns_are_fields_of_the_rows(mode, compared):
    assert set(molecule_columns(mode, compared)) <= set(MoleculeRow.__dataclass_fields__)
    assert set(structure_columns(mode, compared)) <= set(StructureRow.__dataclass_fields__)
    assert ("rmsd_first" in molecule_columns(mode, compared)) == compared


def test_a_table_quotes_what_would_break_it(tmp_path):
    write_table(tmp_path / "t.csv", ("name", "error"), [MoleculeRow('a, "b"', "record 1", error="line\n2")])
    with (tmp_path / "t.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["name", "error"], ['a, "b"', "line\n2"]]


def test_the_threshold_itself_is_a_success_and_lost_ligands_count_against_it():
    found = values(summarize([pose(2.0), pose(2.0001, best=1.0), pose(None, error="broken")], 1, POSES))
    assert found["first pose within 2 A"] == pytest.approx(1 / 3)
    assert found["best of first 3 within 2 A"] == pytest.approx(2 / 3)
    assert found["best pose within 2 A"] == pytest.approx(2 / 3)
    assert found["RMSD of the first pose, median"] == pytest.approx(2.00005)
    assert "first pose valid" not in found


def test_validity_counts_only_where_every_molecule_was_checked():
    found = values(summarize([pose(1.0, valid=True), pose(1.0, valid=False), pose(9.0, valid=True)], 1, POSES))
    assert found["first pose valid"] == pytest.approx(2 / 4)
    assert found["first pose within 2 A and valid"] == pytest.approx(1 / 4)


@pytest.mark.parametrize("threshold", [0.75, 0.751])  # on the grid of the curves, and beside it
def test_coverage_is_the_mean_over_molecules_at_the_threshold(threshold):
    grid = [0.5, 0.75, 1.0]
    molecules = []
    for matrix in (np.array([[0.7505, 0.9]]), np.array([[0.1, 2.0]])):
        at = coverage(matrix, threshold)
        row = MoleculeRow("m", "record 1", 2, 1, rmsd_best=float(matrix.min()), tfd_best=0.1)
        known = {"recall": at.recall[0], "precision": at.precision[0], "recall_rmsd": at.recall_rmsd}
        row = MoleculeRow(**{**vars(row), **known, "precision_rmsd": at.precision_rmsd})
        molecules.append(MoleculeAnalysis(row, coverage=coverage(matrix, grid)))
    found = values(summarize(molecules, 0, AnalysisConfig(threshold=threshold)))
    assert found[f"COV-R at {threshold:g} A, mean"] == pytest.approx(0.5 if threshold == 0.75 else 1.0)
    assert found[f"COV-P at {threshold:g} A, mean"] == pytest.approx(0.25 if threshold == 0.75 else 0.5)


def test_the_summary_has_one_line_per_statistic(tmp_path):
    statistics = summarize([pose(1.0)], 0, POSES)
    write_summary(tmp_path / "s.csv", statistics)
    lines = (tmp_path / "s.csv").read_text().splitlines()
    assert lines[0] == "statistic,unit,value,low,high,n"
    assert lines[1] == "first pose within 2 A,fraction,1.0000,1.0000,1.0000,1"
    assert len(lines) == 1 + len(statistics)
