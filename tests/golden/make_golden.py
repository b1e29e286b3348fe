"""Make the stored numbers again, when the weights or what they mean have changed: `python tests/golden/make_golden.py`.

Look at `git diff --stat` and at the benchmarks before the new numbers are taken: the test that compares with them says
only that nothing has changed.
"""

import hashlib
import platform
import sys
from pathlib import Path

import numpy as np
import rdkit
import torch

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from golden.cases import COMPLEXES, MOLECULES, conformers, docked, proposed, sampled  # noqa: E402  # after the path

FOLDER = Path(__file__).parent
WEIGHTS = FOLDER.parents[1] / "molgen" / "weights"


def weights_digest(*names: str) -> str:
    """SHA-256 over weight files."""
    return hashlib.sha256(b"".join((WEIGHTS / f"{name}.safetensors").read_bytes() for name in names)).hexdigest()


def machine() -> str:
    """What last digits depend on: the processor, and the versions of the libraries that do arithmetic."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else platform.processor()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    versions = f"torch {torch.__version__}, numpy {np.__version__}, rdkit {rdkit.__version__}"
    return f"{names[0] if names else platform.machine()}, {versions}"


def main() -> None:
    torch.set_num_threads(1)
    about = {"machine": machine()}
    arrays = {f"sampled.{name}": sampled(name) for name in MOLECULES}
    arrays |= {f"conformers.{name}": conformers(name) for name in MOLECULES}
    np.savez_compressed(FOLDER / "conformers.npz", weights=weights_digest("conformers"), **about, **arrays)
    arrays = {f"proposed.{code}": proposed(code) for code in COMPLEXES}
    arrays |= {f"docked.{code}": docked(code) for code in COMPLEXES}
    digest = weights_digest("poses", "confidence")
    np.savez_compressed(FOLDER / "docking.npz", weights=digest, **about, **arrays)
    for name in ("conformers", "docking"):
        print(f"{FOLDER / name}.npz: {(FOLDER / f'{name}.npz').stat().st_size} bytes")


if __name__ == "__main__":
    main()
