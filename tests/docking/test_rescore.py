"""Scores of poses that exist already: crystal poses, poses that molgen wrote, and records that are none."""

from pathlib import Path

import numpy as np
import pytest
import torch
from complexes import (
    CODES,
    INHIBITOR,
    PHYSICS,
    TYROSINE,
    docked,
    heavy_poses,
    ligand_of_file,
    ligand_path,
    protein_of,
    protein_path,
    site_in,
)
from rdkit import Chem
from rdkit.Chem import AllChem

from molgen.chem.atom_types.interaction_types import ligand_types, protein_types
from molgen.chem.molecules.writing import SdfRecord, write_sdf
from molgen.docking.poses.output import sdf_records
from molgen.docking.records import DockingResult
from molgen.docking.rescore import rescore, rescore_to_file, stand_ins_of
from molgen.errors import InputError, ParseError
from molgen.physics.direct import TypedAtoms, interaction_terms
from molgen.physics.vina import atom_classes, weight_vector


@pytest.fixture(scope="module")
def scored() -> dict[str, DockingResult]:
    """The crystal poses as they are."""
    return {code: rescore(protein_of(code), ligand_of_file(code), reference=ligand_of_file(code)) for code in CODES}


@pytest.fixture(scope="module")
def minimized() -> dict[str, DockingResult]:
    return {
        code: rescore(protein_of(code), ligand_of_file(code), minimize=True, reference=ligand_of_file(code))
        for code in CODES
    }


@pytest.mark.parametrize("code", CODES)
def test_the_score_of_a_crystal_pose_is_the_sum_over_pairs(code: str, scored: dict[str, DockingResult]) -> None:
    """All atoms that the result says took part, the ligand where the file has it."""
    result = scored[code]
    receptor = TypedAtoms(result.receptor.positions, atom_classes(protein_types(result.receptor)))
    ligand = Chem.AddHs(ligand_of_file(code), addCoords=True)
    positions = torch.from_numpy(heavy_poses(ligand_of_file(code)))
    terms = interaction_terms(receptor, atom_classes(ligand_types(ligand)), positions)[0] * weight_vector()
    pose = result.poses[0]
    assert pose.intermolecular == pytest.approx(float(terms.sum()), abs=0.02)
    np.testing.assert_allclose(list(pose.terms.values()), terms.numpy(), atol=1e-3)
    assert pose.intermolecular < -6.0


def test_a_pose_is_scored_where_it_is(scored: dict[str, DockingResult]) -> None:
    for code, result in scored.items():
        assert result.poses[0].rmsd == pytest.approx(0.0, abs=1e-4)
        np.testing.assert_allclose(heavy_poses(result.mol)[0], heavy_poses(ligand_of_file(code))[0], atol=1e-4)
        assert len(result.poses) == 1


@pytest.mark.parametrize("code", CODES)
def test_minimization_lowers_the_energy_and_stays_near(
    code: str, scored: dict[str, DockingResult], minimized: dict[str, DockingResult]
) -> None:
    before, after = scored[code].poses[0], minimized[code].poses[0]
    assert after.intermolecular + after.intramolecular < before.intermolecular + before.intramolecular - 0.1
    assert after.rmsd is not None
    assert 0.01 < after.rmsd < 1.5


def test_hydrogens_change_nothing(scored: dict[str, DockingResult]) -> None:
    full = Chem.AddHs(ligand_of_file("1of6"), addCoords=True)
    pose = rescore(protein_of("1of6"), full).poses[0]
    assert pose.intermolecular == pytest.approx(scored["1of6"].poses[0].intermolecular, abs=1e-5)


def test_a_site_that_is_there_gives_the_same_score(scored: dict[str, DockingResult]) -> None:
    pose = rescore(protein_of("1of6"), ligand_of_file("1of6"), site=site_in("1of6")).poses[0]
    assert pose.intermolecular == pytest.approx(scored["1of6"].poses[0].intermolecular, abs=1e-4)


def test_a_cofactor_that_is_left_out_does_not_count(scored: dict[str, DockingResult]) -> None:
    without = rescore(protein_of("1ia1"), ligand_of_file("1ia1"), drop=("NDP",))
    assert "NDP:B:195" in scored["1ia1"].kept
    assert "NDP:B:195" in without.dropped
    assert without.poses[0].intermolecular > scored["1ia1"].poses[0].intermolecular + 0.2


def test_a_pose_without_coordinates_is_refused() -> None:
    for flat in (Chem.MolFromSmiles("CCO"), with_flat_coordinates("CCO")):
        with pytest.raises(ParseError, match="no 3D coordinates"):
            rescore(protein_of("1s3v"), flat)


def with_flat_coordinates(smiles: str) -> Chem.Mol:
    mol = Chem.MolFromSmiles(smiles)
    AllChem.Compute2DCoords(mol)
    return mol


