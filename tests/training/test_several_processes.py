"""Two processes train one model: batches of their own, the same weights, one writer."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "support" / "training" / "two_ranks.py"
ROOT = Path(__file__).parents[2]


def ends(file: Path) -> list[str]:
    """The lines of both ranks; the second may write its own after the first has ended."""
    begin = time.monotonic()
    while len(lines := file.read_text().splitlines()) < 2 and time.monotonic() - begin < 60:
        time.sleep(0.1)
    return lines


@pytest.mark.slow
def test_two_ranks_see_distinct_batches_and_one_writes(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path)], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    seen = [[int(n) for n in (tmp_path / f"batches-{rank}.txt").read_text().split()] for rank in (0, 1)]
    assert [numbers[:4] for numbers in seen] == [[0, 2, 4, 6], [1, 3, 5, 7]]
    first, second = sorted(line.split(maxsplit=4) for line in ends(tmp_path / "ends.txt"))[::-1]
    assert (first[0], second[0]) == ("True", "False")
    assert first[1:4] == second[1:4]
    assert first[1] == "4"
    assert first[3] == "1"  # the loss of one rank was not finite, and both left the step out
    assert (first[4], second[4]) == ("['value']", "[]")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        *("config.yaml", "log", "state.ckpt", "weights.safetensors")
    ]
