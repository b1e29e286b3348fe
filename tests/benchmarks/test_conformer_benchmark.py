"""The conformer benchmark on two small molecules, and the process that guards it."""

import json
import os
import signal
import subprocess
import sys
import time
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import AllChem

from benchmarks import worker as worker_module
from benchmarks.common import chosen, read_rows
from benchmarks.conformers import __main__ as conformers
from benchmarks.conformers.generators import make_rdkit, make_rdkit_mmff
from benchmarks.conformers.report import key_of, report
from benchmarks.conformers.scores import load_references, score
from benchmarks.worker import Worker

MOLECULES = {"first": "C[C@H](O)CCc1ccccc1", "second": "CC(C)CC(=O)[O-]"}


def write_references(path: Path, copies: int, smiles: dict[str, str] = MOLECULES) -> None:
    with Chem.SDWriter(str(path)) as writer:
        for name, text in smiles.items():
            mol = Chem.AddHs(Chem.MolFromSmiles(MOLECULES[name]))
            ids = AllChem.EmbedMultipleConfs(mol, copies, randomSeed=99)
            order = np.random.default_rng(0).permutation(mol.GetNumAtoms()).tolist()
            mol = Chem.RenumberAtoms(mol, order)
            mol.SetProp("mol_id", name)
            mol.SetProp("smiles", text)
            for conf_id in ids:
                writer.write(mol, confId=conf_id)


def run(data: Path, out: Path, *more: str) -> list[dict]:
    assert conformers.main(["--data", str(data), "--out", str(out), "-n", "12", *more]) == 0
    return [json.loads(line) for line in out.read_text().splitlines() if line]


