"""The tables of the results page from made-up rows."""

import json
from pathlib import Path

import pytest

from benchmarks.page.__main__ import filled, main
from benchmarks.page.tables import grouped


def conformers(generator: str, name: str, best: float | None, **more) -> dict:
    start = {"data": "d", "generator": generator, "mol_id": name, "n": 50, "seed": 0, "heavy_atoms": 20, "cpu_s": 1.0}
    if best is None:
        return start | {"kind": "generator", "failure": "timeout"} | more
    scores = {"best_1": 2.0, "best_10": 1.0, "best_50": best, "mean_rmsd": 1.5, "conformers": 50, "stereo": 1.0}
    ensemble = {"cov_r": 0.5, "amr_r": 0.4, "cov_p": 0.3, "amr_p": 0.9}
    return start | {"kind": "ok", "failure": None} | scores | ensemble | more


def poses(method: str, name: str, *rmsds: float) -> dict:
    start = {"data": "d", "method": method, "id": name, "n": 9, "seed": 0, "cpu_s": 4.0, "failure": None}
    return start | {"poses": [{"rmsd": rmsd, "score": -8.0, "failed_checks": []} for rmsd in rmsds]}


def write(path: Path, rows: list[dict]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """One file of each benchmark."""
    one = [conformers("molgen", "a", 0.4), conformers("molgen", "b", 0.8), conformers("rdkit", "a", 0.6)]
    write(tmp_path / "crystals.jsonl", [*one, conformers("rdkit", "b", None), conformers("molgen", "c", 9.0)])
    write(tmp_path / "ensembles.jsonl", one)
    docked = [poses("vina", "p", 5.0, 1.0), poses("molgen", "p", 1.0, 5.0), poses("molgen", "q", 5.0)]
    write(tmp_path / "redocking.jsonl", docked)
    write(tmp_path / "cross.jsonl", docked)
    row = {"recovered": 60.0, "within 40": 70.0, "core": 75.0, "surface": 50.0, "pocket": None, "rmsd": 0.8}
    row |= {"clashes / 100": 1.0, "ms / residue": 2.0}
    (tmp_path / "side_chains.json").write_text(json.dumps({"molgen": row, "faspr": row | {"recovered": 55.0}}))
    (tmp_path / "run.json").write_text(json.dumps({"commit": "abc", "date": "today", "machine": "a laptop"}))
    return tmp_path


def table(name: str, results: Path) -> list[list[str]]:
    """Cells of the lines of a table."""
    text = filled(f"before\n<!-- table: {name} -->\nold\n<!-- end of table -->\nafter\n", results)
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_only_what_every_method_tried_is_counted_and_failures_are_not_covered(results: Path) -> None:
    head, _, rdkit, molgen = table("crystals", results)
    assert molgen[head.index("N = 50")] == "0.60 / 0.60"  # without "c"
    assert (molgen[head.index("< 1 Å")], rdkit[head.index("< 1 Å")]) == ("100 %", "50 %")
    assert rdkit[head.index("failed")] == "1"


def test_docking_rows_say_first_and_best_pose_and_put_molgen_last(results: Path) -> None:
    head, _, vina, molgen = table("redocking", results)
    assert vina[0].startswith("AutoDock Vina")
    assert molgen[0] == "**molgen**"
    first, best = head.index("first pose ≤ 2 Å"), head.index("one of 9 ≤ 2 Å")
    assert (vina[first].split(" (")[0], vina[best].split(" (")[0]) == ("0.0 %", "100.0 %")


def test_time_is_a_ratio_to_rdkit(results: Path) -> None:
    write(results / "crystals.jsonl", [conformers("molgen", "a", 0.4, cpu_s=3.0), conformers("rdkit", "a", 0.4)])
    assert table("times", results)[-1][1] == "60.0 (3.00)"


def test_side_chains_without_ligands_have_no_pocket(results: Path) -> None:
    head, _, faspr, molgen = table("sidechains", results)
    assert (faspr[1], molgen[1], molgen[head.index("pocket")]) == ("55.0 %", "60.0 %", "-")


def test_the_summary_has_a_line_for_every_task(results: Path) -> None:
    rows = table("summary", results)[2:]
    assert [row[2] for row in rows] == ["**0.60**", "**50.0**", "**100.0; 100.0**", "**100.0; 100.0**", "**60.0**"]
    assert rows[0][3] == "RDKit 0.60"
    assert rows[4][3] == "FASPR 55.0"


def test_ensembles_of_the_gas_phase_have_their_own_row(results: Path) -> None:
    alone = [conformers(name, "a", 0.4, cov_r=share) for name, share in (("molgen", 0.5), ("molgen-gas-phase", 0.75))]
    write(results / "ensembles.jsonl", alone)
    assert table("summary", results)[2:][1][2] == "**75.0**"


def test_pairs_with_known_ligands_have_a_line_of_their_own(results: Path) -> None:
    known = [poses(method, "p", 1.0, 1.0) for method in ("molgen-known", "molgen-all-known")]
    write(results / "cross.jsonl", [poses("molgen", "p", 5.0, 5.0), *known])
    row = table("summary", results)[2:][4]
    assert row[2] == "**100.0; 100.0**"
    assert row[3] == "all other ligands of the protein known 100.0; 100.0"
    assert table("summary", results)[2:][3][2] == "**0.0; 0.0**"


def test_a_page_is_filled_in_place_and_says_where_its_numbers_are_from(results: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- table: run -->\n<!-- end of table -->\n")
    assert main([str(results), str(page)]) == 0
    assert "commit `abc`" in page.read_text()


def test_methods_without_a_common_item_leave_no_rows() -> None:
    assert grouped([{"method": "a", "id": "x"}, {"method": "b", "id": "y"}], "method", "id") == {"a": [], "b": []}
    assert grouped([], "method", "id") == {}
