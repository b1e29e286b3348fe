"""Learning from little data: what is trained how long, and that the tables are means of what was measured."""

from itertools import pairwise

import pytest
import torch
from small_molecules import entry_of

from benchmarks.sampling.little_data import Training, points
from benchmarks.sampling.little_data_report import draw, report, table

ROWS = [
    {"process": "uniform", "percent": 0, "passes": 0, "seed": 0, "recall_rmsd": 0.9},
    *(
        {
            "process": "flow",
            "percent": percent,
            "structures": size,
            "passes": passes,
            "seed": seed,
            "recall_rmsd": value,
        }
        for percent, size, passes, seed, value in ((10, 5, 1, 0, 0.8), (10, 5, 1, 1, 0.6), (100, 50, 30, 0, 0.5))
    ),
]


@pytest.fixture(scope="module")
def trainings():
    records = [entry_of(smiles) for smiles in ("CCOC", "CC(F)COC", "OCCN", "CCCO")]
    return {("flow", 100): Training("flow", records, 0), ("diffusion", 25): Training("diffusion", records[:1], 0)}


def test_passes_count_structures_and_the_quickest_points_come_first(trainings):
    found = list(points(trainings, 30))
    assert ("flow", 100, 3, 3) in found
    assert ("diffusion", 25, 30, 30) in found
    assert ("flow", 100, 100, 100) not in found
    assert all(first[-1] <= second[-1] for first, second in pairwise(found))


def test_a_training_goes_on_where_it_was(trainings):
    training = trainings["flow", 100]
    training.run(2)
    before = [value.clone() for value in training.average.values.values()]
    training.run(2)
    assert training.steps == 2
    training.run(3)
    assert training.steps == training.average.updates == 3
    assert any(not torch.equal(a, b) for a, b in zip(before, training.average.values.values(), strict=True))


def test_a_table_has_the_mean_over_seeds_and_leaves_out_what_was_not_measured():
    assert table(ROWS, "flow").splitlines()[2:] == ["| 5 (10 %) | 0.700 |  |", "| 50 (100 %) |  | 0.500 |"]


def test_the_figure_has_a_line_for_each_part_of_the_set(tmp_path, capsys):
    (axes,) = draw(ROWS).axes
    assert [line.get_label() for line in axes.lines] == [
        "uniform torsions",
        "10 % of the structures",
        "100 % of the structures",
    ]
    assert axes.lines[2].get_xdata().tolist() == [1500]
    (tmp_path / "rows.jsonl").write_text("")
    report([tmp_path / "rows.jsonl"])
    assert "uniform torsions: nan" in capsys.readouterr().out
