"""Training sets of pockets that were not shaped by their ligands."""

from pathlib import Path

import numpy as np
import pytest

from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.receptor import receptor
from molgen.datasets.structure_files import ComplexFiles
from molgen.docking.prepare.complexes import ComplexConfig, complexes_of
from molgen.docking.prepare.repacked import repacked

PROTEIN, LIGAND = Path("data/1ia1.pdb"), Path("data/1ia1_ligand.sdf")


@pytest.fixture(scope="module")
def pocket():
    return find_pockets(LIGAND, read_protein(PROTEIN))[0]


@pytest.fixture(scope="module")
def own(pocket):
    return receptor(read_protein(PROTEIN), pocket).protein


def test_side_chains_near_the_ligand_move_and_nothing_else(own, pocket):
    other = repacked(own, pocket, seed=1)
    assert other.atom_names == own.atom_names
    moved = np.flatnonzero(np.abs(other.positions - own.positions).max(1) > 1e-3)
    assert len(moved)
    assert {own.atom_names[k] for k in moved}.isdisjoint({"N", "CA", "C", "O"})
    for k in set(own.residue_index[moved].tolist()):
        residue = own.residues[k]
        away = own.positions[residue.start : residue.stop, None] - pocket.reference[None]
        assert np.linalg.norm(away, axis=-1).min() < 5.0


def test_seeds_draw_packings(own, pocket):
    places = [repacked(own, pocket, seed).positions for seed in (1, 2, 3, 1)]
    assert np.array_equal(places[0], places[3])
    assert any(not np.array_equal(places[0], one) for one in places[1:3])


def test_a_prepared_complex_has_its_ligand_in_the_pocket_that_was_repacked():
    files = ComplexFiles("a", PROTEIN, (LIGAND,), "c1", "g")
    (plain,), (other,) = (complexes_of(files, ComplexConfig(repacked=flag)) for flag in (False, True))
    shift = other.protein.origin - plain.protein.origin
    np.testing.assert_allclose(plain.positions, other.positions + shift, atol=0.011)
    there = other.pocket.positions + shift
    away = np.linalg.norm(plain.pocket.positions[:, None] - there[None], axis=-1).min(1)
    assert 0 < (away > 0.1).sum() < 0.1 * len(away)
