"""Starts and targets of the flow, paired by least distance on the torus."""

import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import torch
from small_molecules import embedded, entry_of, graph_of, heavy_positions

from molgen.datasets.records.conformers import ConformerRecord
from molgen.geometry import torus
from molgen.geometry.torsions import apply_torsions, dihedral_angles
from molgen.graphs.batch import batch_graphs
from molgen.metrics.symmetry import automorphisms
from molgen.models.torsion_flow.coupling import transported
from molgen.models.torsion_flow.data import CollateConformers, ConformerBatch
from molgen.models.torsion_flow.loss import torsion_loss
from molgen.models.torsion_flow.model import torsion_process
from molgen.models.torsion_flow.torsion_symmetry import folds
from molgen.processes import TorsionFlow

ALKYL = "FCCCCCO"


def symmetric(smiles: str, count: int = 1) -> ConformerRecord:
    found = automorphisms(embedded(smiles, count), 32).permutations
    return replace(entry_of(smiles, count), permutations=found.astype(np.uint8))


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("FCCc1ccccc1", [1, 2]),  # a phenyl turns by a half
        ("FCC(N)=[NH2+]", [2]),
        ("FCCC(c1ccccc1)(c1ccccc1)c1ccccc1", [1, 1, 2, 2, 2]),
        ("FCCC(C)C", [1, 1]),  # exchanging the methyls of isopropyl mirrors its center
        ("FCCc1ccccc1F", [1, 1]),
        ("FCCCO", [1, 1]),
    ],
)
def test_only_turns_that_keep_the_template_conformer_are_symmetries(smiles, expected):
    entry = symmetric(smiles)
    assert sorted(folds(entry).tolist()) == expected


def test_a_turn_that_suits_one_conformer_only_is_no_symmetry():
    """Three equal arms about an axis: the turn by a third is a symmetry where their own torsions are equal."""
    name = "FCCC(CF)(CF)CF"
    alike = symmetric(name)
    assert sorted(folds(alike).tolist()) == [1, 1, 1, 1, 3]
    assert (folds(symmetric(name, 6)) == 1).all()


def one_structure(smiles: str, draws: int, seed: int = 0) -> tuple[ConformerBatch, torch.Tensor]:
    """S conformers that differ in torsions alone, and these torsions."""
    rng = torch.Generator().manual_seed(seed)
    graph = batch_graphs([graph_of(smiles)])
    template = torch.from_numpy(heavy_positions(smiles))[None].expand(1, draws, -1, -1)
    own = dihedral_angles(template, graph.torsions[:, None])
    turns = 2 * math.pi * torch.rand(own.shape, generator=rng, dtype=torch.float64)
    positions = apply_torsions(template, turns, graph.torsions[:, None], graph.moving[:, None])
    return ConformerBatch(graph, positions), dihedral_angles(positions, graph.torsions[:, None])


def uniform(like: torch.Tensor, seed: int = 5) -> torch.Tensor:
    return TorsionFlow().prior(like, torch.Generator().manual_seed(seed))


def test_the_pairing_has_the_least_total_distance_and_uses_every_target_once():
    batch, target = one_structure(ALKYL, 5)
    prior = uniform(target)
    way = transported(batch.positions, target, prior, batch)
    gaps = torus.log(target[0][None], prior[0][:, None])  # [start, target, m]
    cost = gaps.square().sum(-1)
    least = min(sum(float(cost[i, p[i]]) for i in range(5)) for p in permutations(range(5)))
    assert way.square().sum().item() == pytest.approx(least)
    assert least < cost.diagonal().sum().item() - 1.0
    reached = torus.wrap(prior - way)[0]
    nearest = torus.log(reached[:, None], target[0]).abs().amax(-1)
    assert nearest.min(1).values.max() < 1e-9
    assert sorted(nearest.argmin(1).tolist()) == list(range(5))


def test_symmetric_torsions_go_to_the_nearest_equivalent_target():
    batch, target = one_structure("FCCOc1ccccc1", 1)
    count = target.shape[-1]
    batch = replace(batch, folds=torch.full((1, count), 2))
    for seed in range(20):
        prior = uniform(target, seed)
        way = transported(batch.positions, target, prior, batch)
        assert way.abs().max() <= math.pi / 2 + 1e-9
        gap = torus.log(target, prior - way)
        assert torch.minimum(gap.abs(), math.pi - gap.abs()).max() < 1e-9


