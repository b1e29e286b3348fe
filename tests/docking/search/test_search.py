"""The search in a small hollow: repeatable, in its box, and as good as minimizing everywhere."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_ligands import ligand
from small_receptors import poses_last
from small_search import FEW, energy_of, searched

from molgen.docking.search import SearchConfig, Starts, random_starts, search
from molgen.docking.search.minima import Minima
from molgen.physics.rigid_bfgs import minimize


def found(smiles: str, seed: int = 0, config: SearchConfig = FEW) -> Minima:
    return searched(smiles, seed, config).minima


LIGANDS = {
    "flexible": "OCCCCN",
    "stiff": "Oc1ccccc1",
    "methane": "C",
    "ammonia": "N",
    "two atoms": "CO",
    "linear": "CC#N",
    "a macrocycle": "C1CCCCCCCCCCC1",
}


@pytest.mark.parametrize("smiles", LIGANDS.values(), ids=LIGANDS.keys())
def test_poses_come_in_order_with_the_energies_they_have(smiles: str) -> None:
    own = found(smiles)
    assert own.positions.shape == (energy_of(smiles).tree.fragment.shape[0], 3, FEW.chains)
    assert own.positions.isfinite().all()
    assert (own.energies.diff() >= 0).all()
    again, _ = energy_of(smiles)(own.positions.clone())
    assert torch.allclose(again, own.energies, atol=1e-3, rtol=1e-4)
    assert own.energies[0] < -0.4
    assert 1 <= searched(smiles).rounds <= FEW.rounds


@pytest.mark.parametrize("smiles", LIGANDS.values(), ids=LIGANDS.keys())
def test_good_poses_lie_in_the_box(smiles: str) -> None:
    energy = energy_of(smiles)
    own = found(smiles).positions[..., :8]
    assert (own < energy.upper[:, None] + 0.3).all()
    assert (own > energy.lower[:, None] - 0.3).all()


@pytest.mark.parametrize("smiles", LIGANDS.values(), ids=LIGANDS.keys())
def test_poses_have_the_bonds_of_their_template_conformer(smiles: str) -> None:
    own = found(smiles)
    start, end = torch.from_numpy(ligand(smiles).graph.bond_index.astype(np.int64))
    local = poses_last(ligand(smiles).templates[own.template])
    lengths = [torch.linalg.vector_norm(x[start] - x[end], dim=1) for x in (local, own.positions)]
    assert torch.allclose(lengths[0], lengths[1], atol=1e-3)


@pytest.mark.parametrize("smiles", ["CC#N", "OCCO"])
def test_the_seed_decides_the_poses(smiles: str) -> None:
    first = found(smiles)
    again = searched.__wrapped__(smiles).minima
    assert torch.equal(first.positions, again.positions)
    assert torch.equal(first.energies, again.energies)
    assert torch.equal(first.template, again.template)
    other = found(smiles, seed=1)
    assert not torch.allclose(first.positions, other.positions, atol=0.01)


def test_the_global_generator_plays_no_part() -> None:
    before = torch.random.get_rng_state()
    searched.__wrapped__("CO", 3)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("smiles", ["OCCCCN", "Oc1ccccc1", "C", "CC#N"])
def test_the_search_finds_what_minimizing_from_everywhere_finds(smiles: str) -> None:
    energy = energy_of(smiles)
    some = SearchConfig(starts=512, chains=128, rounds=25, patience=25, start_steps=25, hop_steps=15)
    own = found(smiles, 0, some)
    with torch.inference_mode():
        rng = torch.Generator().manual_seed(99)
        everywhere = random_starts(energy, ligand(smiles).templates, 1000, rng).positions
        lowest = minimize(energy, energy.tree, everywhere, 60).energies.min()
        best = minimize(energy, energy.tree, own.positions[..., :16].contiguous(), 45).energies.min()
    assert best < lowest + 0.1


def test_the_ceiling_does_not_change_what_low_energies_mean() -> None:
    energy = energy_of("OCCCCN")
    soft = search(energy.softened(20.0), ligand("OCCCCN").templates, FEW, 0).minima
    with torch.inference_mode():
        hard = minimize(energy, energy.tree, soft.positions[..., :1].clone(), 40)
    assert hard.energies[0] == pytest.approx(soft.energies[0].item(), abs=0.5)


def test_more_rounds_are_never_worse() -> None:
    short = searched("OCCCCN", 0, replace(FEW, rounds=2))
    assert found("OCCCCN").energies[0] <= short.minima.energies[0]  # the first two rounds are the same
    assert short.rounds == 2


def test_no_rounds_leave_the_minimized_starts() -> None:
    own = searched("Oc1ccccc1", 0, replace(FEW, rounds=0))
    assert own.rounds == 0
    assert len(own.minima.energies) == FEW.chains


def test_a_search_without_progress_stops() -> None:
    own = searched("C", 0, replace(FEW, rounds=500, patience=3))
    assert own.rounds < 50


def test_more_chains_than_starts_are_no_error() -> None:
    assert 1 <= len(found("C", 0, replace(FEW, starts=5, chains=9, rounds=1)).energies) <= 9


def proposals_from(smiles: str, count: int = 5) -> Starts:
    """The lowest poses of a search, some moved by a little; templates that random starts never have."""
    best = found(smiles)
    positions = best.positions[:, :, :1].repeat(1, 1, count) + 0.2 * torch.arange(count)
    return Starts(positions, torch.arange(count) + 100)


def begun(smiles: str, starts: int, proposals: Starts | None, **options) -> Minima:
    config = replace(FEW, starts=starts, rounds=0, **options)
    return search(energy_of(smiles), ligand(smiles).templates, config, 0, proposals).minima


def test_proposals_join_the_random_starts() -> None:
    smiles = "OCCCCN"
    alone, both = begun(smiles, 8, None), begun(smiles, 8, proposals_from(smiles))
    assert (alone.template < 100).all()
    assert both.template[0] >= 100  # they lie near the lowest pose
    assert both.energies[0] <= found(smiles).energies[0] + 0.05
    assert both.energies[0] < alone.energies[0] - 0.2
    kept = [min(abs(e - other) for other in both.energies.tolist()) for e in alone.energies.tolist()]
    assert max(kept) < 1e-3  # all minima of the random starts are still there
    assert len(both.energies) > len(alone.energies)


def test_without_random_starts_only_proposals_are_searched() -> None:
    smiles = "OCCCCN"
    own = begun(smiles, 0, proposals_from(smiles))
    assert (own.template >= 100).all()
    assert 1 <= len(own.energies) <= 5
    moving = search(
        energy_of(smiles),
        ligand(smiles).templates,
        replace(FEW, starts=0),
        0,
        proposals_from(smiles),
    ).minima
    assert (moving.template >= 100).all()
    assert moving.energies[0] <= own.energies[0]
    assert len(moving.energies) > len(own.energies)


def test_all_proposals_go_on_and_the_best_of_the_random_starts(monkeypatch) -> None:
    """Two random starts for each chain go on; proposals that lie in a wall do too."""
    steps = []

    def watched(energy, tree, positions, count):
        steps.append((positions.shape[2], count))
        return minimize(energy, tree, positions, count)

    monkeypatch.setattr("molgen.docking.search.starts.minimize", watched)
    proposals = proposals_from("OCCCCN")
    high = Starts(proposals.positions + 6.0, proposals.template)
    begun("OCCCCN", 32, high, chains=3)
    assert steps == [(32, FEW.screen_steps), (5, FEW.screen_steps), (11, FEW.start_steps)]


def test_a_ceiling_does_not_apply_to_proposals() -> None:
    smiles = "OCCCCN"
    plain, soft = (begun(smiles, 0, proposals_from(smiles), ceiling=ceiling) for ceiling in (None, 5.0))
    assert torch.equal(plain.positions, soft.positions)


def test_neither_random_starts_nor_proposals_is_an_error() -> None:
    with pytest.raises(ValueError, match="random starts or proposals"):
        begun("CO", 0, None)


def test_proposals_are_not_changed() -> None:
    proposals = proposals_from("OCCCCN")
    before = proposals.positions.clone()
    begun("OCCCCN", 8, proposals)
    assert torch.equal(proposals.positions, before)
