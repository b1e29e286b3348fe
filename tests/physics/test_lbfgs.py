"""L-BFGS for many conformers at once: minima, independence, steps that fail."""

from itertools import pairwise

import numpy as np
import torch
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.chem.atom_types.mmff_terms import mmff_terms
from molgen.chem.molecules.force_field import minimize_conformers
from molgen.physics.lbfgs import graph_preconditioner, minimize_batch
from molgen.physics.mmff import MMFFEnergy

FLEXIBLE = "CC(C)C[C@H](NC(=O)c1ccccc1)C(=O)NCCOC"


def prepared(smiles: str = FLEXIBLE, count: int = 12):
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMultipleConfs(mol, count, randomSeed=7)
    terms = mmff_terms(mol)
    positions = np.array([c.GetPositions() for c in mol.GetConformers()])
    x = torch.from_numpy(np.ascontiguousarray(positions.transpose(1, 2, 0)))
    return mol, x, MMFFEnergy(terms, dtype=torch.float64), torch.from_numpy(graph_preconditioner(terms))


def bowl(x):
    """A stiff and a soft spring per atom."""
    stiffness = torch.tensor([500.0, 1.0, 20.0], dtype=x.dtype)[:, None]
    return (0.5 * stiffness * x * x).sum((0, 1)), stiffness * x


def test_a_quadratic_is_brought_to_its_minimum():
    x = torch.randn(5, 3, 7, generator=torch.manual_seed(0), dtype=torch.float64)
    at, energy = minimize_batch(bowl, x, 1000, torch.eye(5, dtype=torch.float64), until=1e-6)
    assert at.abs().max() < 1e-4
    assert energy.max() < 1e-8


def test_forces_vanish_at_the_end_and_energies_are_those_of_the_positions():
    _, x, field, start = prepared()
    at, energy = minimize_batch(field, x, 1000, start, until=0.01)
    found, gradient = field(at)
    torch.testing.assert_close(found, energy)
    assert gradient.square().sum(1).amax().sqrt() <= 0.01


def test_it_comes_as_low_as_rdkit_with_fewer_steps():
    """The median over conformers; single ones may take another way."""
    mol, x, field, start = prepared(count=30)
    _, energy = minimize_batch(field, x, 60, start)
    assert np.median(energy.numpy() - minimize_conformers(mol, 100)[1].values) < 0.5


def test_more_steps_never_end_higher():
    _, x, field, start = prepared()
    energies = [field(x)[0], *(minimize_batch(field, x, steps, start)[1] for steps in (1, 5, 20, 60))]
    for before, after in pairwise(energies):
        assert (after <= before + 1e-9).all()


def test_conformers_do_not_depend_on_their_neighbors():
    _, x, field, start = prepared()
    together, energy = minimize_batch(field, x, 60, start)
    for k in (0, 5):
        alone, lowest = minimize_batch(field, x[..., k : k + 1].contiguous(), 60, start)
        torch.testing.assert_close(alone, together[..., k : k + 1], atol=1e-5, rtol=0)
        torch.testing.assert_close(lowest, energy[k : k + 1], atol=1e-6, rtol=0)


def test_conformers_that_have_arrived_stay_where_they_are():
    _, x, field, start = prepared(count=4)
    there, _ = minimize_batch(field, x, 1000, start, until=0.05)
    mixed = torch.cat([there, x], 2)
    at, _ = minimize_batch(field, mixed, 30, start, until=0.06)
    torch.testing.assert_close(at[..., :4], there)
    assert (at[..., 4:] - x).abs().max() > 0.05


def test_the_given_positions_are_not_changed():
    _, x, field, start = prepared(count=3)
    before = x.clone()
    minimize_batch(field, x, 25, start)
    torch.testing.assert_close(x, before, atol=0, rtol=0)


def test_a_step_that_goes_up_is_tried_shorter():
    """Far too soft a first guess overshoots; the energy falls all the same."""
    x = torch.ones(2, 3, 1, dtype=torch.float64)
    _, energy = minimize_batch(bowl, x, 60, 10.0 * torch.eye(2, dtype=torch.float64))
    assert energy < 1e-3 * bowl(x)[0]


def test_a_trial_without_an_energy_is_forgotten():
    count = iter(range(1000))

    def sometimes_bad(x):
        energy, gradient = bowl(x)
        return (energy + torch.inf, gradient * torch.inf) if next(count) in (4, 9) else (energy, gradient)

    x = torch.ones(2, 3, 1, dtype=torch.float64)
    start = torch.eye(2, dtype=torch.float64)
    _, energy = minimize_batch(sometimes_bad, x, 60, start, until=1e-4)
    assert energy < 1e-6


def test_the_model_hessian_is_stiff_along_bonds_and_positive():
    mol = Chem.AddHs(Chem.MolFromSmiles("CCO"))
    inverse = graph_preconditioner(mmff_terms(mol))
    np.testing.assert_allclose(inverse, inverse.T, atol=1e-12)
    hessian = np.linalg.inv(inverse)
    assert np.linalg.eigvalsh(hessian).min() > 1.0
    assert hessian[0, 1] < -500 < hessian[0, 2] < -100
    np.testing.assert_allclose(hessian.sum(1), 3.0, atol=1e-6)  # a shift of all atoms meets the soft part alone
