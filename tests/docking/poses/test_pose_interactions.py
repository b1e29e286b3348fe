"""Interactions of docked poses: in the results, against a reference, and as a condition."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from rdkit import Chem

from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.proteins.groups.stand_ins import StandIns
from molgen.chem.proteins.reading import read_protein
from molgen.docking.ligand import Ligand, ligand_of
from molgen.docking.poses.conditions import check_conditions, fulfilling
from molgen.docking.poses.interactions import reference_similarities
from molgen.docking.poses.output import pose_properties, summary
from molgen.docking.ranking import RankedPose
from molgen.docking.records import DockConfig, DockingResult
from molgen.docking.refine import evaluated
from molgen.docking.rescore import box_around, rescore
from molgen.docking.site import Site, site_of
from molgen.errors import ConfigError, InputError
from molgen.metrics.interactions import Contacts
from molgen.physics.energy import DockingEnergy

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="module")
def crystal() -> Chem.Mol:
    return Chem.MolFromMolFile(str(DATA / "1ia1_ligand.sdf"))


@pytest.fixture(scope="module")
def site(crystal) -> Site:
    box = box_around(crystal.GetConformer().GetPositions(), StandIns(("TQ3:A:194",), ()))
    return site_of(read_protein(DATA / "1ia1.pdb"), box)


@pytest.fixture(scope="module")
def result(crystal, site) -> DockingResult:
    return rescore(DATA / "1ia1.pdb", crystal, reference=crystal, site=site)


def test_the_poses_of_a_result_have_their_interactions_as_json_and_as_sd_fields(result) -> None:
    pose = summary(result, "TQ3")["poses"][0]
    bonds = [one["key"] for one in json.loads(json.dumps(pose))["interactions"] if one["kind"] == "hbond"]
    assert bonds == ["hbond:A:ILE:9", "hbond:A:GLU:32", "hbond:A:GLU:32", "hbond:A:ILE:112"]
    assert [one["role"] for one in pose["unsatisfied"]] == ["acceptor"]
    fields = pose_properties(result, result.poses[0])
    assert str(fields["molgen_interactions"]).startswith("hbond:A:ILE:9 3.05; hbond:A:GLU:32 2.60; ")
    assert fields["molgen_unsatisfied"] == "N4 acceptor 0.00"


def test_the_reference_is_like_itself_in_any_order_of_atoms_and_another_ligand_less(result, crystal, site) -> None:
    assert result.poses[0].interaction_similarity == 1.0
    contacts = [Contacts(result.poses[0].interactions, ())]
    turned = Chem.RenumberAtoms(crystal, list(range(crystal.GetNumAtoms()))[::-1])
    editable = Chem.RWMol(crystal)
    editable.RemoveAtom(next(a.GetIdx() for a in crystal.GetAtoms() if a.GetSymbol() == "N" and a.GetDegree() == 1))
    smaller = editable.GetMol()
    Chem.SanitizeMol(smaller)
    alike = [reference_similarities(contacts, [site], result.mol, one, None)[0] for one in (turned, smaller, None)]
    assert alike[0] == 1.0
    assert 0.3 < (alike[1] or 0.0) < 1.0
    assert alike[2] is None


@pytest.fixture(scope="module")
def ranked(crystal, site) -> tuple[Ligand, Sequence[RankedPose]]:
    """The crystal pose, and the same 3 Angstrom away."""
    ligand = ligand_of(prepare_molecule(crystal), keep_conformer=True)
    positions = torch.stack([ligand.templates[0], ligand.templates[0] + 3.0]).permute(1, 2, 0).contiguous()
    direct = site.direct(ligand.classes, ligand.templates[0].numpy())
    energy = DockingEnergy(ligand.tree, direct, ligand.pairs, site.lower, site.upper)
    with torch.inference_mode():
        refined = evaluated(ligand, energy, positions, torch.zeros(2, dtype=torch.long))
    return ligand, [RankedPose(site, refined, row, None) for row in (1, 0)]


@pytest.mark.parametrize(
    ("conditions", "rows"),
    [
        ({}, [1, 0]),
        ({"require": ("hbond:A:ILE:9",)}, [0]),
        ({"forbid": ("hbond:A:ILE:9",)}, [1]),
        ({"require": ("hbond:A:GLU:32", "pi_stacking"), "forbid": ("salt_bridge",)}, [0]),
    ],
)
def test_poses_without_what_is_required_or_with_what_is_forbidden_are_left_out(ranked, conditions, rows) -> None:
    assert [pose.row for pose in fulfilling(*ranked, DockConfig(**conditions))] == rows


def test_conditions_that_no_pose_meets_are_an_error_that_names_them(ranked, site) -> None:
    with pytest.raises(InputError, match=r"none of 2 poses .* hbond:A:ALA:11"):
        fulfilling(*ranked, DockConfig(require=("hbond:A:ALA:11", "hbond:A:ILE:9")))
    with pytest.raises(InputError, match="hbond:A:ILE:7: the receptor has no such residue"):
        check_conditions(DockConfig(forbid=("hbond:A:ILE:7",)), [site])
    with pytest.raises(ConfigError, match="did you mean hbond"):
        DockConfig(require=("hbonds:A:ILE:9",))
