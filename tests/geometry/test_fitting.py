"""Fitting torsions of a template to a reference."""

import numpy as np
import pytest
import torch
from small_molecules import graph_of, heavy_positions

from molgen.geometry import rigid
from molgen.geometry.alignment import aligned_rmsd
from molgen.geometry.fitting import fit_torsions
from molgen.geometry.rigid import RigidMotion
from molgen.geometry.rotations import random_rotation
from molgen.geometry.torsions import apply_torsions

FLEXIBLE = "CC(C)C[C@H](NCCO)C(=O)Oc1ccc(CC)cc1"


@pytest.fixture
def torsions() -> torch.Tensor:
    return torch.from_numpy(graph_of(FLEXIBLE).torsions.astype(np.int64))


@pytest.fixture
def moving() -> torch.Tensor:
    return torch.from_numpy(graph_of(FLEXIBLE).moving)


@pytest.fixture
def templates() -> torch.Tensor:
    return torch.from_numpy(heavy_positions(FLEXIBLE, count=4, seed=1))


@pytest.fixture
def reference() -> torch.Tensor:
    return torch.from_numpy(heavy_positions(FLEXIBLE, count=1, seed=99)[0])


def test_a_turned_and_moved_template_is_fitted_back(templates, torsions, moving):
    rng = torch.Generator().manual_seed(0)
    changes = 6.28 * torch.rand(len(torsions), generator=rng, dtype=torch.float64)
    motion = RigidMotion(
        random_rotation((), rng, dtype=torch.float64), torch.tensor([3.0, -5.0, 2.0], dtype=torch.float64)
    )
    reference = rigid.apply(motion, apply_torsions(templates[0], changes, torsions, moving))
    fitted, rmsd = fit_torsions(templates[:1], reference, torsions, moving)
    assert rmsd.item() < 1e-3
    torch.testing.assert_close(fitted[0], reference, atol=1e-3, rtol=0)


def test_the_rmsd_is_that_of_the_returned_positions(templates, reference, torsions, moving):
    fitted, rmsd = fit_torsions(templates, reference, torsions, moving)
    torch.testing.assert_close(aligned_rmsd(fitted, reference.expand_as(fitted)), rmsd, atol=1e-6, rtol=0)
    torch.testing.assert_close((fitted - reference).square().sum(-1).mean(-1).sqrt(), rmsd)


def test_another_template_conformer_fits_better_than_with_copied_dihedrals(templates, reference, torsions, moving):
    _, copied = fit_torsions(templates, reference, torsions, moving, iterations=0)
    _, fitted = fit_torsions(templates, reference, torsions, moving)
    assert (fitted <= copied).all()
    assert fitted.mean() < 0.7 * copied.mean()


def test_more_iterations_are_never_worse(templates, reference, torsions, moving):
    series = torch.stack([fit_torsions(templates, reference, torsions, moving, iterations=k)[1] for k in range(8)])
    assert (series.diff(dim=0) <= 0).all()


def test_a_converged_fit_cannot_be_improved_by_turning_one_torsion(templates, reference, torsions, moving):
    fitted, rmsd = fit_torsions(templates, reference, torsions, moving, iterations=40)
    for k in range(len(torsions)):
        for angle in (-0.02, 0.02):
            changes = torch.zeros(len(torsions), dtype=torch.float64)
            changes[k] = angle
            turned = apply_torsions(fitted, changes, torsions, moving)
            assert (aligned_rmsd(turned, reference.expand_as(turned)) > rmsd - 1e-5).all()


def test_fitting_keeps_the_bond_lengths_of_the_template(templates, reference, torsions, moving):
    fitted, _ = fit_torsions(templates, reference, torsions, moving)
    i, j = graph_of(FLEXIBLE).bond_index.astype(int)
    torch.testing.assert_close(
        (fitted[:, i] - fitted[:, j]).norm(dim=-1), (templates[:, i] - templates[:, j]).norm(dim=-1)
    )


def test_a_rigid_molecule_is_only_superposed():
    x = torch.from_numpy(heavy_positions("Clc1ccccc1", count=2))
    none = torch.zeros(0, 4, dtype=torch.int64)
    fitted, rmsd = fit_torsions(x, x[0] + 1.0, none, torch.zeros(0, x.shape[1], dtype=torch.bool))
    torch.testing.assert_close(fitted[0], x[0] + 1.0)
    assert rmsd[0].item() == pytest.approx(0.0, abs=1e-9)
