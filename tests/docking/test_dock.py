"""Docking of one ligand into crystal structures: the poses, what they are compared with and what moves with them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from complexes import (
    CHAIN_A,
    INHIBITOR,
    PHYSICS,
    TYROSINE,
    all_positions,
    docked,
    heavy_poses,
    ligand_of_file,
    protein_of,
    site_in,
)
from rdkit import Chem
from scipy.spatial.transform import Rotation

from molgen.docking.dock import dock, dock_prepared, energy_of
from molgen.docking.ligand import prepare_ligand
from molgen.docking.records import DockingResult, config_of
from molgen.docking.restraints import CORE_RADIUS
from molgen.docking.search import SearchConfig, search
from molgen.docking.site import site_of, sites_of
from molgen.errors import InputError, ParseError
from molgen.metrics.poses import pose_rmsd_matrix
from molgen.metrics.symmetry import automorphisms
from molgen.physics.direct import interaction_terms


def rmsds(result: DockingResult, reference: Chem.Mol) -> np.ndarray:
    """Symmetric heavy-atom RMSD of every pose, Angstrom; the molecules are matched by RDKit."""
    bare = Chem.RemoveHs(result.mol)
    matches = bare.GetSubstructMatches(reference, uniquify=False, useChirality=False)
    crystal = reference.GetConformer().GetPositions()
    assert matches
    return np.array(
        [
            min(np.sqrt(((pose[list(match)] - crystal) ** 2).sum(1).mean()) for match in matches)
            for pose in heavy_poses(bare)
        ]
    )


def test_tyrosine_is_found_where_it_lies_in_the_crystal(tyrosine: DockingResult) -> None:
    assert tyrosine.poses[0].rmsd is not None
    assert tyrosine.poses[0].rmsd < 2.0
    assert tyrosine.poses[0].valid
    assert tyrosine.poses[0].score < -7.0


@pytest.mark.parametrize("effort", ["quick", pytest.param("normal", marks=pytest.mark.slow)])
def test_the_inhibitor_is_found_where_it_lies_in_the_crystal(
    effort: str, inhibitor: DockingResult, crystal_inhibitor: Chem.Mol
) -> None:
    result = inhibitor if effort == "quick" else docked("1ia1", INHIBITOR, pocket=CHAIN_A, effort=effort)
    assert rmsds(result, crystal_inhibitor)[0] < 2.0
    assert result.poses[0].valid


def test_poses_are_apart(searched: DockingResult) -> None:
    permutations = automorphisms(searched.mol).permutations
    apart = docked("1ia1", INHIBITOR, pocket=CHAIN_A, min_rmsd=3.0, **PHYSICS)
    for result, spacing in ((searched, 1.0), (apart, 3.0)):
        poses = heavy_poses(result.mol)
        between = pose_rmsd_matrix(poses, poses, permutations).numpy()
        assert len(poses) > 1
        assert between[~np.eye(len(poses), dtype=bool)].min() > spacing - 0.05


def test_as_many_poses_as_wanted(searched: DockingResult) -> None:
    few = docked("1ia1", INHIBITOR, pocket=CHAIN_A, n=2, **PHYSICS)
    assert len(few.poses) == few.mol.GetNumConformers() == 2
    np.testing.assert_allclose(all_positions(few), all_positions(searched)[:2], atol=1e-9)


def test_the_same_seed_gives_the_same_poses_whatever_is_docked_before(inhibitor: DockingResult) -> None:
    """Here the maps are fresh, there they may be those of another ligand."""
    torch.manual_seed(5)
    docked("1ia1", "CCOc1ccccc1", pocket=CHAIN_A, n=1, **PHYSICS)
    again = dock(protein_of("1ia1"), INHIBITOR, CHAIN_A, effort="quick")
    np.testing.assert_array_equal(all_positions(again), all_positions(inhibitor))
    assert [pose.score for pose in again.poses] == [pose.score for pose in inhibitor.poses]


def on_threads(count: int, function: Callable[[], torch.Tensor]) -> torch.Tensor:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        return function()
    finally:
        torch.set_num_threads(before)


def test_the_number_of_threads_does_not_change_the_search() -> None:
    """Few rounds, because threads that wait for each other are slow on a busy machine."""
    site = site_in("1ia1", CHAIN_A)
    ligand = prepare_ligand(Chem.MolFromSmiles(INHIBITOR), config_of()).ligand
    config = SearchConfig(starts=160, chains=40, rounds=1, start_steps=3, hop_steps=2)

    def found() -> torch.Tensor:
        return search(energy_of(site, ligand), ligand.templates, config, 3).minima.positions

    torch.testing.assert_close(on_threads(2, found), on_threads(1, found), atol=1e-4, rtol=0)


@pytest.mark.slow
def test_the_number_of_threads_does_not_change_the_poses(inhibitor: DockingResult) -> None:
    def found() -> torch.Tensor:
        return torch.from_numpy(all_positions(docked("1ia1", INHIBITOR, pocket=CHAIN_A)))

    torch.testing.assert_close(on_threads(2, found), on_threads(1, found), atol=1e-4, rtol=0)


def test_another_seed_gives_other_poses(searched: DockingResult) -> None:
    other = docked("1ia1", INHIBITOR, pocket=CHAIN_A, seed=1, **PHYSICS)
    count = min(len(other.poses), len(searched.poses))
    assert np.abs(all_positions(other)[:count] - all_positions(searched)[:count]).max() > 0.1


def test_moving_the_protein_and_the_pocket_moves_the_best_pose(tyrosine: DockingResult) -> None:
    """Tyrosine has one pose that is much better than all others."""
    protein, pocket = protein_of("1of6"), site_in("1of6").pocket
    turn = Rotation.from_euler("xyz", [0.5, -0.8, 1.9]).as_matrix()
    shift = np.array([12.0, -30.0, 7.0])
    moved_protein = replace(protein, positions=protein.positions @ turn.T + shift)
    moved_pocket = replace(pocket, center=turn @ pocket.center + shift)
    config = config_of(effort="quick", **PHYSICS)
    prepared = prepare_ligand(Chem.MolFromSmiles(TYROSINE), config)
    moved = dock_prepared([site_of(moved_protein, moved_pocket)], prepared, config)
    assert moved.poses[0].score == pytest.approx(tyrosine.poses[0].score, abs=0.3)
    back = (heavy_poses(moved.mol)[:1] - shift) @ turn
    permutations = automorphisms(tyrosine.mol).permutations
    assert float(pose_rmsd_matrix(back, heavy_poses(tyrosine.mol)[:1], permutations)) < 0.5


def test_moving_everything_moves_no_energy(tyrosine: DockingResult) -> None:
    protein, site = protein_of("1of6"), site_in("1of6")
    turn = Rotation.from_euler("xyz", [-1.5, 0.3, 2.2]).as_matrix()
    shift = np.array([-40.0, 3.0, 17.0])
    moved = site_of(
        replace(protein, positions=protein.positions @ turn.T + shift),
        replace(site.pocket, center=turn @ site.pocket.center + shift),
    )
    classes = prepare_ligand(Chem.MolFromSmiles(TYROSINE), config_of()).ligand.classes
    poses = heavy_poses(tyrosine.mol)
    here = interaction_terms(site.atoms, classes, torch.from_numpy(poses))
    there = interaction_terms(moved.atoms, classes, torch.from_numpy(poses @ turn.T + shift))
    torch.testing.assert_close(there, here, atol=1e-6, rtol=1e-6)


def test_an_anchor_holds_its_atom(inhibitor: DockingResult, crystal_inhibitor: Chem.Mol) -> None:
    """The sulfur is held near a point 4 Angstrom away from where it would go."""
    sulfur = next(atom.GetIdx() for atom in inhibitor.mol.GetAtoms() if atom.GetSymbol() == "S")
    free = inhibitor.mol.GetConformer(0).GetAtomPosition(sulfur)
    center = site_in("1ia1", CHAIN_A).pocket.center
    others = all_positions(inhibitor)[:, sulfur]
    point = others[np.linalg.norm(others - np.array(free), axis=1).argmax()]
    assert np.linalg.norm(point - np.array(free)) > 2.5
    assert np.abs(point - center).max() < 11
    anchor = f"[SX2]@{point[0]:.3f},{point[1]:.3f},{point[2]:.3f},0.8"
    held = docked("1ia1", INHIBITOR, pocket=CHAIN_A, anchors=[anchor], n=1, **PHYSICS)
    assert np.linalg.norm(all_positions(held)[0, sulfur] - point) < 0.8 + 0.7


def test_a_core_stays_where_its_reference_lies(crystal_inhibitor: Chem.Mol) -> None:
    smiles = "COc1ccc(Sc2cccc3nc(N)nc(N)c23)cc1"
    result = docked("1ia1", smiles, pocket=CHAIN_A, core=crystal_inhibitor, **PHYSICS)
    pattern = Chem.MolFromSmarts("Nc1nc(N)c2c(S)cccc2n1")
    own, other = result.mol.GetSubstructMatch(pattern), crystal_inhibitor.GetSubstructMatch(pattern)
    crystal = crystal_inhibitor.GetConformer().GetPositions()[list(other)]
    for pose in all_positions(result):
        away = np.linalg.norm(pose[list(own)] - crystal, axis=1)
        assert np.sqrt((away**2).mean()) < CORE_RADIUS + 0.5


def test_a_ligand_that_does_not_fit_the_box_is_refused() -> None:
    center = site_in("1of6").pocket.center
    spec = f"box:{center[0]},{center[1]},{center[2]},4"
    with pytest.raises(InputError, match=r"the ligand is \d+\.\d A long and does not fit the box of 4 x 4 x 4 A"):
        docked("1of6", "c1ccc(-c2ccc(-c3ccccc3)cc2)cc1", pocket=spec)


def test_poses_stay_inside_a_small_box() -> None:
    center = site_in("1of6").pocket.center
    site = site_in("1of6", f"box:{center[0]},{center[1]},{center[2]},10")
    result = docked("1of6", TYROSINE, pocket=site.pocket.name, **PHYSICS)
    outside = np.abs(heavy_poses(result.mol) - site.pocket.center) - site.pocket.size / 2
    assert outside.max() < 0.5


def test_the_poses_of_several_pockets_are_ranked_together() -> None:
    """Two pockets of the blind search; two poses a pocket, and the best of all."""
    sites = sites_of(protein_of("1s3v"), "blind").searched[:2]
    config = config_of(effort="quick", n=96, **PHYSICS)
    prepared = prepare_ligand(Chem.MolFromSmiles("Cc1ccccc1O"), config)
    together = dock_prepared(sites, prepared, config)
    assert [pocket.name for pocket in together.pockets] == [site.pocket.name for site in sites]
    assert {pose.pocket for pose in together.poses} == {site.pocket.name for site in sites}
    assert np.diff([pose.score for pose in together.poses]).min() > -0.1  # the order also counts the walls of the box
    for site in sites:
        inside = [pose.conformer for pose in together.poses if pose.pocket == site.pocket.name]
        away = np.abs(heavy_poses(together.mol)[inside] - site.pocket.center) - site.pocket.size / 2
        assert away.max() < 0.5


@pytest.mark.slow
def test_blind_docking_finds_the_site_of_the_inhibitor(crystal_inhibitor: Chem.Mol) -> None:
    result = dock(protein_of("1ia1"), INHIBITOR, "blind", effort="quick", n=20)
    assert len(result.pockets) > 2
    assert rmsds(result, crystal_inhibitor).min() < 2.5


def test_boxes_that_overlap_do_not_give_a_pose_twice() -> None:
    site = site_in("1of6")
    config = config_of(effort="quick", **PHYSICS)
    prepared = prepare_ligand(Chem.MolFromSmiles(TYROSINE), config)
    shifted = replace(site.pocket, center=site.pocket.center + 1.0, name="shifted")
    result = dock_prepared([site, site_of(protein_of("1of6"), shifted)], prepared, config)
    poses = heavy_poses(result.mol)
    between = pose_rmsd_matrix(poses, poses, automorphisms(result.mol).permutations).numpy()
    assert (between + 9 * np.eye(len(poses))).min() > config.min_rmsd - 0.05


def test_a_ligand_shorter_than_the_diagonal_that_still_reaches_out_of_the_box_is_refused() -> None:
    x, y, z = heavy_poses(ligand_of_file("1of6"))[0].mean(0)
    coronene = "c1cc2ccc3ccc4ccc5ccc6ccc1c1c2c3c4c5c61"
    with pytest.raises(InputError, match="every pose reaches out"):
        dock(protein_of("1of6"), coronene, pocket=f"box:{x},{y},{z},4.5", effort="quick")


def test_a_file_with_several_ligands_is_refused_by_name(tmp_path) -> None:
    library = tmp_path / "two.smi"
    library.write_text("CCO a\nCCN b\n")
    with pytest.raises(ParseError, match="holds several molecules") as told:
        dock(protein_of("1s3v"), str(library))
    assert str(told.value).startswith(f"{library}: ")
