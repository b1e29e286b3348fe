"""Labeled decoys of crystal complexes and of pieces of proteins: right ones among them, energies, resuming."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import exit_code
from complexes import ligand_of_file, ligand_path, protein_path, site_in
from rdkit import Chem
from safetensors.numpy import load_file

from molgen.chem.atom_types.interaction_types import protein_types
from molgen.chem.atom_types.record_types import graph_types
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.records.complexes import load_complexes
from molgen.datasets.records.decoys import LabeledPoses, load_decoys
from molgen.datasets.structure_files import ComplexFiles, find_complexes
from molgen.docking.ligand import prepare_ligand
from molgen.docking.prepare import complex_decoys as rating
from molgen.docking.prepare.complex_decoys import ComplexDecoyConfig, decoys_of_complex, prepare_complex_decoys, spread
from molgen.docking.prepare.fragment_config import FragmentConfig
from molgen.docking.prepare.fragment_decoys import (
    FragmentDecoyConfig,
    chosen_fragments,
    decoys_of_fragment,
    is_prepared,
    prepare_fragment_decoys,
)
from molgen.docking.prepare.fragments import prepare_fragments
from molgen.docking.search import EFFORT, SearchConfig
from molgen.errors import ConfigError, InputError
from molgen.metrics.poses import pose_matches
from molgen.physics.direct import TypedAtoms, interaction_terms
from molgen.physics.intramolecular import ligand_pairs, pair_energy
from molgen.physics.torsion_terms import torsion_energy
from molgen.physics.vina import atom_classes, weight_vector

TINY = SearchConfig(starts=64, chains=16, rounds=3, patience=3)
QUICK = ComplexDecoyConfig(effort="quick", block=1)
FEW = FragmentDecoyConfig(starts=12, near=4, kept=8, block=3)


@pytest.fixture(scope="module")
def complexes(tmp_path_factory) -> Path:
    """A complex, and one without a ligand."""
    folder = tmp_path_factory.mktemp("set") / "train"
    for name in ("1ia1", "3bad"):
        (folder / name).mkdir(parents=True)
        shutil.copy(protein_path("1ia1"), folder / name / f"{name}_protein.pdb")
    shutil.copy(ligand_path("1ia1"), folder / "1ia1" / "1ia1_ligand.sdf")
    (folder.parent / "index.csv").write_text("id,cluster,split\n1ia1,c0007,train\n")
    return folder


@pytest.fixture(scope="module")
def rated(complexes) -> LabeledPoses:
    """What is made of the complex; the search is too short to find the crystal pose by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(EFFORT, "quick", TINY)
        return decoys_of_complex(find_complexes(complexes)[0], QUICK)


@pytest.fixture(scope="module")
def fragments(tmp_path_factory) -> Path:
    """A prepared set of the pieces of a few residues."""
    folder = tmp_path_factory.mktemp("fragments")
    lines = [line for line in protein_path("1of6").read_text().splitlines() if line.startswith("ATOM")]
    (folder / "1of6.pdb").write_text("\n".join([*lines[:1200], "END", ""]))
    prepare_fragments(folder, folder / "out", FragmentConfig(per_protein=16))
    return folder / "out"


def contents(folder: Path) -> dict[str, dict[str, bytes]]:
    """The arrays of every part; the order of the metadata in a file varies."""
    return {path.name: {k: v.tobytes() for k, v in load_file(path).items()} for path in find_parts(folder)}


