"""The interactions of a pose in a report: the flat picture, the 3D view, the table, and nothing of the maker's disk."""

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.proteins.groups.stand_ins import StandIns
from molgen.chem.proteins.reading import read_protein
from molgen.docking.records import DockConfig, DockingResult
from molgen.docking.rescore import box_around, rescore
from molgen.docking.run import DockRow, Setting
from molgen.docking.site import Site, site_of
from molgen.errors import ConfigError
from molgen.reports.content import Report
from molgen.reports.notebook import pose_view
from molgen.reports.pages.contacts.interaction_map import interaction_map
from molgen.reports.pages.contacts.scene import contact_nodes
from molgen.reports.pages.docking_report import docking_report
from molgen.reports.pages.html import page_of
from molgen.reports.pages.pose_text import interaction_table
from molgen.reports.pages.viewer import Viewer

DATA = Path(__file__).parents[4] / "data"


@pytest.fixture(scope="module")
def site() -> Site:
    crystal = Chem.MolFromMolFile(str(DATA / "1ia1_ligand.sdf"))
    return site_of(
        read_protein(DATA / "1ia1.pdb"), box_around(crystal.GetConformer().GetPositions(), StandIns(("TQ3:A:194",), ()))
    )


@pytest.fixture(scope="module")
def result(site) -> DockingResult:
    crystal = Chem.MolFromMolFile(str(DATA / "1ia1_ligand.sdf"))
    return rescore(site.receptor.protein, crystal, reference=crystal, site=site)


@pytest.fixture(scope="module")
def report(site, result) -> Report:
    setting = Setting(site.receptor.protein, [site], [])
    command = ["dock", "-p", "/home/someone/private/1ia1.pdb", "-o", "poses.sdf"]
    config = DockConfig(pose_model="/home/someone/private/poses.safetensors")
    return docking_report([DockRow("TQ3", None, result, 1.0, None)], setting, config=config, command=command)


def test_the_picture_names_each_residue_once_with_a_line_for_each_interaction(result) -> None:
    interactions = result.poses[0].interactions
    svg = interaction_map(result.mol, interactions)
    texts = [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("}text")]
    for name in ("Ile9", "Glu32", "Ile112", "Phe36", "NDP193"):
        assert texts.count(name) == 1
    assert svg.count("<title>") == len(interactions)
    assert {"hydrogen bond", "pi stacking", "hydrophobic contact"} <= set(texts)


def test_boxes_of_the_picture_do_not_lie_on_one_another(result) -> None:
    svg = interaction_map(result.mol, result.poses[0].interactions)
    places = np.array(
        [[float(x) for x in found] for found in re.findall(r'<rect x="([\d.-]+)" y="([\d.-]+)" width="62"', svg)]
    )
    apart = np.abs(places[:, None] - places[None])
    overlap = (apart[..., 0] < 62) & (apart[..., 1] < 22)
    assert overlap.sum() == len(places)  # each with itself


def test_nothing_to_draw_is_no_picture(result) -> None:
    assert interaction_map(result.mol, ()) == ""
    assert contact_nodes((), result.receptor) == []
    assert interaction_table(replace(result.poses[0], interactions=())) is None


def test_the_view_has_a_line_for_each_interaction_and_a_name_for_each_residue(result) -> None:
    interactions = result.poses[0].interactions
    (node,) = contact_nodes(interactions, result.receptor)
    kinds = [child["params"]["kind"] for child in node["children"]]
    assert kinds.count("label") == len({one.residue for one in interactions})
    assert len(kinds) - kinds.count("label") == len(interactions)
    bond = next(child["params"] for child in node["children"] if child["params"]["kind"] == "distance_measurement")
    assert bond["label_template"] == "3.1"
    assert np.allclose([bond["start"], bond["end"]], interactions[0].ends, atol=1e-3)


def test_the_page_holds_table_picture_and_sd_record_and_tells_nothing_of_the_disk(report) -> None:
    page = page_of(report, Viewer("", ""))
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])
    entry = data["subjects"][0]["entries"][0]
    assert entry["contacts"][0]["kind"] == "primitives"
    assert "molgen_interactions" in entry["record"]
    for told in ("proton assumed", "Glu32 A (2)", "like reference", "ranked by confidence", "buried acceptor"):
        assert told in page
    assert "/home/someone" not in page
    assert "1ia1.pdb" in page
    assert str(DATA) not in page


def test_a_notebook_shows_a_pose_with_its_interactions(result) -> None:
    pytest.importorskip("ipymolstar")
    told = pose_view(result).msvj_data
    assert told.count("distance_measurement") == sum(one.kind != "hydrophobic" for one in result.poses[0].interactions)
    with pytest.raises(ConfigError, match="no pose 2: the ranks are 1 to 1"):
        pose_view(result, 2)
