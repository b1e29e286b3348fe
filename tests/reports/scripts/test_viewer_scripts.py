"""Scripts for PyMOL and ChimeraX: what they load is there, and each interaction is a line."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.molecules.writing import write_sdf
from molgen.chem.proteins.groups.stand_ins import StandIns
from molgen.chem.proteins.reading import read_protein
from molgen.docking.poses.output import sdf_records
from molgen.docking.rescore import box_around, rescore
from molgen.docking.run import DockRow
from molgen.docking.site import site_of
from molgen.errors import InputError
from molgen.reports.scripts.chimerax import write_chimerax_script
from molgen.reports.scripts.pymol import write_pymol_script
from molgen.reports.scripts.shown import check_script, residues_of, shown_poses

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="module")
def rows() -> list[DockRow]:
    """The crystal pose twice, and a failure between."""
    crystal = Chem.MolFromMolFile(str(DATA / "1ia1_ligand.sdf"))
    box = box_around(crystal.GetConformer().GetPositions(), StandIns(("TQ3:A:194",), ()))
    protein = read_protein(DATA / "1ia1.pdb")
    result = rescore(protein, crystal, site=site_of(protein, box))
    second = replace(result.poses[0], rank=2)
    twice = replace(result, poses=(result.poses[0], second))
    return [
        DockRow('TQ3"; delete all', None, twice, 1.0, None),
        DockRow("bad", None, None, 0.0, "no molecule"),
        DockRow("again", None, result, 1.0, None),
    ]


@pytest.fixture
def folder(rows, tmp_path) -> Path:
    """A folder with the poses, and both scripts in a folder of it."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    output = tmp_path / "poses.sdf"
    write_sdf(output, [r for row in rows if row.result is not None for r in sdf_records(row.result, row.name)])
    write_pymol_script(scripts / "see.pml", rows, output)
    write_chimerax_script(scripts / "see.cxc", rows, output)
    return scripts


def test_the_scripts_load_files_by_their_place_relative_to_them(folder) -> None:
    pymol, chimerax = ((folder / name).read_text() for name in ("see.pml", "see.cxc"))
    for name in (*re.findall(r"^load (\S+),", pymol, re.M), *re.findall(r'^open "(.+?)"', chimerax, re.M)):
        assert (folder / name).is_file(), name
    assert str(folder) not in pymol + chimerax


def test_every_interaction_of_every_pose_is_a_line_from_end_to_end(folder, rows) -> None:
    count = sum(len(shown.pose.interactions) for shown in shown_poses(rows))
    pymol, chimerax = ((folder / name).read_text() for name in ("see.pml", "see.cxc"))
    assert len(re.findall(r"^distance ", pymol, re.M)) == count
    ends = re.findall(r"^marker segment \S+ position (\S+) toPosition (\S+) ", chimerax, re.M)
    first = next(shown_poses(rows)).pose.interactions[0]
    assert len(ends) == count
    assert np.allclose([[float(x) for x in end.split(",")] for end in ends[0]], first.ends, atol=1e-3)


def test_poses_are_named_by_ligand_and_rank_and_a_name_cannot_end_a_command(folder, rows) -> None:
    assert [shown.name for shown in shown_poses(rows)] == ["ligand_1_pose_1", "ligand_1_pose_2", "ligand_2_pose_1"]
    assert [shown.record for shown in shown_poses(rows)] == [1, 2, 3]
    text = (folder / "see.cxc").read_text()
    assert "hide #2.2-3 models" in text
    assert "; delete" not in text


def test_residues_whose_chain_no_viewer_can_select_are_not_drawn(rows) -> None:
    shown = next(shown_poses(rows))
    odd = replace(shown.pose.interactions[0], residue=replace(shown.pose.interactions[0].residue, chain="A; quit"))
    assert residues_of([replace(shown, pose=replace(shown.pose, interactions=(odd,)))]) == []


@pytest.mark.parametrize(("name", "told"), [("see.py", "written as .pml"), ("nowhere/see.pml", "nowhere")])
def test_a_script_that_cannot_be_written_is_refused_before_the_work(tmp_path, name, told) -> None:
    with pytest.raises(InputError, match=told):
        check_script(tmp_path / name, ".pml")


@pytest.mark.skipif(shutil.which("pymol") is None, reason="PyMOL is not installed")
def test_pymol_runs_the_script_without_an_error(folder) -> None:
    check = folder / "check.pml"
    check.write_text(f"@{folder / 'see.pml'}\nprint(sorted(cmd.get_names('objects')))\n")
    done = subprocess.run(["pymol", "-cq", check], capture_output=True, text=True, timeout=120)
    if "No module named 'pymol'" in done.stderr:
        pytest.skip("PyMOL belongs to another Python")
    assert "ligand_2_pose_1_hbond" in done.stdout
    assert not re.search(r"error", done.stdout + done.stderr, re.I)
