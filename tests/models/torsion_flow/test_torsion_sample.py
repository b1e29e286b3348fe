"""Torsional sampling with fields whose end is known."""

import pytest
import torch
from small_molecules import batch_of

from molgen.geometry import torus
from molgen.geometry.internal_coordinates import batch_coordinates
from molgen.geometry.torsions import dihedral_angles
from molgen.models.torsion_flow import sample
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.model import TorsionModel, torsion_process
from molgen.models.torsion_flow.sample import sample_torsions, time_grid
from molgen.nets.config import BackboneConfig
from molgen.sampling import torus_points

FLEXIBLE = "CC[C@H](N)C(=O)OCC"
TINY = BackboneConfig(scalars=8, pseudoscalars=4, vectors=4, pseudovectors=4, edge_channels=8, layers=1)


class Pointer:
    """The exact field of data that is one point on the torus."""

    def __init__(self, process: str, goal: torch.Tensor) -> None:
        self.process, self.jumps = torsion_process(process), False
        self.kind, self.goal = process, goal

    def encode(self, graph) -> None:
        return None

    def __call__(self, graph, encoding, positions, t):
        away = torus.log(self.goal, dihedral_angles(positions, graph.torsions[:, None]))
        if self.kind == "flow":
            return away / t[..., None]
        return -away / self.process.schedule(t[..., None]).sigma ** 2  # type: ignore[union-attr]


@pytest.mark.parametrize(("process", "steps", "tolerance"), [("flow", 5, 1e-9), ("diffusion", 100, 0.06)])
def test_sampling_ends_where_the_field_points(process, steps, tolerance):
    graph, positions = batch_of(FLEXIBLE, count=4)
    m = graph.torsions.shape[1]
    goal = torch.linspace(-3.0, 3.0, m, dtype=torch.float64)
    start = torus_points(8, m, seed=0)
    template = positions[0].repeat(2, 1, 1)
    model = Pointer(process, goal)
    end = sample_torsions(model, graph, template, start, times=time_grid(model, steps))  # type: ignore[arg-type]
    assert torus.log(goal, end).abs().max() < tolerance
    made = batch_coordinates(template[None], graph).positions(end[None])
    found = dihedral_angles(made[0], graph.torsions[0])
    assert torus.log(goal, found).abs().max() < tolerance + 1e-6
    lengths = torch.cdist(made[0], made[0]) - torch.cdist(template, template)
    assert lengths[:, graph.path_length[0] <= 2].abs().max() < 1e-6


def test_pieces_give_what_the_whole_gives(monkeypatch):
    torch.manual_seed(0)
    model = TorsionModel(ModelConfig("flow", TINY, 2)).double().eval()
    graph, positions = batch_of(FLEXIBLE, count=4)
    start = torus_points(4, graph.torsions.shape[1], seed=0)
    whole = sample_torsions(model, graph, positions[0], start, times=time_grid(model, 3))
    steps = []
    monkeypatch.setattr(sample, "CHUNK_EDGES", 1)
    pieces = sample_torsions(
        model, graph, positions[0], start, times=time_grid(model, 3), on_step=lambda k, t, x: steps.append((k, len(x)))
    )
    torch.testing.assert_close(pieces, whole, atol=1e-9, rtol=0)
    assert steps == [(k, 1) for _ in range(4) for k in range(3)]
    assert torus.log(start, whole).abs().max() > 1e-3


def test_a_rigid_molecule_has_nothing_to_sample():
    graph, positions = batch_of("c1ccccc1", count=3)
    model = TorsionModel(ModelConfig("flow", TINY, 2))
    start = torch.zeros(3, 0, dtype=torch.float64)
    assert sample_torsions(model, graph, positions[0], start, times=time_grid(model, 3)).shape == (3, 0)
