"""Analyses of small files: every input ends as a row, and the numbers are those of the metrics."""

import csv
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from complexes import ligand_of_file, ligand_path, protein_path
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.molecules.writing import SdfRecord, write_sdf
from molgen.errors import ConfigError, InputError
from molgen.metrics import best_rmsds, coverage
from molgen.reports.analysis.config import AnalysisConfig
from molgen.reports.analysis.run import analyze, analyze_to_folder

ACID, AMINE = "CC(=O)Oc1ccccc1C(=O)O", "CC(C)c1ccc(CCN)cc1"


def write(path: Path, *records: tuple[str, Chem.Mol, int], **fields: object) -> Path:
    write_sdf(path, [SdfRecord(mol, number, name, fields) for name, mol, number in records])
    return path


def conformers(path: Path, *molecules: tuple[str, str, int], seed: int = 7) -> Path:
    """An SD file of (name, SMILES, number of conformers)."""
    made = [(name, embedded(smiles, count, seed), count) for name, smiles, count in molecules]
    return write(path, *((name, mol, number) for name, mol, count in made for number in range(count)))


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache
def moved_crystal(code: str, *shifts: float) -> tuple[Chem.Mol, ...]:
    found = []
    for shift in shifts:
        mol = Chem.Mol(ligand_of_file(code))
        mol.GetConformer().SetPositions(mol.GetConformer().GetPositions() + np.array([shift, 0.0, 0.0]))
        found.append(mol)
    return tuple(found)


def test_conformers_are_measured_against_their_references(tmp_path: Path) -> None:
    source = conformers(tmp_path / "c.sdf", ("acid", ACID, 6), ("amine", AMINE, 4))
    reference = conformers(tmp_path / "r.sdf", ("amine", AMINE, 2), ("acid", ACID, 3), seed=11)
    found = analyze(source, reference)
    assert found.config.mode == "conformers"
    assert [row.name for row in found.rows] == ["acid", "amine"]
    for one, (smiles, count, known) in zip(found.molecules, ((ACID, 6, 3), (AMINE, 4, 2)), strict=True):
        matrix = best_rmsds(embedded(smiles, count), embedded(smiles, known, 11))
        assert one.rmsd == pytest.approx(matrix, abs=1e-3)  # coordinates in files have four decimals
        expected = coverage(one.rmsd, 0.75)
        assert one.row.recall == pytest.approx(expected.recall[0])
        assert one.row.precision_rmsd == pytest.approx(expected.precision_rmsd)
        assert one.row.rmsd_best == pytest.approx(one.rmsd.min())
        assert [row.rmsd for row in one.structures] == pytest.approx(one.rmsd.min(axis=0))
        assert one.row.rmsd_kind == "exact"
        assert one.row.valid == 1.0
        assert one.row.error is None
    means = {one.name: one.interval for one in found.statistics}
    amr = [one.row.recall_rmsd for one in found.molecules]
    assert means["AMR-R, mean"].value == pytest.approx(np.mean(amr))
    assert means["AMR-R, mean"].n == 2


def test_without_a_reference_structures_are_compared_with_each_other(tmp_path: Path) -> None:
    found = analyze(conformers(tmp_path / "c.sdf", ("acid", ACID, 5)))
    (one,) = found.molecules
    matrix = best_rmsds(embedded(ACID, 5), embedded(ACID, 5))
    assert one.pairwise == pytest.approx(matrix, abs=1e-3)
    assert one.row.diversity == pytest.approx(matrix[np.triu_indices(5, 1)].mean(), abs=1e-3)
    assert one.row.nearest == pytest.approx(matrix[np.triu_indices(5, 1)].min(), abs=1e-3)
    assert one.rmsd is None
    assert one.row.rmsd_best is None


def test_poses_are_measured_where_they_lie(tmp_path: Path) -> None:
    moved = moved_crystal("1of6", 3.0, 0.5, 40.0)
    source = write(tmp_path / "p.sdf", *(("tyrosine", mol, -1) for mol in moved), molgen_score=-5.0)
    found = analyze(source, ligand_path("1of6"), protein=protein_path("1of6"))
    (one,) = found.molecules
    assert found.config.mode == "poses"
    assert [row.rmsd for row in one.structures] == pytest.approx([3.0, 0.5, 40.0], abs=1e-3)
    assert [row.rmsd_conformation for row in one.structures] == pytest.approx([0.0] * 3, abs=1e-3)
    assert (one.row.best_rank, one.row.rmsd_best) == (2, pytest.approx(0.5, abs=1e-3))
    assert one.row.valid_first is False
    assert "protein" in str(one.row.failed_first)
    assert "protein-ligand_maximum_distance" in str(one.structures[2].failed_checks)
    means = {one.name: one.interval.value for one in found.statistics}
    assert means["first pose within 2 A"] == 0.0
    assert means["best of first 5 within 2 A"] == 1.0
    assert means["first pose within 2 A and valid"] == 0.0


def test_the_ligand_of_the_protein_file_does_not_clash_with_its_own_pose() -> None:
    found = analyze(ligand_path("1ia1"), ligand_path("1ia1"), protein=protein_path("1ia1"))
    assert found.rows[0].valid_first is True
    assert found.rows[0].rmsd_first == pytest.approx(0.0, abs=1e-6)


