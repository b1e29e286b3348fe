"""Starts, kicks and Metropolis' rule of the search."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from small_ligands import ligand
from small_receptors import poses_first, poses_last
from small_search import FEW, SIZE, energy_of, searched

from molgen.docking.search import EFFORT, kick, metropolis, random_starts
from molgen.docking.search.moves import Shape, motion_of
from molgen.geometry.torsions import dihedral_angles
from molgen.physics.torsion_tree import TorsionTree, move


def kicked(tree: TorsionTree, positions: torch.Tensor) -> torch.Tensor:
    rng = torch.Generator().manual_seed(0)
    kicks = kick(Shape(tree.n_torsions, 1, tree.is_fixed), positions.shape[2], FEW, rng)
    return move(tree, positions, motion_of(kicks, tree, positions))


def test_starts_fill_the_box_in_every_orientation() -> None:
    smiles = "OCCCCN"
    energy = energy_of(smiles)
    starts = random_starts(energy, ligand(smiles).templates, 4000, torch.Generator().manual_seed(0))
    positions, template = starts.positions, starts.template
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
    tree = energy_of(smiles).tree
    quadruples = torch.from_numpy(ligand(smiles).graph.torsions.astype(np.int64))
    start = poses_last(ligand(smiles).templates[:1]).repeat(1, 1, 1000)
    after = kicked(tree, start)
    change = torch.sin(
        (dihedral_angles(poses_first(after), quadruples) - dihedral_angles(poses_first(start), quadruples)) / 2
    )
    turned = (change.abs() > 1e-3).sum(1)
    assert turned.max() == 1
    assert abs(turned.float().mean().item() - FEW.torsion_share) < 0.06


def test_either_side_of_the_bond_turns_and_the_other_stays_in_place() -> None:
    tree = energy_of("OCCCCN").tree
    start = poses_last(ligand("OCCCCN").templates[:1]).repeat(1, 1, 400)
    kicks = kick(Shape(tree.n_torsions, 1, False), 400, FEW, torch.Generator().manual_seed(1))
    moved = (move(tree, start, motion_of(kicks, tree, start)) - start).norm(dim=1) > 1e-3
    turned = (kicks.motion[6:] != 0).any(0)
    beyond = tree.moving.bool()[(kicks.motion[6:] != 0).float().argmax(0)].T
    of_root, of_end = turned & kicks.turns_root, turned & ~kicks.turns_root
    assert not (moved & beyond)[:, of_root].any()
    assert not (moved & ~beyond)[:, of_end].any()
    assert moved[:, turned].any(0).float().mean() > 0.9
    assert int(of_root.sum()) == pytest.approx(int(of_end.sum()), rel=0.4)


def test_a_fixed_root_never_moves() -> None:
    kicks = kick(Shape(3, 1, True), 100, FEW, torch.Generator().manual_seed(1))
    assert not kicks.turns_root.any()
    assert not kicks.motion[:6].any()


def test_the_search_of_a_flexible_ligand_is_more_patient() -> None:
    normal = EFFORT["normal"]
    assert [normal.patience_with(torsions) for torsions in (0, 10)] == [
        normal.patience,
        normal.patience + 10 * normal.patience_per_torsion,
    ]


def test_a_stiff_ligand_is_always_moved_as_a_whole() -> None:
    tree = energy_of("Oc1ccccc1").tree
    start = poses_last(ligand("Oc1ccccc1").templates[:1]).repeat(1, 1, 50)
    after = kicked(tree, start)
    assert ((after - start).abs().amax((0, 1)) > 0.05).all()


def test_more_effort_is_more_of_everything() -> None:
    quick, normal, thorough = (EFFORT[name] for name in ("quick", "normal", "thorough"))
    for less, more in ((quick, normal), (normal, thorough)):
        assert less.starts < more.starts
        assert less.chains < more.chains
        assert less.rounds < more.rounds
        assert less.patience < more.patience
        assert less.patience_per_torsion < more.patience_per_torsion


@pytest.mark.parametrize("temperature", [0.5, 1.2, 4.0])
def test_moves_downhill_are_always_accepted_and_uphill_as_boltzmann_has_it(temperature: float) -> None:
    count, rng = 40_000, torch.Generator().manual_seed(3)
    for change in (-50.0, -1.0, 0.0):
        assert metropolis(torch.full((count,), change), temperature, torch.rand(count, generator=rng)).all()
    for change in (0.1, 1.0, 3.0):
        share = (
            metropolis(torch.full((count,), change), temperature, torch.rand(count, generator=rng))
            .float()
            .mean()
            .item()
        )
        expected = math.exp(-change / temperature)
        assert share == pytest.approx(expected, abs=5 * math.sqrt(expected * (1 - expected) / count))
    assert not metropolis(torch.full((count,), 1000.0), temperature, torch.rand(count, generator=rng)).any()


def test_chains_that_hop_by_metropolis_visit_two_states_as_often_as_boltzmann_has_it() -> None:
    """A long walk between two states of energy 0 and 1: detailed balance, which a wrong sign would invert."""
    energy, temperature, rng = torch.tensor([0.0, 1.0]), 0.8, torch.Generator().manual_seed(0)
    state = torch.zeros(500, dtype=torch.long)
    visits = []
    for _ in range(200):
        accepted = metropolis(energy[1 - state] - energy[state], temperature, torch.rand(500, generator=rng))
        state = torch.where(accepted, 1 - state, state)
        visits.append(state.float().mean().item())
    weight = math.exp(-1 / temperature)
    assert sum(visits[20:]) / 180 == pytest.approx(weight / (1 + weight), abs=0.01)


def test_a_chain_keeps_its_minimum_where_the_hop_is_refused_and_takes_it_where_not(monkeypatch) -> None:
    """All the hops of a round, downhill and uphill, reach the rule with the change of energy after minus before."""
    changes = []

    def watched(change, temperature, uniform):
        changes.append(change)
        return change <= 0

    monkeypatch.setattr("molgen.docking.search.hopping.metropolis", watched)
    kicks = []

    def kept(tree, positions, motion):
        kicks.append(positions[..., : FEW.chains].contiguous())
        return move(tree, positions, motion)

    monkeypatch.setattr("molgen.docking.search.starts.move", kept)
    searched.__wrapped__("OCCCCN", 0, replace(FEW, renewal=100, rounds=4))
    energy = energy_of("OCCCCN")
    before = [energy(positions)[0] for positions in kicks[1:]]  # the first move made the starts
    for here, there in pairwise(before):
        assert (there <= here + 1e-3).all()  # with this rule no chain climbs
    for change, here, there in zip(changes, before, before[1:], strict=False):
        down = change <= 0
        assert torch.allclose(there[down], (here + change)[down], atol=1e-3)
        assert torch.allclose(there[~down], here[~down], atol=1e-3)
    assert any((change > 0).any() for change in changes)
    assert any((change < 0).any() for change in changes)
