"""Pairs for cross-docking: who is paired with whom, and what comes of a pair."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from structure_texts import turned_pdb

from molgen.chem.molecules.reference import reference_ligand
from molgen.chem.proteins.reading import read_protein
from molgen.datasets.records.complexes import ComplexRecord
from molgen.datasets.structure_files import ComplexFiles
from molgen.docking.prepare.complex_decoys import ComplexDecoyConfig, decoys_of_complex
from molgen.docking.prepare.complexes import ComplexConfig, complexes_of, prepare_complexes
from molgen.docking.prepare.cross_pairs import cross_pairs, other_structure, own_and_pairs
from molgen.docking.search import EFFORT, SearchConfig
from molgen.errors import ConfigError, ParseError
from molgen.metrics.symmetry import heavy_coordinates

DATA = Path(__file__).parents[3] / "data"
LIGAND = DATA / "1ia1_ligand.sdf"
CRYSTAL = heavy_coordinates(reference_ligand(LIGAND))[0]


def files(name: str, protein: str, group: str = "g") -> ComplexFiles:
    return ComplexFiles(name, Path(protein), (LIGAND,), "c1", group)


@pytest.fixture(scope="module")
def turned(tmp_path_factory) -> Path:
    """The structure in another frame."""
    path = tmp_path_factory.mktemp("turned") / "turned.pdb"
    path.write_text(turned_pdb((DATA / "1ia1.pdb").read_text()))
    return path


def test_every_complex_meets_the_others_of_its_group_and_no_other():
    complexes = [files(name, f"{name}.pdb", group) for name, group in (("a", "1"), ("b", "1"), ("c", "1"), ("d", "2"))]
    pairs = cross_pairs(complexes, 100, seed=0)
    made = {(Path(str(pair.native)).name, Path(str(pair.protein)).name) for pair in pairs}
    assert made == {(f"{x}.pdb", f"{y}.pdb") for x in "abc" for y in "abc" if x != y}
    assert {pair.name for pair in pairs} >= {"a in b", "b in a"}


def test_few_pairs_are_of_many_ligands_and_depend_on_the_seed_alone():
    complexes = [files(str(k), f"{k}.pdb") for k in range(6)]
    pairs = cross_pairs(complexes, 6, seed=3)
    assert len({pair.native for pair in pairs}) == 6
    assert pairs == cross_pairs(complexes, 6, seed=3)
    assert pairs != cross_pairs(complexes, 6, seed=4)
    assert cross_pairs(complexes, 0, seed=3) == []


def test_complexes_without_a_group_meet_in_their_cluster():
    alone = [replace(files(name, f"{name}.pdb", ""), cluster=cluster) for name, cluster in (("a", "1"), ("b", "1"))]
    other = replace(files("c", "c.pdb", ""), cluster="2")
    assert len(cross_pairs([*alone, other], 9, seed=0)) == 2


def test_the_other_structure_lies_over_the_own_one(turned):
    pair = replace(files("a in b", str(turned)), native=DATA / "1ia1.pdb")
    moved = other_structure(pair, LIGAND, CRYSTAL)
    np.testing.assert_allclose(moved.positions, read_protein(DATA / "1ia1.pdb").positions, atol=2e-3)


def test_a_structure_that_lacks_what_the_ligand_touches_is_refused(turned, tmp_path):
    kept = [line for line in turned.read_text().splitlines() if line[22:26].strip() not in ("9", "32", "36", "112")]
    (tmp_path / "cut.pdb").write_text("\n".join(kept) + "\n")
    pair = replace(files("a in cut", str(tmp_path / "cut.pdb")), native=DATA / "1ia1.pdb")
    with pytest.raises(ParseError, match=r"same in both|not there"):
        other_structure(pair, LIGAND, CRYSTAL)


def test_a_training_set_has_ligands_in_other_structures_where_they_would_lie(turned):
    """In a turned copy of its own structure a ligand has the contacts that it has at home."""
    own = complexes_of(files("a", str(DATA / "1ia1.pdb")), ComplexConfig())[0]
    swapped = complexes_of(replace(files("a in b", str(turned)), native=DATA / "1ia1.pdb"), ComplexConfig())[0]
    assert swapped.name == "a in b"
    np.testing.assert_allclose(nearest(swapped), nearest(own), atol=0.02)


def test_pairs_come_after_the_complexes_of_a_set_or_alone(turned, tmp_path):
    rows = [f"{name},{path},{LIGAND},c1" for name, path in (("a", DATA / "1ia1.pdb"), ("b", turned))]
    (tmp_path / "set.csv").write_text("\n".join(["name,protein,ligand,cluster", *rows, ""]))
    assert made(tmp_path, ComplexConfig(cross=2)) == ["a", "b", "a in b", "b in a"]
    assert made(tmp_path, ComplexConfig(cross=1, redock=False)) in (["a in b"], ["b in a"])


@pytest.mark.parametrize(("cross", "why"), [(0, "cross is 0"), (3, "no two structures are of one group")])
def test_a_set_of_nothing_is_refused(cross, why):
    with pytest.raises(ConfigError, match=why):
        own_and_pairs([files("a", "a.pdb")], ComplexConfig(redock=False, cross=cross))


def nearest(record: ComplexRecord) -> np.ndarray:
    """Angstrom from every ligand atom to the receptor, [n]."""
    return cdist(record.positions, record.pocket.positions).min(axis=1)


def made(folder: Path, config: ComplexConfig) -> list[str]:
    """The inputs of the set in a folder."""
    return [one.name for one in prepare_complexes.inputs(folder / "set.csv", config)]


def test_poses_in_the_other_structure_are_measured_against_the_own_crystal(turned, monkeypatch):
    """Docked into a turned copy of its own structure a ligand meets the same decoys as docked back."""
    monkeypatch.setitem(EFFORT, "quick", SearchConfig(starts=64, chains=16, rounds=3, patience=3))
    config = ComplexDecoyConfig(effort="quick")
    back = decoys_of_complex(files("a", str(DATA / "1ia1.pdb")), config)
    cross = decoys_of_complex(replace(files("a in b", str(turned)), native=DATA / "1ia1.pdb"), config)
    assert cross.energies.min() == pytest.approx(back.energies.min(), abs=0.5)
    assert cross.rmsds.min() < 2.0
