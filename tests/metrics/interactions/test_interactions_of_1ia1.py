"""The inhibitor of dihydrofolate reductase (PDB 1IA1) in its crystal pose: hydrogen bonds that the paper describes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem

from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.proteins.reading import read_protein
from molgen.metrics.interactions import Contacts, find_interactions, fingerprint
from molgen.metrics.interactions.texts import interaction_record, partners_text, unsatisfied_text

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="module")
def ligand() -> Chem.Mol:
    return prepare_molecule(Chem.MolFromMolFile(str(DATA / "1ia1_ligand.sdf")))


@pytest.fixture(scope="module", params=["1ia1.pdb", "1ia1.cif"])
def contacts(request, ligand) -> Contacts:
    protein = read_protein(DATA / request.param)
    return find_interactions(protein.keep(lambda one: one.name not in ("TQ3", "HOH")), ligand)


def test_the_pteridine_mimic_binds_ile9_glu32_twice_and_ile112(contacts) -> None:
    assert partners_text(contacts.interactions, "hbond") == "Ile9 A, Glu32 A (2), Ile112 A"
    glutamate = [one for one in contacts.interactions if one.key == "hbond:A:GLU:32"]
    assert [one.assumed for one in glutamate] == [True, False]
    assert all(one.role == "donor" and 2.5 < one.distance < 2.8 and one.angle > 2.9 for one in glutamate)


def test_its_rings_stack_on_phe36_and_it_touches_the_cofactor(contacts) -> None:
    keys = fingerprint(contacts.interactions)
    assert {"pi_stacking:A:PHE:36", "hydrophobic:A:NDP:193", "hydrophobic:A:ILE:62"} <= set(keys)
    assert len(keys) == len(set(keys))
    stacked = next(one for one in contacts.interactions if one.kind == "pi_stacking")
    assert interaction_record(stacked)["angle_degrees"] == pytest.approx(15, abs=3)


def test_the_buried_nitrogen_without_a_partner_is_named(contacts, ligand) -> None:
    assert unsatisfied_text(ligand, contacts.unsatisfied) == "N4 acceptor 0.00"


def test_moving_the_complex_as_a_whole_changes_nothing(ligand) -> None:
    protein = read_protein(DATA / "1ia1.pdb").keep(lambda one: one.name not in ("TQ3", "HOH"))
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    moved = replace(protein, positions=protein.positions @ turn.T + 5.0)
    positions = ligand.GetConformer().GetPositions()
    here = find_interactions(protein, ligand, positions)
    there = find_interactions(moved, ligand, positions @ turn.T + 5.0)
    assert fingerprint(here.interactions) == fingerprint(there.interactions)
    assert [one.distance for one in here.interactions] == pytest.approx([one.distance for one in there.interactions])
