"""Pockets from the shape of a protein alone."""

import time
from dataclasses import replace

import numpy as np
import pytest
from complexes import crystal_ligand, protein_of
from scipy.spatial.transform import Rotation

from molgen.chem.proteins import burial
from molgen.chem.proteins.pockets.detection import detect_pockets
from molgen.chem.proteins.structure import Protein, Residue


def carbons(positions):
    """A protein of one polymer residue for each carbon."""
    count = len(positions)
    return Protein(
        positions=np.asarray(positions, dtype=np.float64).reshape(count, 3),
        elements=np.full(count, 6, dtype=np.int16),
        atom_names=("CB",) * count,
        hydrogens=np.full(count, -1, dtype=np.int8),
        residue_index=np.arange(count, dtype=np.int32),
        residues=tuple(Residue("PHE", "A", k + 1, "", "polymer", k, k + 1) for k in range(count)),
    )


def block(half, *, cavity_at, radius):
    """A box of carbons on a lattice, with a ball cut out."""
    axes = [np.arange(-size, size + 0.1, 2.0) for size in half]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return carbons(points[np.linalg.norm(points - cavity_at, axis=1) > radius])


def polymer_and_ligand(code):
    """The protein without its other groups, and where the ligand lies."""
    polymer = protein_of(code).keep(lambda one: one.kind == "polymer")
    return polymer, crystal_ligand(code).GetConformer().GetPositions()


def test_a_cavity_is_found_where_it_is():
    cavity = np.array([4.0, -3.0, 2.0])
    first = detect_pockets(block((12, 13, 15), cavity_at=cavity, radius=6.0))[0]
    assert np.linalg.norm(first.center - cavity) < 1.0
    assert first.burial > 0.95
    assert 20 < first.volume < 4 / 3 * np.pi * 6**3


def test_the_lining_is_the_residues_around_the_cavity():
    protein = block((12, 13, 15), cavity_at=np.zeros(3), radius=6.0)
    lining = set(detect_pockets(protein)[0].lining)
    distance = {one.label: np.linalg.norm(protein.positions[one.start]) for one in protein.residues}
    assert all(distance[label] < 11 for label in lining)
    assert all(label in lining for label, away in distance.items() if away < 6.5)


@pytest.mark.parametrize("positions", [np.zeros((0, 3)), np.zeros((1, 3)), [[0, 0, 0], [1.5, 0, 0]]])
def test_what_encloses_nothing_has_no_pockets(positions):
    assert detect_pockets(carbons(positions)) == []


@pytest.mark.parametrize(("name", "first"), [("1ia1", 1), ("1s3v", 1), ("1uou", 3)])
def test_the_ligand_of_a_crystal_is_in_one_of_the_first_pockets(name, first):
    protein, ligand = polymer_and_ligand(name)
    distances = [np.linalg.norm(ligand - pocket.center, axis=1).min() for pocket in detect_pockets(protein)[:first]]
    assert min(distances) < 4.0


def test_moving_the_protein_moves_its_pockets():
    protein, _ = polymer_and_ligand("1s3v")
    before = detect_pockets(protein)
    turn, shift = Rotation.from_euler("xyz", (0.4, 1.1, -2.0)).as_matrix(), np.array([31.3, -80.2, 7.7])
    after = detect_pockets(replace(protein, positions=protein.positions @ turn.T + shift))
    np.testing.assert_allclose(
        [pocket.center for pocket in after], [turn @ pocket.center + shift for pocket in before], atol=0.05
    )
    np.testing.assert_allclose([pocket.score for pocket in after], [pocket.score for pocket in before], rtol=1e-3)


def test_the_same_protein_has_the_same_pockets_every_time():
    protein, _ = polymer_and_ligand("1s3v")
    once, again = detect_pockets(protein), detect_pockets(protein)
    assert [repr(pocket) for pocket in once] == [repr(pocket) for pocket in again]
    assert [pocket.score for pocket in once] == sorted((pocket.score for pocket in once), reverse=True)


def test_fewer_pockets_are_the_first_of_more():
    protein, _ = polymer_and_ligand("1s3v")
    assert len(detect_pockets(protein)) > 2
    np.testing.assert_allclose(
        [pocket.center for pocket in detect_pockets(protein, count=2)],
        [pocket.center for pocket in detect_pockets(protein)[:2]],
    )
    assert detect_pockets(protein, count=0) == []


def test_stray_atoms_far_away_leave_no_answer_and_cost_no_time():
    protein = block((8, 8, 8), cavity_at=np.zeros(3), radius=5.0)
    assert detect_pockets(protein)
    stray = [[5e4, 0, 0], [0, 5e4, 0], [0, 0, 5e4]]
    start = time.perf_counter()
    assert detect_pockets(carbons(np.concatenate([protein.positions, stray]))) == []
    assert time.perf_counter() - start < 5


def test_a_large_structure_gets_a_coarser_grid_and_the_same_pocket(monkeypatch):
    protein = block((12, 13, 15), cavity_at=np.zeros(3), radius=6.0)
    monkeypatch.setattr(burial, "_MOST_POINTS", 2e4)
    first = detect_pockets(protein)[0]
    assert np.linalg.norm(first.center) < 1.0
    assert 20 < first.volume < 4 / 3 * np.pi * 6**3
