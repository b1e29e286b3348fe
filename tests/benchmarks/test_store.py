"""What is stored of a benchmark is what every program has tried."""

import csv
import json
from pathlib import Path

from benchmarks.conformers.store import PROGRAMS, main


def row(generator: str, molecule: str, kind: str = "ok", **values) -> dict:
    common = {"data": "d", "generator": generator, "mol_id": molecule, "n": 50, "seed": 0, "smiles": "CCCCC1CC1"}
    measured = {"best_1": 1.0, "best_10": 0.5, "best_50": 0.25, "mean_rmsd": 1.5, "stereo": 1.0, "conformers": 50}
    return common | {"kind": kind, "heavy_atoms": 7, "cpu_s": 1.5, "failure": None} | measured | values


def test_molecules_that_all_have_tried_are_rows_with_their_classes(tmp_path: Path) -> None:
    rows = [row(name, "both") for name in PROGRAMS] + [row("molgen", "alone")]
    rows += [row(name, "unfit", "reference") for name in PROGRAMS]
    rows[1] |= {"kind": "generator", "failure": "timeout", "best_50": None}
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    assert main([str(tmp_path / "r.jsonl"), "--out", str(tmp_path / "t.csv")]) == 0
    with (tmp_path / "t.csv").open(newline="") as file:
        written = list(csv.DictReader(file))
    assert [one["program"] for one in written] == sorted(PROGRAMS.values())
    assert {(one["rotatable_bonds"], one["rings"], one["largest_ring"]) for one in written} == {("3", "1", "3")}
    failed = next(one for one in written if one["error"])
    assert (failed["program"], failed["best_of_50"]) == (PROGRAMS["conforge"], "")
