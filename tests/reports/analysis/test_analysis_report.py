"""The page of an analysis: structures laid on their references, rows, figures, statistics, failures."""

import functools
import json
from pathlib import Path

import numpy as np
import pytest
from command_line import exit_code
from complexes import ligand_of_file, ligand_path, protein_path
from rdkit import Chem
from rdkit.Chem import rdMolAlign
from report_inputs import HARM, Page
from small_molecules import embedded

from molgen.chem.molecules.writing import SdfRecord, write_sdf
from molgen.reports.analysis.report import analysis_report
from molgen.reports.analysis.run import analyze
from molgen.reports.content import Report
from molgen.reports.pages import viewer
from molgen.reports.pages.html import page_of

pytest.importorskip("ipymolstar", reason="the package that carries the viewer is not installed")

ACID = "CC(=O)Oc1ccccc1C(=O)O"
analyze_command = functools.partial(exit_code, "analyze")
NAME = HARM.split("\u2028")[0]


@pytest.fixture
def in_folder(in_folder: Path) -> Path:
    """Conformers of two molecules, one with a harmful name, a broken record, and references of the first."""
    for name, seed in (("conformers.sdf", 7), ("ref.sdf", 11)):
        mol = embedded(ACID, 3, seed)
        write_sdf(name, [SdfRecord(mol, k, NAME, {"molgen_energy": 0.5 * k}) for k in range(3)])
    other = embedded("CCCO", 2, 1)
    write_sdf("more.sdf", [SdfRecord(other, k, "propanol") for k in range(2)])
    both = Path("conformers.sdf").read_text() + Path("more.sdf").read_text()
    Path("conformers.sdf").write_text(both + f"cut {NAME}\n\n\nnonsense\n$$$$\n")
    return in_folder


def seen_in(path: Path) -> tuple[Page, str]:
    page = Page(path.read_text(encoding="utf-8"))
    return page, " ".join(page.seen)


def positions_of(cif: str) -> np.ndarray:
    """Of the heavy atoms of mmCIF text, in its order."""
    block = cif[cif.index("loop_\n_atom_site.") :].splitlines()[1:]
    titles = [line.strip().removeprefix("_atom_site.") for line in block if line.startswith("_atom_site.")]
    rows = [line.split() for line in block if line.startswith("HETATM")]
    xyz = [titles.index(f"Cartn_{axis}") for axis in "xyz"]
    element = titles.index("type_symbol")
    return np.array([[float(row[k]) for k in xyz] for row in rows if row[element] != "H"])


def of_acid(cif: str) -> Chem.Mol:
    mol = Chem.MolFromSmiles(ACID)
    conformer = Chem.Conformer(mol.GetNumAtoms())
    conformer.SetPositions(positions_of(cif))
    mol.AddConformer(conformer)
    return mol


def test_the_page_of_conformers_has_rows_figures_statistics_and_failures(in_folder: Path) -> None:
    assert analyze_command("conformers.sdf", "-r", "ref.sdf", "-o", "out", "--seed", "3", "--report", "r.html") == 0
    page, seen = seen_in(in_folder / "r.html")
    for told in (
        *("record 2", "torsion deviation", "0.50", "nearest reference", "AMR-R", "95 % interval"),
        *("no reference of this molecule", f"cut {NAME}", "2 failed"),
        "molgen analyze conformers.sdf -r ref.sdf -o out --seed 3 --report r.html",
        *("seed", "rdkit"),
    ):
        assert told in seen
    assert NAME in seen
    assert page.count("script") == 3, "nothing of a name became an element"
    assert page.count("article") == 1
    assert sum("data-entry" in given for tag, given in page.elements if tag == "tr") == 3
    pictures = [str(given["src"]) for tag, given in page.elements if tag == "img" and given.get("src") != "x"]
    assert len(pictures) == page.count("figure") + 1 == 6, "and the structural formula"
    assert all(one.startswith("data:image/svg+xml;base64,") for one in pictures)
    data = json.loads(page.scripts["data"])
    assert data["overlaid"] is True
    assert all("HETATM" in entry["reference"] for entry in data["subjects"][0]["entries"])


