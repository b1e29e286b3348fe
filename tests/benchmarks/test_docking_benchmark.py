"""The docking benchmark on one small peptide and ligand."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from benchmarks.common import read_rows
from benchmarks.docking import __main__ as docking
from benchmarks.docking import methods as docking_methods
from benchmarks.docking.report import key_of
from benchmarks.docking.scores import around, load_complexes, read_protein, rmsds_to_crystal
from molgen.metrics import heavy_coordinates

SMILES = "NCCc1ccccc1"
SEQUENCE = "GSHDKFG"
INDEX = "id,rotatable_bonds,has_metal_near,has_cofactor_near\n1abc_LIG,2,0,0\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with one complex: a ligand 8 Angstrom from the middle of an extended peptide."""
    folder = tmp_path / "small" / "1abc_LIG"
    folder.mkdir(parents=True)
    peptide = Chem.AddHs(Chem.MolFromSequence(SEQUENCE), addResidueInfo=True)
    rdDistGeom.EmbedMolecule(peptide, randomSeed=1)
    peptide = Chem.RemoveHs(peptide)
    with gzip.open(folder / "protein.pdb.gz", "wt") as file:
        file.write(Chem.MolToPDBBlock(peptide, flavor=2 | 8))
    write_ligand(folder / "ligand.sdf", peptide)
    (folder.parent / "index.csv").write_text(INDEX)
    return folder.parent


def write_ligand(path: Path, peptide: Chem.Mol) -> None:
    mol = Chem.AddHs(Chem.MolFromSmiles(SMILES))
    rdDistGeom.EmbedMolecule(mol, randomSeed=2)
    mol = Chem.RemoveHs(mol)
    around_peptide = peptide.GetConformer().GetPositions()
    shape = mol.GetConformer().GetPositions() - mol.GetConformer().GetPositions().mean(axis=0)
    directions = np.concatenate([np.eye(3), -np.eye(3)])
    places = [around_peptide.mean(axis=0) + step * way for step in np.arange(0.0, 20.0, 0.5) for way in directions]
    gaps = [np.linalg.norm(shape[:, None] + place - around_peptide, axis=2).min() for place in places]
    first = next(place for place, gap in zip(places, gaps, strict=True) if gap > 3.4)
    mol.GetConformer().SetPositions(shape + first)
    mol = Chem.RenumberAtoms(mol, list(range(mol.GetNumAtoms()))[::-1])
    mol.SetProp("smiles", SMILES)
    with Chem.SDWriter(str(path)) as writer:
        writer.write(mol)


def run(data: Path, out: Path, methods: str) -> list[dict]:
    assert docking.main(["--data", str(data), "--methods", methods, "-n", "3", "--out", str(out)]) == 0
    return [json.loads(line) for line in out.read_text().splitlines() if line]


@pytest.mark.slow
def test_vina_gives_one_line_per_complex_and_a_rerun_adds_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("vina")
    pytest.importorskip("meeko")
    pytest.importorskip("posebusters")
    monkeypatch.setattr(docking_methods, "EXHAUSTIVENESS", 1)
    out = tmp_path / "out.jsonl"
    rows = run(data, out, "vina,vina-score")
    assert [(row["method"], row["failure"]) for row in rows] == [("vina", None), ("vina-score", None)]
    docked, crystal = rows
    assert 1 <= len(docked["poses"]) <= 3
    scores = [pose["score"] for pose in docked["poses"]]
    assert scores == sorted(scores)
    assert docked["poses"][0]["failed_checks"] == []
    assert all(pose["failed_checks"] is None for pose in docked["poses"][1:])
    assert min(docked["objectives"]) <= crystal["objectives"][-1] + docking_methods.ENERGY_RANGE
    assert crystal["poses"][0]["rmsd"] < 2e-3
    assert crystal["poses"][1]["score"] <= crystal["poses"][0]["score"]
    assert docked["cpu_s"] > 0.0
    assert run(data, out, "vina,vina-score") == rows
    out.write_text(out.read_text()[:-30])
    assert len(read_rows([out], key_of)) == 1
    assert docking.main(["--data", str(data), "--methods", "vina-score", "-n", "3", "--out", str(out)]) == 0
    assert len(read_rows([out], key_of)) == 2
    assert docking.main(["--report", str(out)]) == 0
    assert "| vina | 1 | 0 |" in capsys.readouterr().out


