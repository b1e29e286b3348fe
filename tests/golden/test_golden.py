"""The numbers are those that were stored: `python tests/golden/make_golden.py` makes them again.

The model's own samples agree to 1e-3 on any machine. What follows them (embedding, minimizers, the search) amplifies
last digits, so that conformers and poses are compared only where the processor and the libraries are those of the file.
"""

from pathlib import Path

import numpy as np
import pytest
from golden.cases import COMPLEXES, MOLECULES, conformers, docked, proposed, rmsd, sampled, turn
from golden.make_golden import machine, weights_digest

TOLERANCE = 1e-3


def stored(kind: str, *weights: str) -> dict[str, np.ndarray]:
    with np.load(Path(__file__).parent / f"{kind}.npz", allow_pickle=False) as file:
        found = {name: file[name] for name in file.files}
    changed = "the weights are not those of the stored numbers: python tests/golden/make_golden.py"
    assert str(found["weights"]) == weights_digest(*weights), changed
    return found


@pytest.fixture(scope="module")
def of_conformers() -> dict[str, np.ndarray]:
    return stored("conformers", "conformers")


@pytest.fixture(scope="module")
def of_docking() -> dict[str, np.ndarray]:
    return stored("docking", "poses", "confidence")


def skip_elsewhere(found: dict[str, np.ndarray]) -> None:
    if str(found["machine"]) != machine():
        pytest.skip(f"stored on {found['machine']}, this is {machine()}")


@pytest.mark.parametrize("name", MOLECULES)
def test_the_model_samples_the_stored_torsions(name, of_conformers):
    assert turn(sampled(name), of_conformers[f"sampled.{name}"]) < TOLERANCE


@pytest.mark.parametrize("name", MOLECULES)
def test_conformers_are_the_stored_ones(name, of_conformers):
    skip_elsewhere(of_conformers)
    assert rmsd(conformers(name), of_conformers[f"conformers.{name}"]) < TOLERANCE


@pytest.mark.parametrize("code", COMPLEXES)
def test_the_model_proposes_the_stored_poses(code, of_docking):
    """The template conformers under them are embedded by RDKit: on another machine to 0.05 Angstrom."""
    same = str(of_docking["machine"]) == machine()
    assert rmsd(proposed(code), of_docking[f"proposed.{code}"]) < (TOLERANCE if same else 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("code", COMPLEXES)
def test_poses_are_the_stored_ones(code, of_docking):
    skip_elsewhere(of_docking)
    assert rmsd(docked(code), of_docking[f"docked.{code}"]) < TOLERANCE
