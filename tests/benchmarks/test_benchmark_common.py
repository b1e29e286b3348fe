"""What the benchmarks share."""

import argparse
import json
from pathlib import Path

import pytest

from benchmarks.common import Results, chosen, markdown_table, names_among


def test_a_smaller_subset_is_a_part_of_a_larger_one_whatever_the_order() -> None:
    items = [f"{number:02d}" for number in range(20)]
    whole = chosen(items, str, None, 3)
    assert sorted(whole) == items
    assert chosen(items[::-1], str, 7, 3) == whole[:7]
    assert chosen(items, str, None, 4) != whole


def test_results_hold_what_earlier_runs_wrote_and_end_a_line_that_was_cut_short(tmp_path: Path, capsys) -> None:
    path = tmp_path / "new folder" / "out.jsonl"
    with Results(path, lambda row: (row["id"],)) as results:
        assert {"id": 1} not in results
        results.add({"id": 1, "score": 0.5}, "the first")
    assert capsys.readouterr().err == "the first\n"
    path.write_text(path.read_text() + '{"id": 2, "sc')
    with Results(path, lambda row: (row["id"],)) as results:
        assert {"id": 1} in results
        assert {"id": 2} not in results
        results.add({"id": 2, "score": 0.25}, "")
    assert [json.loads(line)["id"] for line in path.read_text().splitlines() if line.endswith("}")] == [1, 2]


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    parse = names_among(["rdkit", "molgen"])
    assert parse("molgen,rdkit") == ["molgen", "rdkit"]
    with pytest.raises(argparse.ArgumentTypeError, match="unknown vina; choose from rdkit, molgen"):
        parse("rdkit,vina")


def test_a_table_has_a_line_for_each_row() -> None:
    assert markdown_table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_the_halves_part_what_is_chosen_by_from_what_is_reported() -> None:
    items = [f"m{k}" for k in range(31)]
    choose, report = (chosen(items, str, None, 0, half) for half in ("choose", "report"))
    assert sorted(choose + report) == sorted(items)
    assert not set(choose) & set(report)
    assert chosen(items, str, 5, 0, "report") == report[:5]
