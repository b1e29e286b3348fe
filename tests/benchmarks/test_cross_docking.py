"""The benchmark of rankings on labeled decoys: shares that can be counted by hand."""

from dataclasses import replace

import numpy as np
import pytest
from small_molecules import embedded
from small_pockets import confidence_model, random_pocket

from benchmarks.docking import cross_docking
from molgen.chem.features.molecule_features import molecule_graph
from molgen.datasets.records.decoys import DecoyRecord


def record(name: str, energies: list[float], rmsds: list[float]) -> DecoyRecord:
    graph = molecule_graph(embedded("CCO"))
    rng = np.random.default_rng(len(name))
    positions = rng.normal(size=(len(energies), graph.n_atoms, 3)).astype(np.float32) * 3
    values = np.array(energies, np.float32), np.array(rmsds, np.float32)
    return DecoyRecord(graph, random_pocket(), positions, *values, len(energies), "c0", name)


@pytest.fixture
def records() -> list[DecoyRecord]:
    return [
        record("a", [-5.0, -4.0], [0.5, 6.0]),
        record("b", [-5.0, -4.0], [6.0, 0.5]),
        record("c in d", [-5.0, -4.0, -3.0], [6.0, 6.0, 6.0]),
        record("d in c", [-5.0, -4.0], [1.0, 6.0]),
    ]


def test_pairs_and_redocked_ligands_are_counted_apart(records, monkeypatch, capsys, tmp_path):
    (tmp_path / "part.safetensors").touch()
    monkeypatch.setattr(cross_docking, "load_decoys", lambda _: (records, ["x"]))
    monkeypatch.setattr(cross_docking, "load_confidence", lambda _: (confidence_model(), {}))
    assert cross_docking.main(["--data", str(tmp_path)]) == 0
    redocked, crossed = capsys.readouterr().out.split("## 2 cross-docked")
    assert "## 2 redocked" in redocked
    energy, _, oracle = [line for line in redocked.splitlines() if "%" in line]
    assert "| energy | 50.0%" in energy
    assert "100.0%" in energy.split("|")[3]
    assert "100.0%" in oracle
    energy, _, oracle = [line for line in crossed.splitlines() if "%" in line]
    assert "| energy | 50.0%" in energy
    assert "50.0%" in oracle


def test_a_ranking_by_confidence_is_that_of_the_model(records):
    wanted = replace(records[0], rmsds=np.array([9.0, 0.1], np.float32))
    near = [wanted.rmsds <= 2.0]
    row = cross_docking._row("x", [np.array([0.0, 3.0])], near, np.array([0.9]), [[1, 0]])
    assert row[1].startswith("100.0%")
    row = cross_docking._row("x", [np.array([3.0, 0.0])], near, np.array([0.9]), [[0]])
    assert row[1].startswith("0.0%")
    assert row[2].startswith("0.0%")
