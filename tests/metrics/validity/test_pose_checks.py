"""Validity records with and without a receptor, and coverage over molecules."""

from importlib.util import find_spec

import numpy as np
import pytest
from complexes import ligand_of_file, protein_of
from rdkit import Chem
from small_molecules import embedded

from molgen.metrics import coverage, summarize_coverage, validity_records

CONTACTS = {"minimum_distance_to_protein", "volume_overlap_with_protein", "protein-ligand_maximum_distance"}


def test_without_a_receptor_only_the_geometry_is_checked() -> None:
    mol = embedded("CC(=O)Oc1ccccc1C(=O)O", 3)
    records = validity_records(mol)
    assert len(records) == 3
    assert all(all(record.values()) for record in records)
    assert not CONTACTS & set(records[0])
    assert {"bond_lengths", "bond_angles", "internal_steric_clash"} <= set(records[0])


def test_a_stretched_molecule_fails_its_bond_lengths() -> None:
    mol = Chem.Mol(embedded("CC(=O)Oc1ccccc1C(=O)O", 1))
    mol.GetConformer().SetPositions(mol.GetConformer().GetPositions() * 1.5)
    assert not validity_records(mol)[0]["bond_lengths"]


def test_the_stereo_of_the_reference_is_wanted() -> None:
    right, left = embedded("C[C@H](O)c1ccccc1", 1), embedded("C[C@@H](O)c1ccccc1", 1)
    assert validity_records(left)[0]["tetrahedral_chirality"]
    assert validity_records(left, reference=left)[0]["tetrahedral_chirality"]
    assert not validity_records(left, reference=right)[0]["tetrahedral_chirality"]


def test_a_crystal_pose_is_valid_where_it_lies_and_nowhere_else() -> None:
    mol = Chem.Mol(ligand_of_file("1of6"))
    away = Chem.Conformer(mol.GetConformer())
    away.SetPositions(away.GetPositions() + 200.0)
    mol.AddConformer(away, assignId=True)
    here, there = validity_records(mol, protein_of("1of6"), mol)
    assert all(here.values())
    assert [name for name, passed in there.items() if not passed] == ["protein-ligand_maximum_distance"]


@pytest.mark.skipif(find_spec("posebusters") is None, reason="PoseBusters is not installed")
def test_posebusters_gives_records_too() -> None:
    records = validity_records(embedded("CCO", 2), posebusters=True)
    assert len(records) == 2
    assert all(records[0].values())
    assert set(records[0]) == set(records[1])
    assert {"bond_lengths", "internal_energy"} <= set(records[1])


def test_a_summary_is_the_mean_over_molecules() -> None:
    first, second = coverage([[0.2, 0.9]], [0.5, 1.0]), coverage([[0.7], [1.5]], [0.5, 1.0])
    found = summarize_coverage([first, second])
    assert [one.value for one in found.recall] == pytest.approx([0.5, 0.75])
    assert [one.value for one in found.precision] == pytest.approx([0.25, 1.0])
    assert found.recall_rmsd.value == pytest.approx(np.mean([0.2, 1.1]))
    assert found.recall_rmsd.low <= found.recall_rmsd.value <= found.recall_rmsd.high
    assert found.recall_rmsd.n == found.n == 2
    with pytest.raises(ValueError, match="same thresholds"):
        summarize_coverage([first, coverage([[0.2]], [0.5])])
