"""Compiled minimization in lanes: the same energies and minima as torch's, whatever stands beside a conformer."""

import numpy as np
import pytest
import torch
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.chem.atom_types.mmff_terms import mmff_terms
from molgen.physics.lbfgs import graph_preconditioner, minimize_batch
from molgen.physics.mmff import MMFFEnergy
from molgen.physics.mmff.lanes import FEW, LANES, minimize_in_lanes

FLEXIBLE = "CC(C)C[C@H](NC(=O)c1ccccc1)C(=O)NCCOC"
EVERY_TERM = {
    "a chain": FLEXIBLE,
    "linear groups": "N#CC#CCO",
    "charges": "C[NH2+]CC(=O)[O-]",
    "sulfur and halogens": "CS(=O)(=O)Nc1ccc(Cl)cc1Br",
    "strained": "C1CC2CC12",
    "no torsions": "O",
    "no bonds": "[Na+].[Cl-]",
}


def prepared(smiles: str, count: int) -> tuple[MMFFEnergy, torch.Tensor, torch.Tensor]:
    """A force field, embedded conformers [n, 3, B] and a preconditioner."""
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMultipleConfs(mol, count, randomSeed=7)
    terms = mmff_terms(mol)
    positions = np.array([c.GetPositions() for c in mol.GetConformers()]).transpose(1, 2, 0)
    x = torch.from_numpy(np.ascontiguousarray(positions)).float()
    return MMFFEnergy(terms), x, torch.from_numpy(graph_preconditioner(terms)).float()


@pytest.mark.parametrize("smiles", EVERY_TERM.values(), ids=EVERY_TERM)
@pytest.mark.parametrize("charges", [True, False], ids=["with charges", "without"])
def test_energies_are_those_of_torch(smiles, charges):
    field, x, start = prepared(smiles, 6)
    field = field.with_charges(charges)
    there, energies = minimize_in_lanes(field, x, 0, start, 0.1)
    torch.testing.assert_close(energies, field(x)[0], atol=2e-3, rtol=1e-5)
    assert torch.equal(there, x)


@pytest.mark.parametrize("smiles", EVERY_TERM.values(), ids=EVERY_TERM)
def test_the_first_steps_are_those_of_torch(smiles):
    """Later ones part, as rounding grows."""
    field, x, start = prepared(smiles, 6)
    moved, energies = minimize_in_lanes(field, x, 4, start, 1e-3)
    expected, values = minimize_batch(field, x, 4, start, until=1e-3)
    torch.testing.assert_close(energies, values, atol=5e-3, rtol=1e-4)
    torch.testing.assert_close(moved, expected, atol=2e-3, rtol=0)


def test_forces_vanish_at_the_end_and_energies_are_those_of_the_positions():
    field, x, start = prepared(FLEXIBLE, 12)
    moved, energies = minimize_in_lanes(field, x, 1000, start, 0.1)
    values, gradient = field(moved)
    torch.testing.assert_close(energies, values, atol=2e-3, rtol=0)
    assert gradient.square().sum(1).amax().sqrt() <= 0.11


def test_no_conformer_ends_higher_than_it_began():
    field, x, start = prepared(FLEXIBLE, 8)
    before = field(x)[0]
    for steps in (1, 7, 40):
        assert (minimize_in_lanes(field, x, steps, start, 0.1)[1] <= before + 1e-3).all()


@pytest.mark.parametrize("count", [FEW + 1, LANES, 2 * LANES + 3])
def test_a_conformer_does_not_depend_on_the_others(count):
    field, x, start = prepared("OCCCCO", 2 * LANES + 3)
    every, energies = minimize_in_lanes(field, x, 30, start, 0.5)
    some, values = minimize_in_lanes(field, x[..., -count:].contiguous(), 30, start, 0.5)
    assert torch.equal(some, every[..., -count:])
    assert torch.equal(values, energies[-count:])


def test_few_conformers_come_out_as_among_many():
    field, x, start = prepared("OCCCCO", LANES)
    many, energies = minimize_in_lanes(field, x, 6, start, 0.1)
    few, values = minimize_in_lanes(field, x[..., :3].contiguous(), 6, start, 0.1)
    torch.testing.assert_close(few, many[..., :3], atol=2e-3, rtol=0)
    torch.testing.assert_close(values, energies[:3], atol=5e-3, rtol=0)


def test_a_conformer_that_is_not_finite_stays_and_spoils_no_other():
    field, x, start = prepared("OCCCCO", 5)
    spoiled = x.clone()
    spoiled[2, 0, 3] = np.nan
    moved, energies = minimize_in_lanes(field, spoiled, 20, start, 0.1)
    clean, values = minimize_in_lanes(field, x, 20, start, 0.1)
    assert energies.isnan().tolist() == [False, False, False, True, False]
    torch.testing.assert_close(moved[..., 3], spoiled[..., 3], equal_nan=True)
    others = [0, 1, 2, 4]
    assert torch.equal(moved[..., others], clean[..., others])
    assert torch.equal(energies[others], values[others])


def test_given_positions_are_not_changed_and_none_give_none():
    field, x, start = prepared("CCO", 3)
    before = x.clone()
    minimize_in_lanes(field, x, 10, start, 0.1)
    assert torch.equal(x, before)
    moved, energies = minimize_in_lanes(field, x[..., :0], 10, start, 0.1)
    assert moved.shape == (9, 3, 0)
    assert energies.shape == (0,)


def test_what_does_not_fit_the_molecule_is_refused():
    field, x, start = prepared("CCO", 2)
    for positions, preconditioner in ((x[:5], start), (torch.cat([x, x]), start), (x, start[:5, :5])):
        with pytest.raises(ValueError, match=r"expected float32 \[9, 3, B\]"):
            minimize_in_lanes(field, positions, 5, preconditioner, 0.1)
    terms = mmff_terms(Chem.AddHs(Chem.MolFromSmiles("CCO")))
    with pytest.raises(ValueError, match="float64"):
        minimize_in_lanes(MMFFEnergy(terms, dtype=torch.float64), x, 5, start, 0.1)


def test_several_molecules_together_have_terms_of_their_own():
    field, x, start = prepared("CCO", 2)
    minimize_in_lanes(field, x, 1, start, 0.1)
    joined = MMFFEnergy.joined([field, field], 9)
    assert len(joined.compiled_terms.second) == 2 * len(field.compiled_terms.second)
