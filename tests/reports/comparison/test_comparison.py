"""Programs are compared molecule by molecule; tables hold what the analyses of the files hold."""

import csv
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded

import molgen
from molgen.chem.molecules.writing import SdfRecord, write_sdf
from molgen.errors import ConfigError, InputError
from molgen.metrics import best_rmsds, paired_difference
from molgen.reports.comparison.report import comparison_report
from molgen.reports.comparison.run import compare_to_folder, named_sources
from molgen.reports.comparison.tables import TABLES, table_of
from molgen.reports.comparison.texts import difference_lines, program_table

SMILES = {"acid": "CC(=O)Oc1ccccc1C(=O)O", "amine": "CC(C)c1ccc(CCN)cc1", "ether": "CCOCCOC", "ester": "CCCC(=O)OCC"}


def write(
    path: Path, seed: int, counts: dict[str, int], *, backwards: bool = False, shift: float = 0.0, **fields
) -> Path:
    """Conformers of some molecules, in the order of the file or backwards, moved along x."""
    records = []
    for name, count in counts.items():
        mol = Chem.Mol(embedded(SMILES[name], count, seed))
        if backwards:
            mol = Chem.RenumberAtoms(mol, list(range(mol.GetNumAtoms()))[::-1])
        for conformer in mol.GetConformers():
            conformer.SetPositions(conformer.GetPositions() + np.array([shift, 0.0, 0.0]))
        records += [SdfRecord(mol, k, name, fields) for k in range(count)]
    write_sdf(path, records[::-1] if backwards else records)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("programs")
    write(made / "ref.sdf", 11, dict.fromkeys(SMILES, 1))
    write(made / "A.sdf", 7, dict.fromkeys(SMILES, 6))
    write(made / "B.sdf", 3, {"ether": 4, "acid": 3, "amine": 2}, backwards=True)
    return made


@pytest.fixture(scope="module")
def found(folder: Path) -> molgen.Comparison:
    return molgen.compare([folder / "A.sdf", folder / "B.sdf"], folder / "ref.sdf")


def rows_of(found: molgen.Comparison, table) -> list[dict]:
    return table_of(found, table)[1]


def test_every_molecule_of_every_program_is_a_row(found: molgen.Comparison) -> None:
    rows = {(row["program"], row["molecule"]): row for row in rows_of(found, "molecules")}
    assert set(rows) == {(program, name) for program in "AB" for name in SMILES}
    assert [rows["B", name]["common"] for name in SMILES] == [True, True, True, False]
    assert rows["B", "ester"]["error"] == "no structure of this molecule"
    assert rows["A", "acid"]["heavy_atoms"] == 13
    assert rows["A", "ether"]["rings"] == 0
    for name, program, count, seed in (("acid", "A", 6, 7), ("ether", "B", 4, 3)):
        rmsds = best_rmsds(embedded(SMILES[name], count, seed), embedded(SMILES[name], 1, 11))[0]
        ranked = rmsds if program == "A" else rmsds[::-1]  # B's file is written backwards
        assert rows[program, name]["best_of_1"] == pytest.approx(ranked[0], abs=1e-3)
        assert rows[program, name]["best_of_6"] == pytest.approx(ranked.min(), abs=1e-3)


def test_means_and_differences_are_over_the_molecules_that_both_have(found: molgen.Comparison) -> None:
    rows = {(row["program"], row["molecule"]): row["best_of_6"] for row in rows_of(found, "molecules") if row["common"]}
    shared = ("acid", "amine", "ether")
    own, other = ([rows[program, name] for name in shared] for program in "AB")
    last = {point["program"]: point for point in rows_of(found, "best_of_n") if point["best_of"] == 6}
    assert last["A"]["rmsd_mean"] == pytest.approx(np.mean(own))
    assert last["B"]["within_value"] == pytest.approx(np.mean(np.array(other) < 0.75))
    (difference,) = [
        one
        for one in rows_of(found, "differences")
        if one["quantity"] == "best of 6" and one["classification"] == "all"
    ]
    expected = paired_difference(own, other, tolerance=0.05)
    assert (difference["value"], difference["low"]) == pytest.approx((expected.mean.value, expected.mean.low))
    assert difference["n"] == 3
    assert {row["n"] for row in rows_of(found, "summary")} == {3}
    assert "of 4 molecules B lacks 1; differences are over those that both have" in found.notes


