"""The tables of the report: numbers as a reader wants them, empty columns left out, failures told."""

from molgen.metrics.bootstrap import Interval
from molgen.reports.analysis.config import AnalysisConfig
from molgen.reports.analysis.overview import molecule_facts, number, overview_table, percent, summary_table
from molgen.reports.analysis.results import Analysis, MoleculeRow, Statistic

ROW = MoleculeRow("a", "record 1", 4, 2, rmsd_first=1.234, recall=0.5, tfd_best=0.12345, rmsd_kind="upper bound")
FAILED = MoleculeRow("b", "record 5", 0, 0, error="there are no heavy atoms")


def analysis(*rows: MoleculeRow, mode: str = "conformers") -> Analysis:
    config = AnalysisConfig(mode=mode)  # pyright: ignore[reportArgumentType]
    return Analysis(config, (), rows, (), (), (), compared=True)


def test_facts_have_names_and_units_and_nothing_unknown():
    assert molecule_facts(ROW) == {
        "structures": "4",
        "references": "2",
        "RMSD of the first / Å": "1.23",
        "COV-R": "50 %",
        "best torsion deviation": "0.123",
    }
    assert "references" not in molecule_facts(MoleculeRow("a", "record 1", 4, 0))


def test_the_overview_has_a_row_for_every_molecule_and_only_columns_that_are_known():
    table = overview_table(analysis(ROW, FAILED))
    assert table.columns[:2] == ("name", "place")
    assert table.columns[-1] == "status"
    assert "AMR-P / Å" not in table.columns
    assert [row[-1] for row in table.rows] == ["RMSDs are upper bounds", "there are no heavy atoms"]
    assert {len(row) for row in table.rows} == {len(table.columns)}


def test_the_checks_that_the_first_pose_fails_are_spelled():
    row = MoleculeRow("a", "record 1", 1, 1, failed_first="bond_lengths, internal_steric_clash")
    table = overview_table(analysis(row, row, mode="poses"))
    assert table.rows[0][-1] == "the first pose fails bond lengths, internal steric clash"


def test_statistics_have_units_and_an_interval_where_there_are_several_molecules():
    statistics = [
        Statistic("COV-R at 0.75 A, mean", "fraction", Interval(0.5, 0.25, 0.75, 8)),
        Statistic("AMR-R, mean", "A", Interval(0.5, 0.5, 0.5, 1)),
    ]
    table = summary_table(statistics, 3)
    assert table is not None
    assert table.rows[0] == ("COV-R at 0.75 Å, mean", "50.0 %", "25.0 to 75.0 %", "8")
    assert table.rows[1] == ("AMR-R, mean", "0.500 Å", "none for one molecule", "1")
    assert "seed 3" in table.note
    assert summary_table([], 0) is None


def test_unknown_numbers_are_empty():
    assert (number(None), percent(None)) == ("", "")
    assert (number(1.005, 1), percent(0.999)) == ("1.0", "100 %")
