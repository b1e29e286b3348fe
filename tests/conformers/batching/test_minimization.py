"""Minimization of many molecules at once gives each what it gets alone."""

import numpy as np
import pytest
import torch
from generated import QUICK
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.conformers.batching import batches
from molgen.conformers.batching.minimization import Minimization, minimize_together
from molgen.conformers.force_field import ConformerField
from molgen.conformers.generate import generate_conformers, generate_many

MOLECULES = {"CCO": 5, "OCCCCO": 70, "CC(=O)Nc1ccccc1": 12, "C1CCNCC1": 9, "NC(=O)CC#N": 3}


def request(smiles: str, count: int, **options) -> Minimization:
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMultipleConfs(mol, count, randomSeed=3)
    positions = np.array([c.GetPositions() for c in mol.GetConformers()]).transpose(1, 2, 0)
    return ConformerField(mol).request(positions, **options)


@pytest.mark.parametrize("steps", [0, 40])
def test_what_comes_out_does_not_depend_on_the_batch(steps):
    requests = [request(smiles, count, steps=steps) for smiles, count in MOLECULES.items()]
    requests.append(request("OCC(O)CO", 10, steps=7))
    for alone, (positions, energies) in zip(requests, minimize_together(requests), strict=True):
        ((expected, values),) = minimize_together([alone])
        torch.testing.assert_close(positions, expected, atol=1e-4, rtol=0)
        torch.testing.assert_close(energies, values, atol=1e-3, rtol=0)


def test_conformers_of_a_library_are_those_of_each_molecule_alone():
    source = ["CCCO", "CC(=O)NCCO", "C1CCNCC1", "CCOC(=O)C", "NCCO", "OCC(F)CO"]
    found = list(generate_many(source, 5, seed=3, **QUICK))
    for smiles, outcome in zip(source, found, strict=True):
        alone = generate_conformers(smiles, 5, seed=3, **QUICK)
        assert outcome.mol is not None
        np.testing.assert_allclose(outcome.mol.positions, alone.positions, atol=1e-3)
        np.testing.assert_allclose(outcome.mol.energies, alone.energies, atol=1e-3)


def test_batches_grow_so_that_first_results_come_soon():
    assert [len(batch) for batch in batches.growing_batches(range(40), 16)] == [1, 4, 16, 16, 3]