def test_a_run_gives_one_line_per_molecule_and_a_rerun_adds_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = tmp_path / "small.sdf", tmp_path / "out.jsonl"
    write_references(data, 1)
    rows = run(data, out)
    assert sorted(row["mol_id"] for row in rows) == ["first", "second"]
    for row in rows:
        assert row["kind"] == "ok"
        assert row["conformers"] == 12
        assert row["stereo"] == 1.0
        assert 0.0 < row["best_50"] <= row["best_10"] <= row["best_1"]
        assert row["best_50"] < 0.5  # such small molecules are always found
        assert row["cpu_s"] > 0.0
        assert row["rdkit_difference"] is None or row["rdkit_difference"] < 1e-4
    assert any(row["rdkit_difference"] is not None for row in rows)
    assert run(data, out) == rows
    assert conformers.main(["--report", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "| rdkit | 0 |" in printed
    assert "RMSD against GetBestRMS on 1 of the rows" in printed


def test_a_line_cut_short_is_measured_again(tmp_path: Path) -> None:
    data, out = tmp_path / "small.sdf", tmp_path / "out.jsonl"
    write_references(data, 1)
    run(data, out)
    out.write_text(out.read_text()[:-30])
    assert len(read_rows([out], key_of)) == 1
    assert conformers.main(["--data", str(data), "--out", str(out), "-n", "12"]) == 0
    assert len(read_rows([out], key_of)) == 2


def test_a_smaller_subset_is_a_part_of_a_larger_one(tmp_path: Path) -> None:
    data = tmp_path / "small.sdf"
    write_references(data, 1)
    references = list(load_references(data))
    whole = [reference.mol_id for reference in chosen(references, attrgetter("mol_id"), None, 3)]
    assert [reference.mol_id for reference in chosen(references[::-1], attrgetter("mol_id"), 1, 3)] == whole[:1]


def test_ensembles_are_scored_against_all_their_structures(tmp_path: Path) -> None:
    data = tmp_path / "ensemble.sdf"
    write_references(data, 4)
    references = list(load_references(data))
    assert [len(reference.structures) for reference in references] == [4, 4]
    found = score(references[0], references[0].ensemble(), check=True)
    assert found.references == found.conformers == 4
    assert (found.cov_r, found.cov_p) == (1.0, 1.0)
    assert found.amr_r < 1e-5
    assert found.best_1 > 0.01  # the first finds itself but not the other three
    assert found.rdkit_difference is not None
    assert found.rdkit_difference < 1e-4


def test_a_reference_that_does_not_fit_its_smiles_is_named_and_left_out(tmp_path: Path) -> None:
    data, out = tmp_path / "small.sdf", tmp_path / "out.jsonl"
    write_references(data, 1, {"first": MOLECULES["first"], "second": "CCO"})
    rows = {row["mol_id"]: row for row in run(data, out)}
    assert rows["second"]["kind"] == "reference"
    assert "CCO" in rows["second"]["failure"]
    assert "1 molecules" in report(list(rows.values()))


def test_failures_count_as_five_angstrom() -> None:
    row = {"data": "d", "n": 50, "seed": 0, "heavy_atoms": 20, "generator": "rdkit", "cpu_s": 0.1}
    score_of = dict.fromkeys(("best_1", "best_10", "best_50", "mean_rmsd", "cov_r", "amr_r", "cov_p", "amr_p"), 1.0)
    good = row | score_of | {"mol_id": "a", "kind": "ok", "stereo": 1.0, "conformers": 50, "rdkit_difference": None}
    bad = row | {"mol_id": "b", "kind": "generator", "failure": "timeout: 120 s"}
    text = report([good, bad])
    assert "| rdkit | 1 | 1.000/1.000 |" in text
    assert "| 3.000 | 3.000 | 3.000 |" in text
    assert "b (20 heavy atoms): timeout: 120 s" in text


def test_minimized_conformers_are_ranked_by_energy() -> None:
    mol = make_rdkit_mmff(6, 0)("OCCCCN")
    properties = AllChem.MMFFGetMoleculeProperties(mol, "MMFF94s")
    ids = [conformer.GetId() for conformer in mol.GetConformers()]
    energies = [AllChem.MMFFGetMoleculeForceField(mol, properties, confId=conf_id).CalcEnergy() for conf_id in ids]
    assert len(set(ids)) == 6
    assert energies == sorted(energies)


def test_embedded_conformers_differ_with_seed_zero() -> None:
    mol = make_rdkit(2, 0)("OCCCCN")
    first, second = (conformer.GetPositions() for conformer in mol.GetConformers())
    assert np.abs(first - second).max() > 0.1


def _make_moody():  # picklable is not needed: the worker forks
    def moody(order: str) -> int:
        if order == "sleep":
            time.sleep(60.0)
        while order == "spin":
            pass
        if order == "crash":
            os._exit(3)
        if order == "raise":
            raise ValueError("no such molecule\nat all")
        return os.getpid()

    return moody


@pytest.mark.parametrize("hang", ["sleep", "spin"])
def test_a_worker_survives_errors_and_is_replaced_after_hangs_and_crashes(
    hang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "IDLE_FACTOR", 20.0 if hang == "spin" else 1.0)
    with Worker(_make_moody, timeout=1.0) as worker:
        first = worker.run("work")
        assert first.value not in (None, os.getpid())
        assert worker.run("raise").failure == "ValueError: no such molecule"
        assert worker.run("work").value == first.value
        assert worker.run(hang).failure == "timeout: 1 CPU s"
        second = worker.run("work").value
        assert second not in (None, first.value)
        assert worker.run("crash").failure == "crash: exit code 3"
        assert worker.run("work").value not in (None, second)


def test_a_worker_that_cannot_start_says_why() -> None:
    def broken():
        raise ImportError("no such package")

    with Worker(broken, timeout=1.0) as worker, pytest.raises(RuntimeError, match="no such package"):
        worker.run("work")


def test_a_pause_of_the_whole_benchmark_is_not_a_timeout() -> None:
    script = (
        "import time\n"
        "from benchmarks.worker import Worker\n"
        "def make():\n"
        "    return lambda argument: time.sleep(1.0) or argument\n"
        "with Worker(make, timeout=2.0) as worker:\n"
        "    worker.run('warm')\n"
        "    print('go', flush=True)\n"
        "    print(worker.run('done'))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "go\n"
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(3.0)
        os.killpg(process.pid, signal.SIGCONT)
        assert "value='done', failure=None" in process.stdout.read()