def test_a_pose_that_a_program_lacks_is_not_right(folder: Path, tmp_path: Path) -> None:
    near = write(tmp_path / "near.sdf", 11, dict.fromkeys(SMILES, 1), shift=0.5, molgen_score=-7.0)
    far = write(tmp_path / "far.sdf", 11, {"acid": 1, "ether": 1}, shift=1.0)
    found = molgen.compare({"near": near, "far": far}, folder / "ref.sdf")
    assert found.config.mode == "poses"
    assert "near has docking scores" in found.notes[0]
    shares = {row["program"]: row["within_value"] for row in rows_of(found, "best_of_n")}
    assert shares == {"near": 1.0, "far": 0.5}
    gap = {row["quantity"]: row["value"] for row in rows_of(found, "differences") if row["classification"] == "all"}
    assert gap == pytest.approx({"first": -0.5, "first within 2 A": 0.5}, abs=1e-3)
    summary = {(row["program"], row["statistic"]): row for row in rows_of(found, "summary")}
    assert summary["far", "first pose within 2 A"]["value"] == 0.5
    assert summary["far", "first pose within 2 A"]["n"] == 4
    assert any("first within 2 Å +50.0 points" in line for line in difference_lines(found))
    assert [row[1] for row in program_table(found)[1]] == ["4 of 4", "2 of 4"]


def test_tables_and_figures_are_written(folder: Path, tmp_path: Path) -> None:
    out, sources = tmp_path / "out", [folder / "A.sdf", folder / "B.sdf"]
    found = compare_to_folder(sources, out, folder / "ref.sdf", formats=("svg",), tables=("csv", "parquet"))
    parquet = pytest.importorskip("pyarrow.parquet")
    for name in TABLES:
        columns, rows = table_of(found, name)
        with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            written = list(csv.reader(file))
        assert tuple(written[0]) == columns
        assert len(written) - 1 == len(rows) == parquet.read_table(out / f"{name}.parquet").num_rows
        assert list(found.to_dataframe(name).columns) == list(columns)
    drawn = {path.stem for path in out.glob("*.svg")}
    assert drawn == {"rmsd_distribution", "structure_rmsds", "best_of_n", "differences", "classes", "coverage"}
    assert "<table>" in found._repr_html_()


def test_programs_without_a_common_molecule_are_told_apart_and_drawn(folder: Path, tmp_path: Path) -> None:
    one = write(tmp_path / "one.sdf", 7, {"acid": 2})
    write_sdf(tmp_path / "none.sdf", [SdfRecord(embedded("CCO", 1), 0, "ethanol")])
    found = molgen.compare([one, tmp_path / "none.sdf"], folder / "ref.sdf")
    assert [row[1] for row in program_table(found)[1]] == ["1 of 4", "0 of 4"]
    assert found.differences == ()
    assert list(found.figures()) == ["structure_rmsds"]
    assert {row["error"] for row in rows_of(found, "molecules") if row["molecule"] == "ethanol"} == {
        "no reference of this molecule"
    }


def test_without_references_the_spread_is_compared(folder: Path) -> None:
    found = molgen.compare([folder / "A.sdf", folder / "B.sdf"])
    (row,) = [one for one in rows_of(found, "differences") if one["classification"] == "all"]
    assert (row["quantity"], row["n"]) == ("mean RMSD of pairs", 3)
    assert list(found.figures()) == ["rmsd_distribution"]


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        (["a/x.sdf", "b/y.sdf.gz"], ["x", "y"]),
        (["a/x.sdf", "b/x.sdf"], ["a/x.sdf", "b/x.sdf"]),
        ({"mine": "a/x.sdf", "theirs": "b/x.sdf"}, ["mine", "theirs"]),
    ],
)
def test_programs_are_called_after_their_files(sources, names: list[str]) -> None:
    assert list(named_sources(sources)) == names


@pytest.mark.parametrize(
    ("sources", "reason"),
    [(["a.sdf"], "two files or more"), (["a.sdf", "a.sdf"], "are called"), ("a.sdf", "takes one")],
)
def test_what_cannot_be_compared_is_refused(sources, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        named_sources(sources)


def test_a_missing_file_and_an_unknown_table_are_named(found: molgen.Comparison, folder: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        molgen.compare([folder / "A.sdf", folder / "missing.sdf"])
    with pytest.raises(ConfigError, match="no table sizes"):
        found.to_dataframe("sizes")  # pyright: ignore[reportArgumentType]


def test_the_report_lays_every_program_on_the_reference(found: molgen.Comparison, folder: Path) -> None:
    report = comparison_report(found, [folder / "A.sdf", folder / "B.sdf"], folder / "ref.sdf")
    assert [one.name for one in report.subjects] == list(SMILES)
    acid, ester = report.subjects[0], report.subjects[3]
    assert {entry.name.split(",")[0] for entry in acid.entries} == {"A", "B"}
    assert {entry.color for entry in acid.entries} == set(report.colors.values())
    assert all(entry.reference == acid.reference != "" for entry in acid.entries)
    nearest = min(float(entry.cells[1]) for entry in acid.entries if entry.name.startswith("A"))
    assert nearest == pytest.approx(found.of("A")[0].best[6], abs=6e-3)
    assert {entry.name.split(",")[0] for entry in ester.entries} == {"A"}
    assert report.overview is not None
    assert report.overview.rows[3][2] == "none"
    with pytest.raises(ConfigError, match="needs references"):
        comparison_report(found, [folder / "A.sdf", folder / "B.sdf"], None)
