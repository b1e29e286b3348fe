"""From the poses of a search to few distinct ones."""

import functools

import numpy as np
import pytest
import torch
from rdkit import Chem
from small_receptors import pocket_atoms, poses_first, poses_last

from molgen.chem.proteins.receptor import Receptor
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.docking.ligand import Ligand, ligand_of
from molgen.docking.refine import Refined, evaluated, refine
from molgen.docking.search import SearchConfig, search
from molgen.docking.search.minima import Minima
from molgen.docking.site import Site
from molgen.metrics.poses import pose_rmsd_matrix
from molgen.metrics.symmetry import automorphisms
from molgen.physics.direct import interaction_terms
from molgen.physics.energy import DockingEnergy
from molgen.physics.intramolecular import pair_energy
from molgen.physics.maps import MapField
from molgen.physics.restraints import PointRestraint
from molgen.physics.vina import weight_vector

ATOMS = pocket_atoms()
NOTHING = np.zeros(0, dtype=np.int8)
EMPTY = Protein(np.zeros((0, 3)), NOTHING.astype(np.int16), (), NOTHING, NOTHING.astype(np.int32), ())
SITE = Site(Pocket(np.array([0.0, 0.0, 1.0]), np.full(3, 10.0), "test"), Receptor(EMPTY, (), ()), ATOMS, 0.375)
FEW = SearchConfig(starts=48, chains=24, rounds=4, patience=4, start_steps=25, hop_steps=15)


@functools.cache
def ligand(smiles: str) -> Ligand:
    return ligand_of(Chem.AddHs(Chem.MolFromSmiles(smiles)))


@functools.cache
def searched(smiles: str, held: bool = False) -> tuple[DockingEnergy, Minima]:
    own = ligand(smiles)
    restraint = PointRestraint(torch.tensor([[0]]), torch.tensor([[0.0, 0.0, 1.0]]), torch.tensor([0.2]))
    field = MapField(SITE.maps_for(own.classes), own.classes.index)
    energy = DockingEnergy(own.tree, field, own.pairs, SITE.lower, SITE.upper, (restraint,) if held else ())
    return energy, search(energy, own.templates, FEW, 0).minima


@functools.cache
def refined(smiles: str, min_rmsd: float = 1.0, held: bool = False) -> Refined:
    energy, found = searched(smiles, held)
    return refine(SITE, ligand(smiles), energy, found, min_rmsd)


LIGANDS = ["OCCCCN", "Oc1ccccc1", "c1ccccc1", "C", "CC#N"]


@pytest.mark.parametrize("smiles", LIGANDS)
def test_poses_are_in_the_order_of_their_energy(smiles: str) -> None:
    own = refined(smiles)
    assert len(own.total) > 0
    assert (own.total.diff() >= 0).all()
    assert own.positions.shape == (len(own.total), len(ligand(smiles).heavy), 3)


@pytest.mark.parametrize("min_rmsd", [0.5, 1.0, 2.5])
@pytest.mark.parametrize("smiles", LIGANDS)
def test_poses_are_distinct(smiles: str, min_rmsd: float) -> None:
    own = refined(smiles, min_rmsd)
    permutations = automorphisms(ligand(smiles).mol).permutations
    distances = pose_rmsd_matrix(own.positions, own.positions, permutations)
    distances.fill_diagonal_(torch.inf)
    assert (distances >= min_rmsd).all()


def test_a_larger_min_rmsd_leaves_fewer_poses_and_the_same_best() -> None:
    counts = [len(refined("OCCCCN", min_rmsd).total) for min_rmsd in (0.5, 1.5, 3.0)]
    assert counts[0] > counts[1] > counts[2] >= 1
    best = [refined("OCCCCN", min_rmsd).total[0].item() for min_rmsd in (0.5, 1.5, 3.0)]
    assert best == pytest.approx([best[0]] * 3, abs=0.2)


@pytest.mark.parametrize("smiles", LIGANDS)
def test_energies_are_pair_sums_of_the_poses_returned(smiles: str) -> None:
    own = refined(smiles)
    exact = interaction_terms(ATOMS, ligand(smiles).classes, own.positions.clone()) @ weight_vector()
    assert own.intermolecular.tolist() == pytest.approx(exact.tolist(), abs=0.02)
    inside, _ = pair_energy(ligand(smiles).pairs, poses_last(own.positions.clone()))
    assert own.intramolecular.tolist() == pytest.approx(inside.tolist(), abs=1e-3)
    assert own.restraint.min() > -1e-3


@pytest.mark.parametrize("smiles", LIGANDS)
def test_the_best_pose_is_at_least_as_good_as_before(smiles: str) -> None:
    energy, found = searched(smiles)
    own = ligand(smiles)
    exact = energy.with_field(SITE.direct(own.classes, poses_first(found.positions.clone()).reshape(-1, 3).numpy()))
    before = evaluated(own, exact, found.positions.clone(), found.template)
    assert refined(smiles).total[0] <= before.total[0] + 1e-3


def test_bonds_and_templates_stay_together() -> None:
    smiles = "OC1CCCCC1"  # template conformers: chairs, axial and equatorial
    own = refined(smiles)
    start, end = torch.from_numpy(ligand(smiles).graph.bond_index.astype(np.int64))
    local = ligand(smiles).templates[own.template]
    assert torch.allclose(torch.cdist(local, local), torch.cdist(own.positions, own.positions), atol=2e-3)
    assert (torch.linalg.vector_norm(own.positions[:, start] - own.positions[:, end], dim=2) > 1.3).all()


def test_restraints_are_reported_apart() -> None:
    own = refined("OCCCCN", 1.0, True)
    away = torch.linalg.vector_norm(own.positions[:, 0] - torch.tensor([0.0, 0.0, 1.0]), dim=1)
    excess = (away - 0.2).clamp(min=0)
    near = excess.clamp(max=4)
    assert own.restraint.tolist() == pytest.approx((5 * (near**2 + 8 * (excess - near))).tolist(), abs=0.05)
    assert own.restraint[0] < 2  # the search obeys


def test_the_same_poses_come_out_again() -> None:
    first, again = refined("OCCCCN"), refined.__wrapped__("OCCCCN")
    assert torch.equal(first.positions, again.positions)
    assert torch.equal(first.total, again.total)


def test_one_pose_found_is_one_pose_refined() -> None:
    energy, found = searched("OCCCCN")
    one = found.pick(torch.tensor([0]))
    assert len(refine(SITE, ligand("OCCCCN"), energy, one, 1.0).total) == 1
    many = found.pick(torch.zeros(5, dtype=torch.long))
    assert len(refine(SITE, ligand("OCCCCN"), energy, many, 1.0).total) == 1


def test_picking_keeps_the_columns_of_a_pose_together() -> None:
    own = refined("OCCCCN")
    order = torch.tensor([2, 0])
    picked = own.pick(order)
    assert torch.equal(picked.positions, own.positions[order])
    assert torch.equal(picked.total, own.total[order])
    assert torch.equal(picked.template, own.template[order])