def test_scores_make_poses_and_the_mode_can_be_given(tmp_path: Path) -> None:
    mol = embedded(ACID, 2)
    docked = write(tmp_path / "d.sdf", ("a", mol, 0), ("a", mol, 1), minimizedAffinity=-7.5)
    assert analyze(docked).config.mode == "poses"
    assert analyze(docked, mode="conformers").config.mode == "conformers"
    assert analyze(docked).molecules[0].energies.tolist() == [-7.5, -7.5]
    assert any("--conformers" in note for note in analyze(docked).notes)


def test_every_input_ends_as_a_row(tmp_path: Path) -> None:
    path = conformers(tmp_path / "c.sdf", ("acid", ACID, 2), ("amine", AMINE, 1))
    path.write_text(path.read_text() + "broken\n\n\nnonsense\n$$$$\n")
    reference = conformers(tmp_path / "r.sdf", ("acid", ACID, 1), ("ester", "CCOC(C)=O", 2), seed=11)
    found = analyze_to_folder(path, tmp_path / "out", reference, formats=())
    rows = cells(tmp_path / "out" / "analysis.csv")
    assert [(row["name"], bool(row["error"])) for row in rows] == [
        ("acid", False),
        ("amine", True),
        ("broken", True),
        ("ester", True),
    ]
    assert rows[1]["error"] == "no reference of this molecule"
    assert rows[2]["place"] == "record 4"
    assert rows[3]["error"] == "reference without a structure in c.sdf"
    assert len(cells(tmp_path / "out" / "conformers.csv")) == 4
    assert float(rows[0]["recall_rmsd"]) == pytest.approx(found.rows[0].recall_rmsd, abs=1e-4)
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["analysis.csv", "conformers.csv", "summary.csv"]


def test_a_lost_ligand_counts_against_docking(tmp_path: Path) -> None:
    source = write(tmp_path / "p.sdf", ("a", embedded(ACID, 1), 0), molgen_score=-5.0)
    reference = write(tmp_path / "r.sdf", ("a", embedded(ACID, 1), 0), ("b", embedded(AMINE, 1), 0))
    means = {one.name: one.interval for one in analyze(source, reference).statistics}
    assert means["first pose within 2 A"].value == 0.5
    assert means["first pose within 2 A"].n == 2


def test_a_molecule_that_breaks_a_metric_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = conformers(tmp_path / "c.sdf", ("acid", ACID, 2), ("amine", AMINE, 2))
    from molgen.reports.analysis import ensemble as analysis

    def breaks(mol: Chem.Mol, *given: object, **options: object) -> list:
        if mol.GetNumHeavyAtoms() == 13:
            raise RuntimeError("no\nway")
        return []

    monkeypatch.setattr(analysis, "validity_records", breaks)
    assert [row.error for row in analyze(source).rows] == ["unexpected RuntimeError: no way", None]


def test_figures_are_drawn_for_what_there_is(tmp_path: Path) -> None:
    source = conformers(tmp_path / "c.sdf", ("a/b $x", ACID, 4))
    analyze_to_folder(source, tmp_path / "out", source, formats=("png", "svg"))
    names = {one.name for one in (tmp_path / "out").iterdir()}
    assert {"rmsd_distribution.png", "rmsd_distribution.svg", "coverage.png", "pairwise_rmsd_1_a_b_x.png"} <= names
    assert "torsions_1_a_b_x.svg" in names


def test_confidences_are_calibrated_against_the_rmsd(tmp_path: Path) -> None:
    near, far = moved_crystal("1of6", 0.5, 9.0)
    write_sdf(
        tmp_path / "p.sdf",
        [SdfRecord(mol, -1, "x", {"molgen_confidence": value}) for mol, value in ((near, 0.9), (far, 0.2))],
    )
    found = analyze_to_folder(tmp_path / "p.sdf", tmp_path / "out", ligand_path("1of6"), mode="poses")
    assert [row.confidence for row in found.structures] == [0.9, 0.2]
    assert (tmp_path / "out" / "calibration.png").exists()


def test_the_time_limit_gives_upper_bounds(tmp_path: Path) -> None:
    mol = embedded("CC(C)(C)c1ccc(C(C)(C)C)cc1", 30)
    source = write(tmp_path / "c.sdf", *(("t", mol, number) for number in range(30)))
    exact, bound = analyze(source), analyze(source, config=AnalysisConfig(work=1))
    assert (exact.rows[0].rmsd_kind, bound.rows[0].rmsd_kind) == ("exact", "upper bound")
    assert (bound.molecules[0].pairwise >= exact.molecules[0].pairwise - 1e-9).all()


def test_bad_places_and_settings_are_refused(tmp_path: Path) -> None:
    source = conformers(tmp_path / "c.sdf", ("acid", ACID, 1))
    with pytest.raises(InputError, match="is a file, not a folder"):
        analyze_to_folder(source, source)
    with pytest.raises(InputError, match="does not exist"):
        analyze_to_folder(source, tmp_path / "no" / "out")
    with pytest.raises(ConfigError, match="mode must be"):
        AnalysisConfig(mode="docks")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ConfigError, match="positive"):
        AnalysisConfig(threshold=0.0)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["c.sdf"]
