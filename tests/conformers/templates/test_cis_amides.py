"""Cis secondary amides: a minority where they cost little, most where they are favored, none where they cost much."""

import numpy as np
import pytest
import torch
from rdkit import Chem

from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.config import GenerateConfig
from molgen.conformers.force_field import ConformerField
from molgen.conformers.generate import conformers_of
from molgen.conformers.templates.cis_amides import secondary_amides, turn_amides
from molgen.conformers.templates.embedding import template_conformers
from molgen.geometry.torsions import dihedral_angles
from molgen.metrics.stereo import stereo_mask


def cis_share(smiles: str, count: int = 6) -> tuple[float, int]:
    """Share of cis ones after turning, and how many were added."""
    mol = prepare_molecule(Chem.MolFromSmiles(smiles))
    field = ConformerField(mol)
    positions = template_conformers(mol, count, steps=50, field=field).positions
    turned = turn_amides(field, positions)
    assert stereo_mask(smiles, with_conformers(mol, turned)).all()
    return (_cosines(mol, turned) < -0.8).mean(), len(turned) - len(positions)


def _cosines(mol: Chem.Mol, positions: np.ndarray) -> np.ndarray:
    return np.cos(dihedral_angles(torch.from_numpy(positions), torch.from_numpy(secondary_amides(mol))).numpy())


@pytest.mark.parametrize(
    ("smiles", "count"),
    [
        ("CC(=O)NC", 1),
        ("CC(=S)NC", 1),
        ("CNC(=O)NC", 2),
        ("CNC(=O)OC", 1),
        ("CNC=O", 1),
        ("CC(=O)N(C)C", 0),  # tertiary ones turn
        ("CC(N)=O", 0),
        ("O=C1CCCN1", 0),
        ("CC(=O)NN", 0),  # not frozen
        ("CS(=O)(=O)NC", 0),
    ],
)
def test_amides_that_stay_as_templates_have_them(smiles, count):
    assert secondary_amides(prepare_molecule(Chem.MolFromSmiles(smiles))).shape == (count, 4)


def test_cis_is_a_minority_of_an_amide_and_prevails_in_a_formanilide():
    share, added = cis_share("CC(=O)NC")
    assert 1 <= added <= 2
    assert 0 < share < 0.3
    assert cis_share("O=CNc1ccccc1")[1] > added


def test_an_amide_that_pays_much_for_cis_stays_trans():
    assert cis_share("O=C(Nc1ccccc1)c1ccccc1") == (0.0, 0)


def test_cis_conformers_are_among_the_result_and_the_first_one_is_trans():
    mol = prepare_molecule(Chem.MolFromSmiles("CCC(=O)NCC"))
    made = conformers_of(mol, None, GenerateConfig(n=20))
    cosines = _cosines(mol, made.positions)[:, 0]
    assert cosines[0] > 0.8
    assert (cosines < -0.8).any()
