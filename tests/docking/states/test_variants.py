"""States and stereoisomers of a ligand: which are docked, and how their poses are ranked together."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from rdkit import Chem

from molgen.docking.poses.output import sdf_records, summary
from molgen.docking.records import DockingResult, Pose, config_of
from molgen.docking.states.ligand_states import ligand_states
from molgen.docking.states.variants import dock_variants, split_variants
from molgen.errors import ConfigError, InputError


def states(smiles: str, **options):
    return ligand_states(Chem.MolFromSmiles(smiles), config_of(**options))


def smiles_of(state) -> str:
    return Chem.MolToSmiles(Chem.RemoveHs(state.mol))


def test_open_stereo_is_enumerated_when_wanted() -> None:
    assert len(states("FC(Cl)CC(O)CC")) == 1
    isomers = states("FC(Cl)CC(O)CC", stereo="enumerate")
    assert len({smiles_of(one) for one in isomers}) == 4
    assert "isomer 2 of 4" in isomers[1].notes[-1]


def test_the_likely_states_and_tautomers_are_distinct_and_ordered() -> None:
    found = states("Cc1c[nH]cn1", states=5)
    assert [smiles_of(one) for one in found] == ["Cc1c[nH]cn1", "Cc1cnc[nH]1", "Cc1c[nH]c[nH+]1"]
    assert [one.energy for one in found] == sorted(one.energy for one in found)
    assert found[0].energy == 0.0
    assert len(states("Cc1c[nH]cn1", states=2)) == 2
    assert len(states("CCO", states=5)) == 1  # the others are not likely


def test_states_need_a_ph() -> None:
    with pytest.raises(ConfigError, match="--states and --protonate no exclude each other"):
        config_of(states=2, ph=None)


def result(smiles: str, *scores: float, confidence: float | None = None, **options) -> DockingResult:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    for number in range(len(scores)):
        conformer = Chem.Conformer(mol.GetNumAtoms())
        conformer.SetId(number)
        mol.AddConformer(conformer)
    poses = tuple(
        Pose(number + 1, number, score, score, 0.0, {}, 1.0, {}, None, "box", confidence)
        for number, score in enumerate(scores)
    )
    config = config_of(n=3, **options)
    receptor: Any = None
    return DockingResult(mol, poses, (), receptor, (), (), ("common", smiles), 1.0, config)


def variant(smiles: str, energy: float) -> Any:
    return SimpleNamespace(ligand=SimpleNamespace(own_mol=Chem.MolFromSmiles(smiles)), energy=energy, smiles=smiles)


def test_poses_of_all_states_are_ranked_together_with_the_energy_of_their_state() -> None:
    done = {"CCN": result("CCN", -7.0, -5.0, rank="energy"), "CC[NH3+]": result("CC[NH3+]", -8.0, -6.5, rank="energy")}
    merged = dock_variants([variant("CCN", 0.0), variant("CC[NH3+]", 1.2)], lambda one: done[one.smiles])
    assert [(pose.rank, pose.score) for pose in merged.poses] == [(1, -7.0), (2, -8.0), (3, -6.5)]
    assert [Chem.MolToSmiles(Chem.RemoveHs(merged.mol_of(pose))) for pose in merged.poses] == ["CCN", *["CC[NH3+]"] * 2]
    assert merged.notes == ("common", "variant 1: CCN", "variant 2: CC[NH3+]")
    assert [record.properties["molgen_variant"] for record in sdf_records(merged, "x")] == [1, 2, 2]
    assert summary(merged, "x")["variants"] == ["CCN", "CC[NH3+]"]
    assert [len(part.poses) for part in split_variants(merged)] == [1, 2]


def test_an_unlikely_state_needs_more_confidence() -> None:
    done = {"CCN": result("CCN", -7.0, confidence=0.5), "CC[NH3+]": result("CC[NH3+]", -9.0, confidence=0.6)}
    for energy, best in ((0.1, "CC[NH3+]"), (2.0, "CCN")):
        merged = dock_variants([variant("CCN", 0.0), variant("CC[NH3+]", energy)], lambda one: done[one.smiles])
        assert Chem.MolToSmiles(Chem.RemoveHs(merged.mol)) == best


def test_a_state_that_cannot_be_docked_is_named() -> None:
    def dock_one(one):
        if one.smiles == "CCO":
            raise InputError("too long")
        return replace(result(one.smiles, -5.0), notes=())

    merged = dock_variants([variant("CCO", 0.0), variant("CCN", 0.0)], dock_one)
    assert merged.notes[0] == "CCO could not be docked: too long"
    with pytest.raises(InputError, match="too long"):
        dock_variants([variant("CCO", 0.0), variant("CCO", 0.0)], dock_one)
