"""How many template conformers and samples: few where there is little to find, and never fewer than were asked for."""

import pytest
from rdkit import Chem

from molgen.chem.features.molecule_features import molecule_graph
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.config import GenerateConfig
from molgen.conformers.templates.counts import (
    embedded_count,
    rings_make_the_shape,
    sample_count,
    template_count,
)
from molgen.conformers.templates.grafting import substituted_rings

CONFIG = GenerateConfig(n=50)


@pytest.mark.parametrize(
    ("smiles", "count", "embedded"),
    [
        ("Clc1ccccc1", 2, 2),  # nothing turns
        ("CCc1ccccc1", 4, 4),  # one bond does
        ("CCN(C)C", 6, 6),  # and an amine that has two sides
        ("CC(=O)N(C)Cc1ccccc1", 6, 6),  # or an amide, cis or trans
        ("CCOCc1ccccc1", 6, 6),
        ("CCC1CCNCC1", 9, 4),  # the shapes of a ring come from its energies
        ("CC1CCNCC1", 50, 16),
        ("C1CC2CCC1C2", 50, 50),  # of a bridged one from the embedding
    ],
)
def test_template_conformers_by_what_turns(smiles, count, embedded):
    mol = prepare_molecule(Chem.MolFromSmiles(smiles))
    torsions = molecule_graph(mol).n_torsions
    assert template_count(mol, torsions, CONFIG) == count
    assert embedded_count(mol, substituted_rings(mol), count, rings_make_the_shape(mol, torsions)) == embedded


@pytest.mark.parametrize(
    ("torsions", "templates", "n", "samples"),
    [
        (0, 2, 50, 2),
        (1, 4, 50, 24),
        (1, 27, 50, 54),
        (2, 4, 50, 45),
        (3, 6, 50, 82),
        (3, 6, 200, 240),
        (12, 6, 50, 380),
    ],
)
def test_samples_by_torsions(torsions, templates, n, samples):
    assert sample_count(torsions, templates, False, GenerateConfig(n=n)) == samples


def test_what_is_asked_for_counts():
    config = GenerateConfig(n=50, samples=60, templates=3)
    mol = prepare_molecule(Chem.MolFromSmiles("Clc1ccccc1"))
    assert template_count(mol, 0, config) == 3
    assert sample_count(1, 3, False, config) == 60
