"""A process that makes conformers of many molecules does not grow; `benchmarks.libraries.long_run` is the whole run."""

import sys
from pathlib import Path

import pytest

from benchmarks.libraries.long_run import Held, growth, watched
from molgen.conformers.config import GenerateConfig

SMILES = ("CCO", "OCCN", "CC(=O)O", "C1CCCC1O", "c1ccccc1CO", "CC#CC", "C1CC", "NCC(=O)O", "FC(F)CO", "CCSC")


def test_growth_is_from_the_first_tenth_to_the_rest():
    seen = [Held(k, 100.0 + 50 * (k == 1) + 30 * (k > 15), 7 + (k == 19), 0.0) for k in range(1, 21)]
    assert growth(seen) == (pytest.approx(130 / 150 - 1), 1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_and_open_files_stay_flat(tmp_path: Path):
    library = tmp_path / "in.smi"
    library.write_text("".join(f"{SMILES[k % len(SMILES)]} m{k}\n" for k in range(2000)))
    config = GenerateConfig(n=2, samples=2, templates=1, template_steps=10, strain_steps=2, steps=1)
    seen, rows = watched(library, config, "default", every=50)
    assert len(rows) == 2000
    assert sum(row.error is not None for row in rows) == 200
    memory, files = growth(seen)
    assert memory < 0.10
    assert files <= 0
