"""Ligands that are searched side by side: each comes out as if it were alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_ligands import ligand
from small_receptors import pocket_atoms
from torch import Tensor

from molgen.chem.proteins.receptor import Receptor
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.docking.search import SearchConfig, SearchResult, Starts, random_starts, search
from molgen.docking.search.energies import LigandEnergies, energy_of
from molgen.docking.search.hopping import Searched, search_together
from molgen.docking.search.minima import Minima, distinct, distinct_of_each
from molgen.docking.search.moves import Shape
from molgen.docking.site import Site
from molgen.physics.restraints import PointRestraint

SMILES = ["OCCCCN", "C", "Oc1ccccc1", "CCCC", "COC(=O)C(Cc1ccccc1)NC(=O)C(N)CCCC", "C1CCCCCCCCCCC1"]
HELD = PointRestraint(torch.tensor([[0]]), torch.tensor([[0.0, 0.0, 1.0]]), torch.tensor([0.2]))
NOTHING = np.zeros(0, dtype=np.int8)
EMPTY = Protein(np.zeros((0, 3)), NOTHING.astype(np.int16), (), NOTHING, NOTHING.astype(np.int32), ())
FEW = SearchConfig(starts=48, chains=20, rounds=9, patience=3, start_steps=10, hop_steps=10)


@pytest.fixture(scope="module")
def site() -> Site:
    box = Pocket(np.array([0.0, 0.0, 1.0]), np.full(3, 12.0), "test")
    site = Site(box, Receptor(EMPTY, (), ()), pocket_atoms(), 0.375)
    for smiles in SMILES:
        site = site.with_maps(ligand(smiles).classes)
    return site


def proposed(site: Site, smiles: str, count: int) -> Starts:
    own = ligand(smiles)
    return random_starts(energy_of(site, own), own.templates, count, torch.Generator().manual_seed(7))


def together(
    site: Site, smiles: list[str], config: SearchConfig, proposals: int = 0, held: int = 0
) -> list[SearchResult]:
    ligands = [ligand(one) for one in smiles]
    restraints = [(HELD,) if k < held else () for k in range(len(ligands))]
    energies = LigandEnergies(site, ligands, restraints, torch.device("cpu"))
    searched = [
        Searched(
            Shape(own.tree.n_torsions, len(own.templates), False),
            own.templates,
            proposed(site, one, proposals) if proposals else None,
        )
        for one, own in zip(smiles, ligands, strict=True)
    ]
    return search_together(searched, energies, config, 0, starts_together=1)


def assert_same(first: Minima, second: Minima) -> None:
    assert torch.equal(first.energies, second.energies)
    assert torch.equal(first.positions, second.positions)
    assert torch.equal(first.template, second.template)


@pytest.mark.parametrize(("proposals", "held"), [(0, 0), (5, 2)])
def test_a_ligand_comes_out_the_same_alone_and_beside_others(site: Site, proposals: int, held: int) -> None:
    many = together(site, SMILES, FEW, proposals, held)
    for k, smiles in enumerate(SMILES):
        own = ligand(smiles)
        energy = energy_of(site, own, (HELD,) if k < held else ())
        given = proposed(site, smiles, proposals) if proposals else None
        alone = search(energy, own.templates, FEW, 0, given)
        assert many[k].rounds == alone.rounds
        assert_same(many[k].minima, alone.minima)


def test_the_order_and_the_company_of_ligands_play_no_part(site: Site) -> None:
    forward = together(site, SMILES, FEW)
    backward = together(site, SMILES[::-1], FEW)[::-1]
    few = together(site, SMILES[3:5], FEW)
    for one, other in zip(forward, backward, strict=True):
        assert_same(one.minima, other.minima)
    for one, other in zip(forward[3:5], few, strict=True):
        assert_same(one.minima, other.minima)


def test_a_search_that_has_ended_does_not_go_on_beside_others(site: Site) -> None:
    rounds = [result.rounds for result in together(site, SMILES, replace(FEW, rounds=40))]
    assert len(set(rounds)) > 1
    assert min(rounds) < 40


def test_distinct_minima_of_each_ligand_are_those_of_it_alone() -> None:
    rng = torch.Generator().manual_seed(0)

    def minima(spread: float) -> tuple[Tensor, Tensor]:
        return spread * torch.randn(4, 3, 12, generator=rng) + 30, torch.randn(12, generator=rng)

    (near, low), (far, high) = minima(0.3), minima(3.0)
    both = Minima(torch.cat([near, far], 2), torch.cat([low, high]), torch.arange(24), 2)
    found = distinct_of_each(both, 6, torch.tensor([4.0, 4.0]))
    for k, (positions, energies) in enumerate([(near, low), (far, high)]):
        alone = distinct(Minima(positions, energies, torch.arange(12) + 12 * k), 6)
        count = len(alone.energies)
        assert found.by_ligand[k, :count].tolist() == alone.energies.tolist()
        assert torch.isinf(found.by_ligand[k, count:]).all()
        assert torch.equal(found.positions.view(4, 3, 2, 6)[:, :, k, :count], alone.positions)
    assert torch.isinf(found.energies).any()