def test_equivalent_targets_stay_equally_likely():
    batch, target = one_structure("FCCOc1ccccc1", 1)
    batch = replace(batch, folds=torch.full(target.shape[::2], 2))
    flips = []
    for seed in range(400):
        prior = uniform(target, seed)
        gap = torus.log(target, prior - transported(batch.positions, target, prior, batch))
        flips.append(gap.abs() > 1.0)
    share = torch.cat(flips).double().mean((0, 1))
    assert (share - 0.5).abs().max() < 0.1


def test_targets_are_exchanged_only_between_conformers_of_one_template_conformer():
    """Axial and equatorial: turning torsions does not make one of the other."""
    name = "FCCC1CCCCC1"
    mol = heavy_positions(name, 12)
    graph = batch_graphs([graph_of(name)])
    positions = torch.from_numpy(mol)[None]
    batch = ConformerBatch(graph, positions)
    target = dihedral_angles(positions, graph.torsions[:, None])
    for seed in range(5):
        prior = uniform(target, seed)
        reached = torus.wrap(prior - transported(positions, target, prior, batch))
        made = apply_torsions(positions, reached - target, graph.torsions[:, None], graph.moving[:, None])
        assert made.shape == positions.shape
        source = torus.log(reached[0, :, None], target[0]).abs().amax(-1).argmin(1)
        lengths = torch.cdist(made, made)[0]
        for row, other in enumerate(source.tolist()):
            wanted = torch.cdist(positions[0, other], positions[0, other])
            assert (lengths[row] - wanted).square().mean().sqrt() < 0.6


def test_padded_torsions_do_not_change_the_pairing():
    batch, target = one_structure(ALKYL, 4)
    prior = uniform(target)
    alone = transported(batch.positions, target, prior, batch)
    graphs = batch_graphs([graph_of(ALKYL), graph_of("CCCCCCCCCCCCOC")])
    n, m = graphs.atoms.shape[1], graphs.torsions.shape[1]
    both = ConformerBatch(graphs, torch.zeros(2, 4, n, 3, dtype=torch.float64))
    both.positions[0, :, : batch.positions.shape[2]] = batch.positions[0]
    both.positions[1] = torch.from_numpy(heavy_positions("CCCCCCCCCCCCOC"))
    padded = dihedral_angles(both.positions, graphs.torsions[:, None])
    starts = uniform(padded, 1)
    starts[0, :, : prior.shape[-1]] = prior[0]
    way = transported(both.positions, padded, starts, both)
    assert way.shape == (2, 4, m)
    torch.testing.assert_close(way[0, :, : prior.shape[-1]], alone[0])


class Watched:
    """A zero field that keeps what it is shown."""

    def __init__(self) -> None:
        self.process, self.seen = torsion_process("flow"), []

    def encode(self, graph) -> None:
        return None

    def __call__(self, graph, encoding, positions, t):
        self.seen.append((dihedral_angles(positions, graph.torsions[:, None]), t))
        return positions.new_zeros(*t.shape, graph.torsions.shape[1])


def test_the_starts_stay_uniform():
    """Near t = 1 the flow sees the whole torus evenly."""
    batch, _ = one_structure(ALKYL, 4)
    model, rng = Watched(), torch.Generator().manual_seed(0)
    for _ in range(500):
        torsion_loss(model, batch, rng, "transport")  # type: ignore[arg-type]
    late = torch.cat([torch.where(t[..., None] > 0.97, x, torch.nan) for x, t in model.seen])
    angles = late[~late.isnan().any(-1)]
    assert torch.polar(torch.ones_like(angles), angles).mean(0).abs().max() < 3 / math.sqrt(len(angles))


def test_transport_shortens_the_way():
    batch, _ = one_structure(ALKYL, 8)
    losses = {}
    for coupling in ("independent", "transport"):
        rng = torch.Generator().manual_seed(0)
        found = [torsion_loss(Watched(), batch, rng, coupling).item() for _ in range(20)]  # type: ignore[arg-type]
        losses[coupling] = float(np.mean(found))
    assert losses["independent"] == pytest.approx(math.pi**2 / 3, rel=0.1)
    assert losses["transport"] < 0.8 * losses["independent"]


def test_batches_know_the_symmetry_of_their_torsions():
    entries = [symmetric("FCCOc1ccccc1"), symmetric("CCCO")]
    batch = ConformerBatch.padded(CollateConformers(2, symmetric=True)(entries, np.random.default_rng(0)))
    assert batch.folds is not None
    assert batch.folds.shape == batch.graph.torsions.shape[:2]
    assert batch.folds[0].max() == 2
    assert (batch.folds[1] == 1).all()
