"""The tables of the docking benchmark from made-up rows, and the comparison of energies."""

from pathlib import Path

import pytest

from benchmarks.common import read_rows
from benchmarks.docking.confidences import confidence_table
from benchmarks.docking.report import key_of, report
from benchmarks.docking.scores import agreement_report, imported


def row(method: str, name: str, rmsds: list[float], **more) -> dict:
    poses = [{"rmsd": rmsd, "score": -8.0 + index, "failed_checks": None} for index, rmsd in enumerate(rmsds)]
    if poses:
        poses[0]["failed_checks"] = more.pop("failed_checks", [])
    features = {"rotatable_bonds": 2, "has_metal_near": 0, "has_cofactor_near": 0}
    start = {"data": "d", "method": method, "id": name, "n": 9, "seed": 0, "cpu_s": 4.0, "failure": None}
    return start | features | {"poses": poses} | more


def cells(text: str, start: str) -> list[list[str]]:
    """The cells of the lines of tables that start so."""
    lines = [line for line in text.splitlines() if line.startswith(f"| {start}")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_failures_count_as_wrong_and_invalid() -> None:
    good = row("vina", "a", [1.0, 5.0])
    bad = row("vina", "b", [], failure="timeout: 600 CPU s", cpu_s=600.0)
    text = report([good, bad])
    accuracy = cells(text, "vina")[0]
    assert accuracy[:4] == ["vina", "2", "1", "50.0 %"]
    assert accuracy[5] == accuracy[7] == accuracy[9] == "50.0 %"
    assert "b (2 rotatable bonds): timeout: 600 CPU s" in text
    assert cells(text, "vina")[1][1] == "4.00"  # the time of the killed one is no time of a result


def test_an_invalid_pose_is_close_but_not_counted_as_valid() -> None:
    text = report([row("vina", "a", [1.0], failed_checks=["volume_overlap_with_protein"])])
    accuracy = cells(text, "vina")[0]
    assert (accuracy[3], accuracy[7], accuracy[9]) == ("100.0 %", "0.0 %", "0.0 %")
    assert "volume_overlap_with_protein 1" in text


def test_a_right_pose_of_lower_rank_counts_for_best_of_nine_only() -> None:
    accuracy = cells(report([row("vina", "a", [4.0, 1.0])]), "vina")[0]
    assert (accuracy[3], accuracy[5]) == ("0.0 %", "100.0 %")


def test_methods_are_compared_on_the_complexes_that_both_have_tried() -> None:
    rows = [row("vina", "a", [3.0]), row("vina", "b", [1.0]), row("molgen", "a", [1.0], cpu_s=1.0)]
    text = report(rows)
    assert "1 complexes" in text
    assert cells(text, "molgen")[1][3] == "0.250"
    assert cells(text, "molgen")[2][1] == "+100.0 (+100.0 to +100.0)"


def test_wrong_poses_are_failures_of_the_search_or_of_the_ranking() -> None:
    rows = [
        row("vina", "missed", [5.0], objectives=[-7.0]),
        row("vina", "misranked", [5.0, 1.0], objectives=[-9.0, -8.0]),
        row("vina", "tie", [5.0], objectives=[-8.05]),
        row("vina", "right", [1.0], objectives=[-7.0]),
        row("vina", "unknown", [5.0], objectives=[-7.0]),
    ]
    rows += [row("vina-score", name, [0.0, 0.4], objectives=[-6.0, -8.0]) for name in ("missed", "misranked", "tie")]
    rows.append(row("vina-score", "unknown", [0.0, 5.4], objectives=[-6.0, -8.0]))  # left the crystal pose
    assert ["vina", "4", "1", "1", "1", "1", "1"] in cells(report(rows), "vina")


def test_splits_name_their_size() -> None:
    rows = [row("vina", "a", [1.0]), row("vina", "b", [3.0], rotatable_bonds=9, has_metal_near=1)]
    text = report(rows)
    assert cells(text, "rotatable bonds 0-3")[0] == ["rotatable bonds 0-3 (1)", "100.0 % / 100.0 %"]
    assert cells(text, "rotatable bonds 8+")[0] == ["rotatable bonds 8+ (1)", "0.0 % / 0.0 %"]
    assert cells(text, "metal near")[0][0] == "metal near (1)"
    assert not cells(text, "cofactor near")


def test_crystal_scores_alone_give_a_table() -> None:
    assert cells(report([row("vina-score", "a", [0.0, 0.5])]), "vina-score")[0][3:] == ["-8.00", "-7.00", "0.50"]


def test_a_line_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"data": "d", "method": "vina", "id": "a", "n": 9, "seed": 0}\n{"data": "d", "meth')
    assert [item["id"] for item in read_rows([path], key_of)] == ["a"]


def test_agreement_of_energies_is_reported() -> None:
    text = agreement_report([("a", -5.0, -5.1), ("b", -7.0, -7.1), ("c", -9.0, -9.4)])
    assert "3 crystal poses" in text
    assert "median |difference| 0.100" in text
    assert "- c: Vina -9.000, other -9.400" in text


def test_a_function_is_imported_by_name() -> None:
    assert imported("math:sqrt")(4.0) == 2.0  # pyright: ignore[reportCallIssue, reportArgumentType]
    with pytest.raises(ValueError, match="module:function"):
        imported("math")


def test_confidences_of_first_and_other_poses_stand_apart_beside_what_chance_would_show():
    sure = [row("molgen", name, [1.0, 9.0], confidence=[0.95, 0.05]) for name in "abcd"]
    text = confidence_table({"sure": sure, "by energy": [row("molgen", "e", [1.0], confidence=[None])]})
    first, others = cells(text, "sure")
    assert first[1:4] == ["4", "0.95", "1.00"]
    assert (others[2], others[3]) == ("0.05", "0.00")
    assert first[4] == "0.05"
    assert not cells(text, "by energy")
    assert confidence_table({"vina": [row("vina", "a", [1.0])]}) == ""
    unsure = [row("molgen", name, [rmsd], confidence=[0.5]) for name, rmsd in zip("abcd", (1, 1, 9, 9), strict=True)]
    low, high = map(float, cells(confidence_table({"unsure": unsure}), "unsure")[0][5].split("-"))
    assert low < high
