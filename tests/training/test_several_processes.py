"""Two processes train one model: batches of their own, the same weights, one writer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "support" / "training" / "two_ranks.py"
ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_two_ranks_see_distinct_batches_and_one_writes(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path)], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    seen = [[int(n) for n in (tmp_path / f"batches-{rank}.txt").read_text().split()] for rank in (0, 1)]
    assert [numbers[:4] for numbers in seen] == [[0, 2, 4, 6], [1, 3, 5, 7]]
    first, second = sorted(line.split(maxsplit=4) for line in (tmp_path / "ends.txt").read_text().splitlines())[::-1]
    assert (first[0], second[0]) == ("True", "False")
    assert first[1:4] == second[1:4]
    assert first[1] == "4"
    assert first[3] == "1"  # the loss of one rank was not finite, and both left the step out
    assert (first[4], second[4]) == ("['value']", "[]")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        *("config.yaml", "log", "state.ckpt", "weights.safetensors")
    ]
