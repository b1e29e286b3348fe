"""Pockets packed around poses: the side chains make room, and the poses are refined there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from molgen.chem.molecules.reference import reference_ligand
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.side_chains.records import element_class
from molgen.docking.flexible.fitting import refined_in_fitted
from molgen.docking.flexible.packings import moving_side_chains
from molgen.docking.ligand import ligand_of
from molgen.docking.records import DockConfig
from molgen.docking.refine import evaluated
from molgen.docking.search import Starts
from molgen.docking.search.energies import energy_of
from molgen.models.side_chains.task import TASK
from molgen.packing.fitting import fitted_packing
from molgen.packing.sampling import sample_packings

LIGAND = Path("data/1ia1_ligand.sdf")


@pytest.fixture(scope="module")
def moving(closed):
    """The side chain that closes the pocket."""
    return moving_side_chains(closed.receptor.protein, closed.pocket, "A:36")


@pytest.fixture(scope="module")
def ligand():
    """In its crystal pose."""
    return ligand_of(prepare_molecule(reference_ligand(LIGAND)), keep_conformer=True)


@pytest.fixture(scope="module")
def elements(ligand):
    return np.array([element_class(ligand.mol.GetAtomWithIdx(int(k)).GetAtomicNum()) for k in ligand.heavy])


def gap(protein, ligand):
    """From the protein to the crystal pose, Angstrom."""
    return np.linalg.norm(protein.positions[:, None] - ligand.templates[0].numpy()[None], axis=-1).min()


def test_a_side_chain_makes_room_for_a_ligand_that_is_shown(closed, moving, ligand, elements):
    packing = fitted_packing(TASK.load()[0], moving, ligand.templates[0].numpy(), elements)
    assert packing is not None
    assert packing.labels == ("PHE:A:36",)
    assert gap(closed.receptor.protein, ligand) < 1.5 < 2.5 < gap(packing.protein, ligand)


def test_nothing_moves_where_the_ligand_fits(site, ligand, elements):
    still = moving_side_chains(site.receptor.protein, site.pocket, "A:36")
    assert fitted_packing(TASK.load()[0], still, ligand.templates[0].numpy(), elements) is None


def test_the_energy_of_a_packing_does_not_depend_on_the_ligand_it_was_made_for(moving, ligand, elements):
    model = TASK.load()[0]
    fitted = fitted_packing(model, moving, ligand.templates[0].numpy(), elements)
    drawn = sample_packings(model, moving, 4, torch.Generator().manual_seed(0))
    nearest = min(drawn, key=lambda one: np.abs(one.protein.positions - fitted.protein.positions).max())
    assert np.abs(nearest.protein.positions - fitted.protein.positions).max() < 1.5
    assert fitted.energy == pytest.approx(nearest.energy, abs=2.0)


def test_poses_near_the_place_are_refined_in_the_pocket_that_was_made_for_it(closed, moving, ligand):
    closed, energy = replace(closed, moving=moving), energy_of(closed, ligand)
    crystal = ligand.templates[:1].permute(1, 2, 0).contiguous()
    zero = torch.zeros(1, dtype=torch.long)
    exact = energy.with_field(closed.direct(ligand.classes, ligand.templates[0].numpy()))
    clashing = evaluated(ligand, exact, crystal, zero)
    config = DockConfig(flex="A:36")
    starts = Starts(crystal, zero)
    ((site, poses),) = refined_in_fitted(closed, ligand, energy, config, [(closed, clashing)], starts, None)
    assert site.packing.number == 1
    assert site.packing.moved == ("PHE:A:36",)
    assert float(poses.total[0]) < min(float(clashing.total[0]), -8.0)
    assert float((poses.positions[0] - ligand.templates[0]).square().sum(-1).mean().sqrt()) < 1.0


def test_a_site_without_side_chains_that_move_has_none(site, ligand):
    starts = Starts(ligand.templates[:1].permute(1, 2, 0), torch.zeros(1, dtype=torch.long))
    none = refined_in_fitted(site, ligand, energy_of(site, ligand), DockConfig(), [], starts, None)
    assert list(none) == []