def test_a_method_that_fails_gives_a_row_with_the_reason(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("posebusters")

    def make_broken():
        def dock(task: docking_methods.Task) -> docking_methods.Docked:
            raise RuntimeError(f"cannot dock {task.smiles}")

        return dock

    monkeypatch.setitem(docking_methods.METHODS, "broken", make_broken)
    rows = run(data, tmp_path / "out.jsonl", "broken")
    assert [row["failure"] for row in rows] == [f"RuntimeError: cannot dock {SMILES}"]
    assert rows[0]["poses"] == []


def test_poses_are_rated_against_the_crystal_ligand_where_they_lie(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("posebusters")
    crystal = next(load_complexes(data)).crystal

    def make_shifted():
        def dock(task: docking_methods.Task) -> docking_methods.Docked:
            assert task.crystal is None
            mol = docking_methods.protonated(crystal)
            away = Chem.Conformer(mol.GetConformer())
            away.SetPositions(away.GetPositions() + np.array([0.0, 3.0, 4.0]))
            mol.AddConformer(away, assignId=True)
            return docking_methods.Docked(mol, [-2.0, -1.0], 0.5)

        return dock

    monkeypatch.setitem(docking_methods.METHODS, "shifted", make_shifted)
    row = run(data, tmp_path / "out.jsonl", "shifted")[0]
    assert [pose["rmsd"] for pose in row["poses"]] == pytest.approx([0.0, 5.0], abs=1e-4)
    assert [pose["score"] for pose in row["poses"]] == [-2.0, -1.0]
    assert row["cpu_s"] == 0.5


def test_the_crystal_pose_is_hidden_from_methods_that_dock(data: Path) -> None:
    item = next(load_complexes(data))
    task = item.task(9, 0, with_crystal=False)
    assert task.crystal is None
    assert task.size == 22.5
    assert np.allclose(task.center, heavy_coordinates(item.crystal)[0].mean(axis=0))
    assert item.task(9, 0, with_crystal=True).crystal is not None


def test_the_box_grows_with_a_long_ligand(data: Path) -> None:
    item = next(load_complexes(data))
    conformer = item.crystal.GetConformer()
    positions = conformer.GetPositions()
    conformer.SetPositions(positions * np.array([20.0, 1.0, 1.0]) / np.ptp(positions[:, 0]))
    assert item.task(9, 0, with_crystal=False).size == pytest.approx(28.0)


def test_rmsd_ignores_protons_charges_and_symmetry() -> None:
    crystal = Chem.MolFromSmiles("OC(=O)c1ccc(N)cc1")
    rdDistGeom.EmbedMolecule(crystal, randomSeed=1)
    docked = Chem.AddHs(Chem.MolFromSmiles("[NH3+]c1ccc(C(=O)[O-])cc1"))
    docked.AddConformer(Chem.Conformer(docked.GetNumAtoms()))
    order = crystal.GetSubstructMatch(Chem.MolFromSmarts("Nc1ccc(C(~O)~O)cc1"))
    positions = crystal.GetConformer().GetPositions()[list(order)]
    positions[[6, 7]] = positions[[7, 6]]  # the oxygen atoms change places
    for index, place in enumerate(positions):
        docked.GetConformer().SetAtomPosition(index, place.tolist())
    assert rmsds_to_crystal(docked, crystal) == pytest.approx([0.0], abs=1e-3)


def test_posebusters_gets_the_protein_around_the_pose(data: Path) -> None:
    item = next(load_complexes(data))
    protein = read_protein(item.protein)
    far = Chem.Mol(item.crystal)
    far.GetConformer().SetPositions(far.GetConformer().GetPositions() + 500.0)
    assert around(protein, item.crystal).GetNumAtoms() > 20
    assert around(protein, far).GetNumAtoms() == 1
