"""Make the stored numbers again, when the weights or what they mean have changed: `python tests/golden/make_golden.py`.

With `--structures` the inputs are made anew first: conformers, poses, template conformers and starting states, of runs
with seed 0. That is needed only where the numbers of atoms, torsions or states have changed.

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

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(path) for path in (TESTS, *TESTS.glob("support/*"), TESTS.parent)]

from golden.cases import (  # noqa: E402  # after the path
    COMPLEXES,
    FOLDER,
    MOLECULES,
    conformers,
    distance_to,
    docking,
    generated,
    heavy,
    ligand,
    molecule,
    stored,
    with_positions,
)
from golden.evaluations import (  # noqa: E402  # after the path
    SAMPLES,
    confidences,
    energies,
    pose_field,
    proposed,
    sampled,
    torsion_field,
)

from molgen.docking.ligand import prepare_ligand  # noqa: E402  # after the path
from molgen.docking.records import DockConfig  # noqa: E402  # after the path
from molgen.models.pose_flow.sample import prior_states  # noqa: E402  # after the path
from molgen.models.pose_flow.task import load_pose_model  # noqa: E402  # after the path

WEIGHTS = FOLDER.parents[1] / "molgen" / "weights"
OTHER_SEEDS = (1, 2, 3, 4)


def weights_digest(*names: str) -> str:
    """SHA-256 over weight files."""
    return hashlib.sha256(b"".join((WEIGHTS / f"{name}.safetensors").read_bytes() for name in names)).hexdigest()


def origin() -> str:
    """What made a file, for its reader; no test looks at it."""
    versions = f"torch {torch.__version__}, numpy {np.__version__}, rdkit {rdkit.__version__}"
    return f"tests/golden/make_golden.py, {platform.machine()}, {versions}"


def structures() -> dict[str, np.ndarray]:
    """Inputs: conformers and poses of whole runs, template conformers, states of the prior."""
    arrays = {f"conformers.{name}": conformers(name) for name in MOLECULES}
    for code in COMPLEXES:
        arrays[f"docked.{code}"] = heavy(docking(code).mol)
        prepared = prepare_ligand(ligand(code), DockConfig()).ligand
        templates = prepared.templates[torch.arange(SAMPLES) % len(prepared.templates)]
        rng = torch.Generator().manual_seed(5)
        start = prior_states(load_pose_model()[0], templates, prepared.graph.n_torsions, rng)
        arrays |= {f"templates.{code}": templates.numpy()}
        arrays |= {f"{name}.{code}": value.numpy() for name, value in start.items()}
    return arrays


def conformer_numbers() -> dict[str, np.ndarray]:
    arrays = {f"field.{name}": torsion_field(name) for name in MOLECULES}
    arrays |= {f"step.{name}": sampled(name, steps=1) for name in MOLECULES}
    arrays |= {f"sampled.{name}": sampled(name) for name in MOLECULES}
    for name in MOLECULES:
        reference = with_positions(molecule(name), stored("structures")[f"conformers.{name}"])
        apart = [distance_to(generated(name, seed), reference) for seed in OTHER_SEEDS]
        arrays[f"seeds.{name}"] = np.array(apart, dtype=np.float32)
    return arrays


def docking_numbers() -> dict[str, np.ndarray]:
    arrays = {}
    for code in COMPLEXES:
        arrays |= {f"field.{part}.{code}": value for part, value in pose_field(code).items()}
        arrays |= {f"{part}.{code}": value for part, value in confidences(code).items()}
        arrays |= {f"step.{code}": proposed(code, steps=1), f"proposed.{code}": proposed(code)}
        arrays[f"energies.{code}"] = energies(code)
        arrays[f"scores.{code}"] = np.array([pose.score for pose in docking(code).poses], dtype=np.float32)
    return arrays


def write(kind: str, arrays: dict[str, np.ndarray], *weights: str) -> None:
    path = FOLDER / f"{kind}.npz"
    np.savez_compressed(path, weights=weights_digest(*weights), origin=origin(), **arrays)
    print(f"{path.name}: {path.stat().st_size} bytes")


def main() -> None:
    torch.set_num_threads(1)
    if "--structures" in sys.argv[1:] or not (FOLDER / "structures.npz").exists():
        write("structures", structures(), "conformers", "poses", "confidence")
        stored.cache_clear()
    write("conformers", conformer_numbers(), "conformers")
    write("docking", docking_numbers(), "poses", "confidence")


if __name__ == "__main__":
    main()
