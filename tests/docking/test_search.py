"""The search in a small hollow: repeatable, in its box, and as good as minimizing everywhere."""

import functools
from dataclasses import replace

import numpy as np
import pytest
import torch
from rdkit import Chem
from small_receptors import pocket_atoms, poses_first, poses_last

from molgen.docking.ligand import Ligand, ligand_of
from molgen.docking.search import (
    EFFORT,
    Chains,
    Found,
    Proposals,
    SearchConfig,
    distinct,
    kicked,
    random_poses,
    renewed,
    search,
)
from molgen.geometry.torsions import dihedral_angles
from molgen.physics.energy import DockingEnergy
from molgen.physics.maps import MapField, build_maps
from molgen.physics.rigid_bfgs import minimize

POCKET = pocket_atoms()
CENTER, SIZE = np.array([0.0, 0.0, 1.0]), np.full(3, 9.0)
FEW = SearchConfig(starts=32, chains=16, rounds=8, patience=8, start_steps=25, hop_steps=15)


@functools.cache
def ligand(smiles: str) -> Ligand:
    return ligand_of(Chem.AddHs(Chem.MolFromSmiles(smiles)))


@functools.cache
def energy_of(smiles: str) -> DockingEnergy:
    own = ligand(smiles)
    maps = build_maps(POCKET.positions, POCKET.classes, own.classes, CENTER, SIZE + 4)
    low, high = (torch.from_numpy(CENTER + sign * SIZE / 2).float() for sign in (-1, 1))
    return DockingEnergy(own.body, MapField(maps, own.classes.index), own.pairs, low, high)


@functools.cache
def found(smiles: str, seed: int = 0, config: SearchConfig = FEW) -> Found:
    return search(energy_of(smiles), ligand(smiles).templates, config, torch.Generator().manual_seed(seed))


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
    assert own.positions.shape == (energy_of(smiles).body.fragment.shape[0], 3, FEW.chains)
    assert own.positions.isfinite().all()
    assert (own.energies.diff() >= 0).all()
    again, _ = energy_of(smiles)(own.positions.clone())
    assert torch.allclose(again, own.energies, atol=1e-3, rtol=1e-4)
    assert own.energies[0] < -0.4
    assert 1 <= own.rounds <= FEW.rounds


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
    again = found.__wrapped__(smiles)
    assert torch.equal(first.positions, again.positions)
    assert torch.equal(first.energies, again.energies)
    assert torch.equal(first.template, again.template)
    other = found(smiles, seed=1)
    assert not torch.allclose(first.positions, other.positions, atol=0.01)


def test_the_global_generator_plays_no_part() -> None:
    before = torch.random.get_rng_state()
    found.__wrapped__("CO", 3)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("smiles", ["OCCCCN", "Oc1ccccc1", "C", "CC#N"])
def test_the_search_finds_what_minimizing_from_everywhere_finds(smiles: str) -> None:
    energy = energy_of(smiles)
    some = SearchConfig(starts=512, chains=128, rounds=25, patience=25, start_steps=25, hop_steps=15)
    own = found(smiles, 0, some)
    with torch.inference_mode():
        rng = torch.Generator().manual_seed(99)
        everywhere, _ = random_poses(energy, ligand(smiles).templates, 1000, rng)
        lowest = minimize(energy, energy.body, everywhere, 60).energies.min()
        best = minimize(energy, energy.body, own.positions[..., :16].contiguous(), 45).energies.min()
    assert best < lowest + 0.1


def test_the_ceiling_does_not_change_what_low_energies_mean() -> None:
    energy = energy_of("OCCCCN")
    soft = search(energy.softened(20.0), ligand("OCCCCN").templates, FEW, torch.Generator().manual_seed(0))
    with torch.inference_mode():
        hard = minimize(energy, energy.body, soft.positions[..., :1].clone(), 40)
    assert hard.energies[0] == pytest.approx(soft.energies[0].item(), abs=0.5)


def test_more_rounds_are_never_worse() -> None:
    short = found("OCCCCN", 0, replace(FEW, rounds=2))
    assert found("OCCCCN").energies[0] <= short.energies[0]  # the first two rounds are the same
    assert short.rounds == 2


def test_no_rounds_leave_the_minimized_starts() -> None:
    own = found("Oc1ccccc1", 0, replace(FEW, rounds=0))
    assert own.rounds == 0
    assert len(own.energies) == FEW.chains


def test_a_search_without_progress_stops() -> None:
    own = found("C", 0, replace(FEW, rounds=500, patience=3))
    assert own.rounds < 50


def test_more_chains_than_starts_are_no_error() -> None:
    assert 1 <= len(found("C", 0, replace(FEW, starts=5, chains=9, rounds=1)).energies) <= 9


def test_starts_fill_the_box_in_every_orientation() -> None:
    smiles = "OCCCCN"
    energy = energy_of(smiles)
    positions, template = random_poses(energy, ligand(smiles).templates, 4000, torch.Generator().manual_seed(0))
    center = positions.mean(0)
    size = torch.from_numpy(SIZE).float()
    edge = torch.minimum(size / 4, torch.tensor(3.0))
    low, high = (energy.lower + edge)[:, None], (energy.upper - edge)[:, None]
    share = (center - low) / (high - low)
    assert share.min() > -1e-4
    assert share.max() < 1 + 1e-4
    for axis in range(3):  # uniform: tenths hold 400 each, to five standard deviations
        assert (torch.histc(share[axis], 10, 0, 1) - 400).abs().max() < 100
    way = torch.nn.functional.normalize(positions[0] - positions[-1], dim=0)
    assert way.mean(1).abs().max() < 0.06
    assert ((way @ way.T) / 4000 - torch.eye(3) / 3).abs().max() < 0.03
    assert len(template.unique()) == len(ligand(smiles).templates)
    quadruples = torch.from_numpy(ligand(smiles).graph.torsions.astype(np.int64))
    angles = dihedral_angles(poses_first(positions), quadruples)
    for one in angles.T:
        assert (torch.histc(one, 8, -torch.pi, torch.pi) - 500).abs().max() < 110