@pytest.fixture(scope="module")
def tyrosine_file(tmp_path_factory) -> tuple[Path, DockingResult]:
    """Docked poses as molgen writes them."""
    result = docked("1of6", TYROSINE, min_rmsd=0.3, n=4, **PHYSICS)
    path = tmp_path_factory.mktemp("poses") / "docked.sdf"
    write_sdf(path, sdf_records(result, "tyrosine"))
    return path, result


def test_poses_that_were_docked_get_their_energies_back(tyrosine_file, tmp_path: Path) -> None:
    path, result = tyrosine_file
    rows = rescore_to_file(path, protein_path("1of6"), tmp_path / "out.sdf", reference=ligand_path("1of6"))
    assert len(rows) == len(result.poses)
    for row, pose in zip(rows, result.poses, strict=True):
        assert row.pose is not None
        assert row.pose.intermolecular == pytest.approx(pose.intermolecular, abs=0.02)
        assert row.pose.rmsd == pytest.approx(pose.rmsd, abs=0.01)
    written = list(Chem.SDMolSupplier(str(tmp_path / "out.sdf")))
    assert [mol.GetIntProp("molgen_rank") for mol in written] == list(range(1, len(rows) + 1))


def test_poses_keep_their_order_and_failures_their_place(tmp_path: Path) -> None:
    crystal = ligand_of_file("1ia1")
    away = Chem.Mol(crystal)
    positions = away.GetConformer().GetPositions()
    away.GetConformer().SetPositions(positions + np.array([2.0, 0.0, 0.0]))
    records = [
        SdfRecord(away, name="worse"),
        SdfRecord(with_flat_coordinates(INHIBITOR), name="flat"),
        SdfRecord(crystal, name="better"),
    ]
    write_sdf(tmp_path / "poses.sdf", records)
    rows = rescore_to_file(tmp_path / "poses.sdf", protein_path("1ia1"), tmp_path / "out.sdf")
    assert [row.name for row in rows] == ["worse", "flat", "better"]
    assert [row.place for row in rows] == ["record 1", "record 2", "record 3"]
    assert rows[1].error == "the pose has no 3D coordinates"
    assert rows[0].pose is not None
    assert rows[2].pose is not None
    assert rows[0].pose.score > rows[2].pose.score
    written = list(Chem.SDMolSupplier(str(tmp_path / "out.sdf")))
    assert [mol.GetProp("_Name") for mol in written] == ["worse", "better"]


def test_nothing_is_written_without_a_pose(tmp_path: Path) -> None:
    write_sdf(tmp_path / "poses.sdf", [SdfRecord(with_flat_coordinates("CCO"), name="flat")])
    rows = rescore_to_file(tmp_path / "poses.sdf", protein_path("1s3v"), tmp_path / "out.sdf")
    assert [row.error for row in rows] == ["the pose has no 3D coordinates"]
    assert not (tmp_path / "out.sdf").exists()


@pytest.mark.parametrize(("output", "told"), [("out.pdb", "written as .sdf"), ("missing/out.sdf", "does not exist")])
def test_an_output_that_cannot_be_written_is_refused_before_the_work(output: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        rescore_to_file(tmp_path / "never read.sdf", protein_path("1s3v"), tmp_path / output)


def test_a_pose_in_another_frame_is_not_valid() -> None:
    pose = rescore(protein_of("1uou"), ligand_of_file("1ia1")).poses[0]
    assert pose.intermolecular == 0.0
    assert not pose.valid


def test_a_ligand_of_the_file_that_poses_lie_on_is_not_part_of_the_receptor(tmp_path) -> None:
    """1ia1 still has the inhibitor in chain A; poses docked there are scored without it."""
    protein = protein_of("1ia1")
    (own,) = [one for one in protein.residues if one.label == "TQ3:A:194"]
    pose = Chem.MolFromSmiles("CCO")
    pose.AddConformer(Chem.Conformer(3))
    pose.GetConformer().SetPositions(protein.positions[own.start : own.start + 3].copy())
    pose.GetConformer().Set3D(True)
    assert stand_ins_of([pose], protein).removed == ("TQ3:A:194",)
    assert stand_ins_of([pose], protein, keep=["TQ3"]).removed == ()
    (note,) = rescore(protein, pose).notes
    assert "TQ3:A:194" in note


def test_the_energy_of_torsions_is_that_of_the_docking_and_of_the_library_that_is_named() -> None:
    result = docked("1ia1", INHIBITOR, n=2, **PHYSICS)
    for pose in result.poses:
        mol = Chem.Mol(result.mol, False, pose.conformer)
        assert rescore(protein_of("1ia1"), mol).poses[0].torsional == pytest.approx(pose.torsional, abs=0.02)
        assert rescore(protein_of("1ia1"), mol, torsion_library="none").poses[0].torsional == 0.0
