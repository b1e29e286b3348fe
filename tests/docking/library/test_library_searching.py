"""Many ligands in one site: proposals, search and refinement together."""

from dataclasses import replace

import pytest
import torch
from complexes import CHAIN_A, site_in
from rdkit import Chem
from small_pockets import pose_model

from molgen.docking.dock import dock_prepared
from molgen.docking.learned import Learned
from molgen.docking.library.proposals import propose_together
from molgen.docking.library.refinement import refine_together
from molgen.docking.library.searching import Wanted, find_together
from molgen.docking.ligand import Ligand, PreparedLigand, ligand_of
from molgen.docking.proposals import propose
from molgen.docking.records import DockConfig
from molgen.docking.search import EFFORT, SearchConfig
from molgen.docking.search.energies import LigandEnergies
from molgen.docking.site import Site

SMILES = ["OCCCCN", "Oc1ccccc1", "COc1ccccc1CNC(=O)CCCCCCC"]
FEW = SearchConfig(starts=64, chains=64, rounds=2, patience=2, screen_steps=4, start_steps=6, hop_steps=4)


@pytest.fixture(scope="module")
def ligands() -> list[Ligand]:
    return [ligand_of(Chem.AddHs(Chem.MolFromSmiles(smiles))) for smiles in SMILES]


@pytest.fixture(scope="module")
def site(ligands) -> Site:
    site = site_in("1ia1", CHAIN_A)
    for own in ligands:
        site = site.with_maps(own.classes)
    return site


def test_poses_of_many_ligands_are_those_proposed_for_each(site, ligands, monkeypatch):
    monkeypatch.setattr("molgen.docking.library.proposals.PIECE", 2)
    model = pose_model()
    together = propose_together(model, site, ligands, 5, 3, 1)
    for own, found in zip(ligands, together, strict=True):
        alone = propose(model, site, own, 5, 3, torch.Generator().manual_seed(1))
        torch.testing.assert_close(found.positions, alone.positions, atol=1e-4, rtol=0)
        assert torch.equal(found.template, alone.template)


def test_ligands_docked_together_are_docked_as_each_alone(site, ligands, monkeypatch):
    monkeypatch.setitem(EFFORT, "quick", FEW)
    config = DockConfig(effort="quick", proposals="random", rank="energy")
    found = find_together(site, [Wanted(own) for own in ligands], config, Learned())
    for own, one in zip(ligands, found, strict=True):
        prepared = PreparedLigand(own, ())
        together, alone = (dock_prepared([site], prepared, config, found=given) for given in ([one], None))
        assert [pose.score for pose in together.poses] == [pose.score for pose in alone.poses]
        for pose in together.poses:
            place, other = (result.mol.GetConformer(pose.conformer).GetPositions() for result in (together, alone))
            assert abs(place - other).max() < 1e-3


def test_refining_together_lowers_the_energies_as_refining_alone(site, ligands, monkeypatch):
    monkeypatch.setitem(EFFORT, "quick", FEW)
    monkeypatch.setattr("molgen.docking.library.refinement.PIECE", 2)
    config = DockConfig(effort="quick", proposals="random", rank="energy")
    found = find_together(site, [Wanted(own) for own in ligands], config, Learned())
    minima = [one.minima.pick(torch.arange(6)) for one in found]
    energies = LigandEnergies(site, ligands, [()] * len(ligands), torch.device("cpu"))
    for own, low, poses in zip(ligands, minima, refine_together(energies, minima, 1.0), strict=True):
        assert poses.positions.shape[1:] == (own.graph.n_atoms, 3)
        assert (poses.total.diff() >= 0).all()
        assert poses.total[0] < low.energies[0] + 0.3
        direct = site.direct(own.classes, poses.positions.reshape(-1, 3).numpy())
        exact, _ = direct(poses.positions.permute(1, 2, 0).contiguous())
        torch.testing.assert_close(exact.sum(0), poses.intermolecular, atol=1e-3, rtol=1e-4)


def test_a_ligand_that_does_not_fit_stops_no_other(site, ligands, monkeypatch):
    monkeypatch.setitem(EFFORT, "quick", replace(FEW, rounds=0))
    small = replace(site, pocket=replace(site.pocket, size=site.pocket.size * 0 + 5.0), maps={})
    for own in ligands:
        small = small.with_maps(own.classes)
    config = DockConfig(effort="quick", proposals="random", rank="energy")
    found = find_together(small, [Wanted(own) for own in ligands], config, Learned())
    assert [one is None for one in found] == [False, False, True]