def slow_rmsds(poses: np.ndarray, true: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """The RMSD of each pose to the true one, over all orders of its atoms."""
    return np.array([min(np.sqrt(((pose[o] - true) ** 2).sum(-1).mean()) for o in orders) for pose in poses])


def test_some_poses_of_a_complex_are_right_and_others_are_not(rated):
    rmsds = rated.rmsds
    assert rmsds.min() < 2.0  # right, as success is counted
    assert rmsds.max() > 4
    assert 10 < len(rmsds) <= 48 + 6


def test_the_rmsd_is_that_to_the_crystal_pose(rated):
    poses, ligand = rated, rated.ligand
    crystal = ligand_of_file("1ia1").GetConformer().GetPositions()
    orders = pose_matches(ligand_of_file("1ia1"), ligand_of_file("1ia1")).permutations
    order = [int(np.linalg.norm(crystal - place, axis=1).argmin()) for place in ligand.positions]
    assert sorted(order) == list(range(len(crystal)))
    places = poses.positions[:, np.argsort(order)]
    assert np.allclose(poses.rmsds, slow_rmsds(places, crystal, orders), atol=1e-4)


def test_the_energies_are_those_of_the_positions(rated):
    poses, ligand = rated, rated.ligand
    protein = site_in("1ia1").receptor.protein
    receptor = TypedAtoms(protein.positions, atom_classes(protein_types(protein)))
    classes = atom_classes(graph_types(ligand.graph))
    positions = torch.from_numpy(poses.positions)
    inter = interaction_terms(receptor, classes, positions) @ weight_vector()
    placed = positions.float().permute(1, 2, 0)
    intra, _ = pair_energy(ligand_pairs(ligand.graph, classes), placed)
    smiles = Chem.MolToSmiles(Chem.RemoveHs(ligand_of_file("1ia1")))
    docked = prepare_ligand(Chem.MolFromSmiles(smiles), QUICK.docking, with_itself=False).ligand
    torsional, _ = torsion_energy(docked.torsions, placed)
    assert float(torsional.max()) > 0.1
    assert np.allclose(poses.energies, (inter + intra + torsional).numpy(), atol=0.02)


def test_minima_of_the_crystal_pose_are_added_only_where_no_pose_is_right(complexes, rated, monkeypatch):
    monkeypatch.setitem(EFFORT, "quick", TINY)
    files = find_complexes(complexes)[0]
    everything = decoys_of_complex(files, ComplexDecoyConfig(effort="quick", near_native=0.0)).rmsds
    alone = decoys_of_complex(files, ComplexDecoyConfig(effort="quick", near_native=99.0)).rmsds
    assert 0 < len(everything) - len(alone) <= 6
    assert np.allclose(everything[: len(alone)], alone, atol=1e-9)
    assert everything[len(alone) :].min() < 1.0
    assert len(rated.rmsds) == len(alone if alone.min() <= 2 else everything)


def test_complexes_become_parts_with_clusters_and_named_failures(complexes, rated, tmp_path, monkeypatch):
    monkeypatch.setattr(rating, "decoys_of_complex", lambda files, config: _made(files, config, rated))
    made = prepare_complex_decoys(complexes, tmp_path, QUICK)
    assert (made.prepared, made.examples, made.failures) == (1, len(rated.rmsds), 1)
    (entry,), _ = load_decoys(find_parts(tmp_path))
    assert (entry.name, entry.cluster) == ("1ia1", "c0007")
    assert np.allclose(entry.rmsds, rated.rmsds)
    distance = np.linalg.norm(entry.pocket.positions[:, None, None] - entry.positions, axis=-1).min((1, 2))
    assert 7.0 < distance.max() < 7.52
    with (tmp_path / "failures.csv").open() as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["3bad"]


def _made(files: ComplexFiles, config: ComplexDecoyConfig, rated: LabeledPoses) -> LabeledPoses:
    return rated if files.name == "1ia1" else decoys_of_complex(files, config)


@pytest.mark.parametrize(
    ("setting", "reason"), [({"max_heavy_atoms": 15}, "at most 15"), ({"max_torsions": 1}, "rotatable bonds")]
)
def test_ligands_that_are_too_large_are_named_failures(complexes, tmp_path, setting, reason):
    assert prepare_complex_decoys(complexes, tmp_path, ComplexDecoyConfig(**setting)).examples == 0
    assert reason in (tmp_path / "failures.csv").read_text()


def test_clusters_take_turns():
    files = [ComplexFiles(f"{cluster}{k}", None, (), cluster) for cluster in "abc" for k in range(4)]
    order = spread(files, 1)
    assert sorted(one.name for one in order) == sorted(one.name for one in files)
    assert all({one.cluster for one in order[k : k + 3]} == {*"abc"} for k in range(0, 12, 3))
    assert order == spread(files, 1) != spread(files, 2)


def test_wrong_settings_are_refused_at_once():
    with pytest.raises(ConfigError, match="effort"):
        ComplexDecoyConfig(effort="none")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="near"):
        FragmentDecoyConfig(near=60)