def test_conformers_lie_on_their_nearest_references(in_folder: Path) -> None:
    found = analyze("conformers.sdf", "ref.sdf")
    (subject,) = analysis_report(found, "conformers.sdf", "ref.sdf").subjects
    wanted = [row.rmsd for row in found.molecules[0].structures]
    mols = [[of_acid(text) for text in (one.structure, one.reference)] for one in subject.entries]
    assert [rdMolAlign.CalcRMS(*pair) for pair in mols] == pytest.approx(wanted, abs=2e-3)


def test_without_references_conformers_are_laid_over_one_another(in_folder: Path) -> None:
    found = analyze("conformers.sdf", mode="conformers")
    report = analysis_report(found, "conformers.sdf")
    assert [one.name for one in report.subjects] == [NAME, "propanol"]
    assert "nearest other / Å" in report.subjects[0].columns
    assert "RMSD / Å" not in report.subjects[0].columns
    assert not any(entry.reference for one in report.subjects for entry in one.entries)
    assert [len(one.figures) for one in report.subjects] == [4, 3]


@pytest.fixture(scope="module")
def poses(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Path]:
    """Of the crystal pose, and of one that is pushed into the protein."""
    source = tmp_path_factory.mktemp("poses") / "poses.sdf"
    mol = Chem.Mol(ligand_of_file("1of6"))
    moved = Chem.Conformer(mol.GetConformer())
    moved.SetPositions(mol.GetConformer().GetPositions() + np.array([3.0, 0.0, 0.0]))
    mol.AddConformer(moved, assignId=True)
    ids = [conformer.GetId() for conformer in mol.GetConformers()]
    fields = [{"molgen_score": -7.0, "molgen_confidence": 0.9}, {"molgen_score": -5.0, "molgen_confidence": 0.25}]
    write_sdf(source, [SdfRecord(mol, k, NAME, one) for k, one in zip(ids, fields, strict=True)])
    given = {"protein": protein_path("1of6")}
    found = analyze(source, ligand_path("1of6"), **given)
    return analysis_report(found, source, ligand_path("1of6"), **given, command=["analyze", NAME]), source


def test_poses_stay_in_their_pocket_beside_the_reference(poses: tuple[Report, Path]) -> None:
    report, _ = poses
    (subject,) = report.subjects
    first, second = subject.entries
    assert report.kind == "pose"
    assert not report.overlaid
    assert "ATOM" in report.receptor
    assert first.nearby
    crystal = ligand_of_file("1of6").GetConformer().GetPositions()
    assert positions_of(first.structure) == pytest.approx(crystal, abs=2e-3)
    assert positions_of(first.reference) == pytest.approx(crystal, abs=2e-3)
    told = dict(zip(subject.columns, second.cells, strict=True))
    assert (told["RMSD / Å"], told["superposed / Å"], told["confidence"]) == ("3.00", "0.00", "25 %")
    assert told["valid"].startswith("no: ")
    assert "_" not in told["valid"]
    assert "failed: " in second.details["checks"]


def test_the_page_of_poses_holds_what_the_report_does(poses: tuple[Report, Path]) -> None:
    page = Page(page_of(poses[0], viewer.load_viewer()))
    seen = " ".join(page.seen)
    assert page.count("script") == 3
    assert NAME in seen
    for told in (
        "first pose within 2 Å",
        "100.0 %",
        "Confidence as the file states it",
        "residues within 5 Å",
        "first pose",
    ):
        assert told in seen
    assert page.count("figure") == 6
    assert page.count("tr", **{"data-entry": "1"}) == 1


@pytest.mark.parametrize("name", ["missing/r.html", "r.pdf"])
def test_a_bad_report_path_is_refused_before_the_work(
    name: str, in_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze_command("conformers.sdf", "-o", "out", "--report", name) == 2
    (line,) = capsys.readouterr().err.splitlines()  # not even the notes of the work
    assert line.startswith(f"error: {name}: ")
    assert not (in_folder / "out").exists()


def test_the_page_may_lie_in_the_folder_that_is_made(in_folder: Path) -> None:
    assert analyze_command("more.sdf", "-o", "out", "--figures", "none", "--report", "out/r.html") == 0
    assert (in_folder / "out" / "r.html").stat().st_size > 0


def test_no_page_when_nothing_could_be_analyzed(in_folder: Path) -> None:
    assert analyze_command("more.sdf", "-r", "ref.sdf", "-o", "out", "--figures", "none", "--report", "r.html") == 2
    assert not (in_folder / "r.html").exists()
