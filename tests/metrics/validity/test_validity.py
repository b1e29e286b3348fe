"""Pose checks against the PoseBusters package, and one broken pose for each of them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from complexes import CODES, crystal_ligand, protein_of
from rdkit import Chem
from rdkit.Chem import AllChem, rdMolTransforms
from scipy.spatial.transform import Rotation

from molgen.chem.proteins.structure import Protein, Residue
from molgen.metrics.validity import CheckedReceptor, ValidityChecker, prepare_validity, receptor_atoms
from molgen.metrics.validity.posebusters import posebusters_checks

CONTACT = {"minimum_distance_to_protein", "volume_overlap_with_protein"}
NOTHING = CheckedReceptor(np.zeros((1, 3)) + 4.0, np.array([6]), np.array([0]))


def complex_of(code: str) -> tuple[Chem.Mol, Protein]:
    return crystal_ligand(code), protein_of(code)


def crystal_pose(mol: Chem.Mol) -> torch.Tensor:
    return torch.from_numpy(mol.GetConformer().GetPositions()[None])


def perturbed(mol: Chem.Mol, count: int, seed: int) -> torch.Tensor:
    """Poses with twisted single bonds, moved by up to 3 A: float64 [count, n, 3]; the first is the crystal pose."""
    rng = np.random.default_rng(seed)
    rotatable = mol.GetSubstructMatches(Chem.MolFromSmarts("*~[!D1]-&!@[!D1]~*"))
    poses = [mol.GetConformer().GetPositions()]
    while len(poses) < count:
        conformer = Chem.Mol(mol).GetConformer()
        for path in rotatable:
            if rng.random() < 0.3:
                angle = rdMolTransforms.GetDihedralRad(conformer, *path)
                rdMolTransforms.SetDihedralRad(conformer, *path, angle + rng.normal() * rng.choice([0.1, 1.0]))
        direction = rng.normal(size=3)
        shift = direction / np.linalg.norm(direction) * rng.uniform(0.0, 3.0)
        poses.append(conformer.GetPositions() + shift)
    return torch.from_numpy(np.stack(poses))


def with_poses(mol: Chem.Mol, poses: torch.Tensor) -> Chem.Mol:
    copy = Chem.Mol(mol)
    copy.RemoveAllConformers()
    for pose in poses.numpy():
        conformer = Chem.Conformer(mol.GetNumAtoms())
        conformer.SetPositions(np.ascontiguousarray(pose))
        copy.AddConformer(conformer, assignId=True)
    return copy


@pytest.mark.parametrize("name", CODES)
def test_crystal_poses_are_valid(name: str) -> None:
    mol, protein = complex_of(name)
    result = prepare_validity(mol, protein)(crystal_pose(mol))
    assert result.failed(0) == ()
    assert result.valid.all()


@pytest.mark.parametrize("name", CODES)
def test_a_pose_pushed_into_the_protein_clashes_with_it(name: str) -> None:
    mol, protein = complex_of(name)
    pose = crystal_pose(mol)
    offsets = torch.from_numpy(protein.positions) - pose.mean(dim=1)
    wall = offsets[offsets.norm(dim=1) < 9.0].mean(dim=0)
    result = prepare_validity(mol, protein)(pose + 3.0 * wall / wall.norm())
    assert set(result.failed(0)) >= CONTACT
    assert all("minimum_distance" in name or "volume_overlap" in name for name in result.failed(0))


def test_a_pose_outside_the_protein_is_too_far_away() -> None:
    mol, protein = complex_of("1s3v")
    result = prepare_validity(mol, protein)(crystal_pose(mol) + 200.0)
    assert result.failed(0) == ("protein-ligand_maximum_distance",)


def agreement(name: str, count: int) -> dict[str, float]:
    mol, protein = complex_of(name)
    poses = perturbed(mol, count, seed=5)
    fast = prepare_validity(mol, protein)(poses)
    slow = posebusters_checks(with_poses(mol, poses), protein, reference=mol, config="redock_fast")
    table = np.array([[record[check] for check in fast.names] for record in slow])
    shares = dict(zip(fast.names, (table == fast.passed).mean(axis=0).tolist(), strict=True))
    return shares | {"overall": float((table.all(axis=1) == fast.valid).mean())}


@pytest.mark.parametrize("name", ["1ia1", "1s3v"])
def test_some_poses_are_judged_as_by_posebusters(name: str) -> None:
    assert min(agreement(name, 6).values()) == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("name", CODES)
def test_many_poses_are_judged_as_by_posebusters(name: str) -> None:
    assert min(agreement(name, 60).values()) >= 0.97


def test_moving_ligand_and_protein_together_changes_nothing() -> None:
    mol, protein = complex_of("1ia1")
    poses = perturbed(mol, 20, seed=1)
    turn = Rotation.from_rotvec([0.3, -1.1, 0.7]).as_matrix()
    moved = replace(protein, positions=protein.positions @ turn.T + [5.0, -3.0, 11.0])
    here = prepare_validity(mol, protein)(poses)
    there = prepare_validity(mol, moved)(poses @ torch.from_numpy(turn.T) + torch.tensor([5.0, -3.0, 11.0]))
    np.testing.assert_array_equal(here.passed, there.passed)


def test_a_pose_is_judged_alike_alone_and_in_a_large_batch() -> None:
    mol, protein = complex_of("1uou")
    checker, poses = prepare_validity(mol, protein), perturbed(mol, 40, seed=2)
    alone = np.concatenate([checker(pose[None]).passed for pose in poses])
    np.testing.assert_array_equal(checker(poses).passed, alone)


def embedded(smiles: str) -> tuple[Chem.Mol, torch.Tensor]:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert AllChem.EmbedMolecule(mol, randomSeed=3) == 0
    AllChem.MMFFOptimizeMolecule(mol)
    return mol, crystal_pose(mol)


def shape_failures(mol: Chem.Mol, pose: torch.Tensor) -> tuple[str, ...]:
    """What fails apart from the receptor, which is one atom."""
    failed = prepare_validity(mol, NOTHING)(pose).failed(0)
    return tuple(name for name in failed if "protein" not in name)


@pytest.mark.parametrize("smiles", ["CC(=O)Nc1ccccc1", "C[C@H](O)CC", "C/C=C/CC", "C1CCCCC1C(=O)[O-]", "FC(F)=C(Cl)Br"])
def test_relaxed_molecules_pass(smiles: str) -> None:
    assert shape_failures(*embedded(smiles)) == ()


def test_a_stretched_bond_is_named() -> None:
    mol = Chem.MolFromSmiles("C#N")
    pose = torch.tensor([[[0.0, 0.0, 0.0], [1.16, 0.0, 0.0]]], dtype=torch.float64)
    assert shape_failures(mol, pose) == ()
    assert shape_failures(mol, 1.4 * pose) == ("bond_lengths",)
    assert shape_failures(mol, 0.6 * pose) == ("bond_lengths",)


def test_a_closed_angle_is_named() -> None:
    mol = Chem.MolFromSmiles("CCC")
    angles = torch.deg2rad(torch.tensor([111.0, 60.0], dtype=torch.float64))
    arms = 1.53 * torch.stack([angles.cos(), angles.sin(), 0 * angles], dim=-1)
    ends = torch.tensor([[1.53, 0.0, 0.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
    poses = torch.cat([ends.expand(2, -1, -1), arms[:, None]], dim=1)
    result = prepare_validity(mol, NOTHING)(poses)
    assert "bond_angles" not in result.failed(0)
    assert "bond_angles" in result.failed(1)
    assert "bond_lengths" not in result.failed(1)


def test_a_bent_aromatic_ring_is_named() -> None:
    mol, pose = embedded("c1ccccc1")
    first = mol.GetAtomWithIdx(0)
    lifted = [0, *(other.GetIdx() for other in first.GetNeighbors() if other.GetAtomicNum() == 1)]
    centered = pose[0, :6] - pose[0, :6].mean(dim=0)
    pose[0, lifted] += 0.8 * torch.linalg.svd(centered).Vh[-1]
    assert shape_failures(mol, pose) == ("aromatic_ring_flatness",)


def test_a_flattened_cyclohexane_is_named() -> None:
    mol, pose = embedded("C1CCCCC1")
    heavy = pose[:, :6]
    normal = torch.linalg.svd(heavy[0] - heavy[0].mean(dim=0)).Vh[-1]
    flat = heavy - ((heavy - heavy.mean(dim=1)) @ normal)[..., None] * normal
    assert shape_failures(mol, flat) == ("non-aromatic_ring_non-flatness",)


def test_a_twisted_double_bond_is_named() -> None:
    mol, pose = embedded("FC(Cl)=C(F)F")
    conformer = with_poses(mol, pose).GetConformer()
    angle = rdMolTransforms.GetDihedralRad(conformer, 0, 1, 3, 4)
    rdMolTransforms.SetDihedralRad(conformer, 0, 1, 3, 4, angle + 0.6)
    assert shape_failures(mol, torch.from_numpy(conformer.GetPositions()[None])) == ("double_bond_flatness",)


@pytest.mark.parametrize("smiles", ["F[C@](Cl)(Br)I", "C[C@H](O)F", "CC[C@@H](N)C(=O)O"])
def test_an_inverted_center_is_named(smiles: str) -> None:
    mol, pose = embedded(smiles)
    mirror = torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)
    assert shape_failures(mol, pose * mirror) == ("tetrahedral_chirality",)


def test_a_double_bond_turned_over_is_named() -> None:
    trans, cis = Chem.AddHs(Chem.MolFromSmiles("C/C=C/C")), embedded("C/C=C\\C")[1]
    assert "double_bond_stereochemistry" in shape_failures(trans, cis)
    assert "tetrahedral_chirality" not in shape_failures(trans, cis)


def test_a_chain_through_itself_is_named() -> None:
    mol, pose = embedded("CCCCCCCC")
    conformer = with_poses(mol, pose).GetConformer()
    for start in range(5):
        rdMolTransforms.SetDihedralDeg(conformer, start, start + 1, start + 2, start + 3, 0.0)
    assert shape_failures(mol, torch.from_numpy(conformer.GetPositions()[None])) == ("internal_steric_clash",)


def test_heavy_atoms_alone_are_judged_as_a_molecule_without_hydrogens() -> None:
    mol, pose = embedded("C/C=C/[C@H](O)c1ccccc1")
    heavy = pose[:, [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() != 1]]
    checker = prepare_validity(mol, NOTHING)
    bare = prepare_validity(Chem.RemoveAllHs(mol), NOTHING)
    np.testing.assert_array_equal(checker(heavy).passed, bare(heavy).passed)
    assert checker(heavy * torch.tensor([1.0, 1.0, -1.0])).failed(0)[0] == "tetrahedral_chirality"


def test_a_pose_that_is_not_finite_fails_everything_and_spares_the_others() -> None:
    mol, pose = embedded("CCO")
    result = prepare_validity(mol, NOTHING)(torch.cat([pose, pose * float("nan")]))
    assert result.passed[0].any()
    assert not result.passed[1].any()


def test_a_pose_that_has_come_apart_is_judged_without_filling_the_memory() -> None:
    mol, pose = embedded("CCO")
    failed = prepare_validity(mol, NOTHING)(pose * 1e5 + 4.0).failed(0)
    assert {"bond_lengths", "volume_overlap_with_protein"} <= set(failed)


def test_the_wrong_number_of_atoms_is_refused() -> None:
    mol, pose = embedded("CCO")
    with pytest.raises(ValueError, match="expected poses"):
        prepare_validity(mol, NOTHING)(pose[:, :5])


def test_a_strained_molecule_has_a_high_energy_ratio() -> None:
    mol, pose = embedded("CC(=O)Nc1ccccc1")
    checker: ValidityChecker = prepare_validity(mol, NOTHING)
    poses = torch.cat([pose, 0.6 * pose])
    assert checker.energy_ratio(poses)[0] < 3.0
    np.testing.assert_array_equal(checker(poses, energy=True).check("internal_energy"), [True, False])


def test_receptor_atoms_are_sorted_into_groups() -> None:
    kinds = [("ALA", "polymer", [6]), ("HEM", "ligand", [26, 6]), ("ZN", "metal", [30]), ("SO4", "ligand", [16, 8])]
    kinds += [("HOH", "water", [8]), ("PT", "metal", [78])]
    residues, elements = [], []
    for name, kind, numbers in kinds:
        residues.append(Residue(name, "A", 1, "", kind, len(elements), len(elements) + len(numbers)))
        elements += numbers
    index = np.repeat(np.arange(len(kinds)), [len(numbers) for _, _, numbers in kinds])
    count = len(elements)
    protein = Protein(np.zeros((count, 3)), np.array(elements), ("X",) * count, np.zeros(count), index, tuple(residues))
    assert receptor_atoms(protein).groups.tolist() == [0, 2, 1, 2, 2, 2, 3, 1]
