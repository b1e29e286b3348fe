"""The stored benchmark has a row for every program and molecule."""

from collections import Counter

import pytest

from molgen.errors import ConfigError
from molgen.reports.benchmark.stored import COLUMNS, benchmark_results, benchmark_rows


def test_every_program_has_every_molecule_and_the_best_comes_nearer_with_more() -> None:
    rows = benchmark_rows("conformers")
    programs = {row["program"] for row in rows}
    assert "molgen" in programs
    assert set(Counter(row["molecule"] for row in rows).values()) == {len(programs)}
    for row in rows:
        assert list(row) == list(COLUMNS)
        assert row["heavy_atoms"] > 0
        if row["error"] is None:
            assert row["best_of_1"] >= row["best_of_10"] >= row["best_of_50"] >= 0.0
            assert 0 < row["conformers"] <= 50


def test_the_table_is_a_data_frame_and_others_are_unknown() -> None:
    pytest.importorskip("pandas")
    assert list(benchmark_results().columns) == list(COLUMNS)
    with pytest.raises(ConfigError, match="no benchmark docking"):
        benchmark_results("docking")
