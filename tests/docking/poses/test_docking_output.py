"""Results as SD records and as a JSON summary."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.molecules.positions import with_conformers
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.docking.poses.output import pocket_record, sdf_records, summary
from molgen.docking.poses.tables import pose_rows
from molgen.docking.records import DockConfig, DockingResult, Pose

POCKET = Pocket(np.array([1.0, 2.0, 3.00049]), np.full(3, 22.5), "ligand:DRG")
NOTHING = np.zeros(0, dtype=np.int8)
RECEPTOR = Protein(np.zeros((0, 3)), NOTHING.astype(np.int16), (), NOTHING, NOTHING.astype(np.int32), ())
BEST = Pose(
    rank=1,
    conformer=0,
    score=-7.123456,
    intermolecular=-8.0,
    intramolecular=-0.5,
    terms={"gauss1": -2.0},
    strain=4.0,
    checks={"bonds": True, "clash": False, "walls": False},
    rmsd=0.75,
    pocket="ligand:DRG",
    confidence=0.87654321,
)


@pytest.fixture
def result() -> DockingResult:
    mol = Chem.MolFromSmiles("CO")
    poses = (BEST, replace(BEST, rank=2, conformer=1, strain=math.nan, checks={}, rmsd=None, confidence=None))
    return DockingResult(mol, poses, (POCKET,), RECEPTOR, ("ZN:A:1",), (), ("a note",), 1.2345, DockConfig(seed=3))


def test_each_pose_is_a_record_in_the_order_of_ranks_with_what_is_known_of_it(result: DockingResult) -> None:
    first, second = sdf_records(result, "methanol")
    assert (first.name, first.conformer, second.conformer) == ("methanol", 0, 1)
    assert first.properties["molgen_rank"] == 1
    assert first.properties["molgen_score"] == -7.123456
    assert first.properties["molgen_gauss1"] == -2.0
    assert first.properties["molgen_confidence"] == 0.8765
    assert first.properties["molgen_valid"] == "no"
    assert first.properties["molgen_failed_checks"] == "clash, walls"
    assert first.properties["molgen_seed"] == 3
    assert not {"molgen_rmsd", "molgen_confidence"} & second.properties.keys()
    assert second.properties["molgen_strain"] == "unknown"
    assert (second.properties["molgen_valid"], second.properties["molgen_failed_checks"]) == ("yes", "none")


def test_a_summary_is_strict_json_with_null_for_what_is_unknown(result: DockingResult) -> None:
    read = json.loads(json.dumps(summary(result, "methanol"), allow_nan=False))
    assert read["name"] == "methanol"
    assert read["poses"][0]["score"] == -7.1235
    assert read["poses"][0]["failed_checks"] == ["clash", "walls"]
    assert read["poses"][1]["strain"] is read["poses"][1]["rmsd"] is read["poses"][1]["confidence"] is None
    assert (read["kept"], read["notes"], read["seconds"]) == (["ZN:A:1"], ["a note"], 1.23)


def test_a_pocket_is_its_name_center_and_size() -> None:
    assert pocket_record(POCKET) == {"name": "ligand:DRG", "center": [1.0, 2.0, 3.0], "size": [22.5, 22.5, 22.5]}


def test_a_result_is_rows_a_table_and_an_sd_file(result: DockingResult, tmp_path: Path) -> None:
    assert [row["rank"] for row in pose_rows(result)] == [1, 2]
    assert pose_rows(result)[1]["strain"] is None
    mol = with_conformers(result.mol, np.arange(36.0).reshape(2, -1, 3)[:, : result.mol.GetNumAtoms()])
    shown = replace(result, mol=mol)._repr_html_()
    assert shown.count("<svg") == 1
    for told in ("<th>RMSD / Å</th>", "<td>0.75</td>", "no: clash, walls"):
        assert told in shown
    assert "hydrogen bonds" not in shown  # there are none
    mol = with_conformers(result.mol, np.zeros((2, 2, 3)))
    replace(result, mol=mol).save(tmp_path / "poses.sdf", "methanol")
    assert [one.GetProp("_Name") for one in Chem.SDMolSupplier(str(tmp_path / "poses.sdf"))] == ["methanol"] * 2


def test_a_result_is_a_data_frame(result: DockingResult) -> None:
    pytest.importorskip("pandas")
    frame = result.to_dataframe()
    assert frame["score"].tolist() == [-7.123456, -7.123456]
