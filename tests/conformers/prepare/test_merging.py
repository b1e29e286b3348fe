"""Conformers that fell into the same minimum are kept once."""

import numpy as np
import pytest
from rdkit import Chem
from small_molecules import embedded, heavy_positions

from molgen.conformers.prepare.config import PrepareConfig
from molgen.conformers.prepare.conformer_records import conformer_record
from molgen.conformers.prepare.merging import merged
from molgen.metrics.rmsd import rmsd_matrix
from molgen.metrics.symmetry import automorphisms

NAME = "FCCOc1ccccc1"
SYMMETRY = automorphisms(embedded(NAME)).permutations


def repeated() -> np.ndarray:
    """Conformer 0, a neighbor of it, conformer 1, and conformer 0 turned over with its symmetric atoms exchanged."""
    own = heavy_positions(NAME, 2)
    flipped = own[0][SYMMETRY[1]] * [-1, -1, 1] + 3.0
    return np.array([own[0], own[0] + 0.01 * np.sin(np.arange(own[0].size)).reshape(-1, 3), own[1], flipped])


def test_counts_are_added_up():
    positions, weights = merged(repeated(), np.ones(4), SYMMETRY, 0.1, add=True)
    assert weights.tolist() == [3.0, 1.0]
    assert np.array_equal(positions, repeated()[[0, 2]])


def test_the_heaviest_stands_for_the_others():
    positions, weights = merged(repeated(), np.array([0.1, 0.5, 1.0, 0.2]), SYMMETRY, 0.1, add=False)
    assert weights.tolist() == [0.5, 1.0]
    assert np.array_equal(positions, repeated()[[1, 2]])


def test_what_is_kept_is_apart_and_covers_the_rest():
    positions = heavy_positions("CCOCC(C)N", 20)
    order = np.arange(positions.shape[1])[None]
    kept, weights = merged(positions, np.ones(20), order, 0.4, add=True)
    assert 1 < len(kept) < 20
    assert weights.sum() == 20
    assert (rmsd_matrix(kept, kept, order).numpy() + 10 * np.eye(len(kept))).min() >= 0.4
    assert rmsd_matrix(positions, kept, order).min(1).values.max() < 0.4


@pytest.mark.parametrize("boltzmann", [False, True])
def test_prepared_ensembles_are_merged_on_demand(boltzmann):
    mol, config = Chem.MolFromSmiles("FCCO"), {"conformers": 12, "boltzmann": boltzmann}
    every, few = (conformer_record(mol, PrepareConfig(merge=merge, **config)) for merge in (0.0, 0.1))
    assert len(every.positions) == 12
    assert len(few.positions) < 8
    assert (few.weights.max() == 1.0) == boltzmann
    assert (few.weights.sum() == 12.0) != boltzmann