def test_a_kick_turns_one_torsion_or_moves_the_whole() -> None:
    smiles = "OCCCCN"
    body = energy_of(smiles).body
    quadruples = torch.from_numpy(ligand(smiles).graph.torsions.astype(np.int64))
    start = poses_last(ligand(smiles).templates[:1]).repeat(1, 1, 1000)
    after = kicked(body, start, FEW, torch.Generator().manual_seed(0))
    change = torch.sin(
        (dihedral_angles(poses_first(after), quadruples) - dihedral_angles(poses_first(start), quadruples)) / 2
    )
    turned = (change.abs() > 1e-3).sum(1)
    assert turned.max() == 1
    assert abs(turned.float().mean().item() - FEW.torsion_share) < 0.06


def test_a_stiff_ligand_is_always_moved_as_a_whole() -> None:
    body = energy_of("Oc1ccccc1").body
    start = poses_last(ligand("Oc1ccccc1").templates[:1]).repeat(1, 1, 50)
    after = kicked(body, start, FEW, torch.Generator().manual_seed(0))
    assert ((after - start).abs().amax((0, 1)) > 0.05).all()


def test_more_effort_is_more_of_everything() -> None:
    quick, normal, thorough = (EFFORT[name] for name in ("quick", "normal", "thorough"))
    for less, more in ((quick, normal), (normal, thorough)):
        assert less.starts < more.starts
        assert less.chains < more.chains
        assert less.rounds < more.rounds
        assert less.patience < more.patience


def test_the_worst_chains_go_on_from_the_lowest_minima_in_turn():
    chains = Chains(torch.arange(4.0).expand(2, 3, 4), torch.tensor([3.0, 1.0, 9.0, 2.0]), torch.arange(4))
    minima = Chains(10 + torch.arange(3.0).expand(2, 3, 3), torch.tensor([-4.0, -3.0, -2.0]), 5 + torch.arange(3))
    mixed = renewed(chains, minima, 0.75, elite=2)
    assert mixed.energies.tolist() == [-3.0, 1.0, -4.0, -4.0]  # 9, 3 and 2 are replaced, in this order
    assert mixed.template.tolist() == [6, 1, 5, 5]
    assert mixed.positions[0, 0].tolist() == [11.0, 1.0, 10.0, 10.0]
    assert chains.energies.tolist() == [3.0, 1.0, 9.0, 2.0]


def test_distinct_minima_are_the_lowest_of_each_neighborhood_in_order():
    rng = torch.Generator().manual_seed(0)
    centers = 20 * torch.randn(5, 3, 3, generator=rng)  # three minima of a molecule of five atoms, far apart
    positions = centers.repeat_interleave(4, dim=2) + 0.05 * torch.randn(5, 3, 12, generator=rng) + 500
    energies = torch.randperm(12, generator=rng).float()
    found = distinct(Chains(positions, energies, torch.arange(12)), 12)
    lowest = sorted(float(group.min()) for group in energies.view(3, 4))
    assert found.energies.tolist() == lowest
    for energy, template in zip(found.energies, found.template, strict=True):
        assert energies[template] == energy
    assert distinct(Chains(positions, energies, torch.arange(12)), 2).energies.tolist() == lowest[:2]


def proposals_from(smiles: str, count: int = 5) -> Proposals:
    """The lowest poses of a search, some moved by a little; templates that random starts never have."""
    best = found(smiles)
    positions = best.positions[:, :, :1].repeat(1, 1, count) + 0.2 * torch.arange(count)
    return Proposals(positions, torch.arange(count) + 100)


def begun(smiles: str, starts: int, proposals: Proposals | None, **options) -> Found:
    config = replace(FEW, starts=starts, rounds=0, **options)
    rng = torch.Generator().manual_seed(0)
    return search(energy_of(smiles), ligand(smiles).templates, config, rng, proposals)


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
        torch.Generator().manual_seed(0),
        proposals_from(smiles),
    )
    assert (moving.template >= 100).all()
    assert moving.energies[0] <= own.energies[0]
    assert len(moving.energies) > len(own.energies)


def test_all_proposals_go_on_and_the_best_of_the_random_starts(monkeypatch) -> None:
    """Two random starts for each chain go on; proposals that lie in a wall do too."""
    steps = []

    def watched(energy, body, positions, count):
        steps.append((positions.shape[2], count))
        return minimize(energy, body, positions, count)

    monkeypatch.setattr("molgen.docking.search.minimize", watched)
    proposals = proposals_from("OCCCCN")
    high = Proposals(proposals.positions + 6.0, proposals.template)
    begun("OCCCCN", 32, high, chains=3)
    assert steps == [(32, FEW.screen_steps), (5, FEW.screen_steps), (2 * 3 + 5, FEW.start_steps)]


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