def test_poses_of_a_fragment_are_near_and_far_minima(fragments):
    config = FragmentDecoyConfig(starts=24, near=4, kept=12)
    for fragment in chosen_fragments(load_complexes(find_parts(fragments))[0], config)[:6]:
        poses = decoys_of_fragment(fragment, config)
        ligand = poses.ligand
        assert len(ligand.positions) >= 8
        assert np.isfinite(poses.energies).all()
        assert (np.diff(poses.energies) > -1e-3).all()
        assert poses.rmsds.min() < 1.5
        assert poses.rmsds.max() > 1.5
        assert np.allclose(poses.rmsds, slow_rmsds(poses.positions, ligand.positions, ligand.permutations), atol=1e-3)


def test_near_starts_alone_stay_near(fragments):
    config = FragmentDecoyConfig(starts=4, near=4, kept=4)
    for fragment in chosen_fragments(load_complexes(find_parts(fragments))[0], config)[:6]:
        assert decoys_of_fragment(fragment, config).rmsds.max() < 2.5


def test_the_pocket_of_a_fragment_lacks_what_it_was_cut_out_of(fragments):
    data = load_complexes(find_parts(fragments))[0]
    for fragment in chosen_fragments(data, FEW)[:4]:
        poses = decoys_of_fragment(fragment, FEW)
        protein, ligand = poses.protein, poses.ligand
        first, last = ligand.excluded
        assert not ((protein.residue >= first) & (protein.residue <= last)).any()
        place = protein.positions * 0.01 + protein.origin
        distance = np.linalg.norm(place[:, None] - ligand.positions, axis=-1)
        assert 1.8 < distance.min() < 4.5


def test_fragments_do_not_depend_on_the_processes_and_an_interrupted_run_goes_on(fragments, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    made = prepare_fragment_decoys(fragments, one, FEW, limit=6)
    assert (made.prepared, made.failures) == (6, 0)
    assert prepare_fragment_decoys(fragments, two, FEW, limit=6, workers=2) == made
    whole = contents(one)
    assert contents(two) == whole
    assert sorted(whole) == ["part-00000.safetensors", "part-00001.safetensors"]
    assert made.examples == sum(len(entry.energies) for entry in load_decoys(find_parts(one))[0])
    for path in one.glob("part-00001*"):
        path.unlink()
    done: list[int] = []
    assert prepare_fragment_decoys(fragments, one, FEW, limit=6, on_block=done.append) == made
    assert done == [3]
    assert contents(one) == whole
    with pytest.raises(InputError, match="another shift"):
        prepare_fragment_decoys(fragments, one, FragmentDecoyConfig(starts=12, near=4, kept=8, block=3, shift=3.0))


def test_a_set_of_fragments_is_told_from_complexes(complexes, fragments):
    assert is_prepared(fragments)
    assert is_prepared(find_parts(fragments)[0])
    assert not is_prepared(complexes)
    assert not is_prepared(complexes.parent / "index.csv")


def test_a_set_without_large_fragments_is_refused(fragments):
    with pytest.raises(InputError, match="at least 90 heavy atoms"):
        chosen_fragments(load_complexes(find_parts(fragments))[0], FragmentDecoyConfig(smallest=90))


@pytest.mark.parametrize("kind", ["fragments", "complexes"])
def test_the_command_line_makes_both(complexes, fragments, tmp_path, capsys, kind):
    source, setting = (fragments, "starts=12") if kind == "fragments" else (complexes, "max_heavy_atoms=15")
    assert exit_code("prepare", "decoys", str(source), "-o", str(tmp_path), "--limit", "1", "--set", setting) == 0
    assert f"poses of {1 if kind == 'fragments' else 0} {kind} in" in capsys.readouterr().out
