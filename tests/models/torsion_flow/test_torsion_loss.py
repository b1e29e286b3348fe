"""The training loss: zero for the field that knows the answer, known for the field that is zero."""

import math

import pytest
import torch
from small_molecules import batch_of

from molgen.geometry import torus
from molgen.geometry.torsions import dihedral_angles
from molgen.models.torsion_flow.config import ModelConfig
from molgen.models.torsion_flow.data import ConformerBatch
from molgen.models.torsion_flow.loss import GEOMETRY_NOISE, torsion_loss
from molgen.models.torsion_flow.model import TorsionModel, torsion_process
from molgen.nets.config import BackboneConfig

TINY = BackboneConfig(scalars=8, pseudoscalars=4, vectors=4, pseudovectors=4, edge_channels=8, layers=2)


class Stub:
    """A field in place of the network."""

    def __init__(self, process: str, field) -> None:
        self.process = torsion_process(process)
        self.field = field

    def encode(self, graph) -> None:
        return None

    def __call__(self, graph, encoding, positions, t):
        return self.field(graph, positions, t)


def flexible(draws: int) -> ConformerBatch:
    return ConformerBatch(*batch_of("CC[C@H](N)C(=O)OCC", "CCCO", count=draws))


def zero(graph, positions, t):
    return positions.new_zeros(*t.shape, graph.torsions.shape[1])


def test_the_flow_that_knows_the_data_has_no_loss():
    batch = flexible(3)
    noise = torch.randn(batch.positions.shape, generator=torch.Generator().manual_seed(5)).double() * GEOMETRY_NOISE
    data = dihedral_angles(batch.positions + noise, batch.graph.torsions[:, None])

    def velocity(graph, positions, t):
        return torus.log(data, dihedral_angles(positions, graph.torsions[:, None])) / t[..., None]

    def wrong(graph, positions, t):
        return velocity(graph, positions, t) + 0.5

    rng = torch.Generator().manual_seed(5)
    assert torsion_loss(Stub("flow", velocity), batch, rng).item() < 1e-12  # type: ignore[arg-type]
    rng = torch.Generator().manual_seed(5)
    assert torsion_loss(Stub("flow", wrong), batch, rng).item() == pytest.approx(0.25)  # type: ignore[arg-type]


def test_torsions_are_learned_on_the_template_conformer_of_another_conformer():
    graph, positions = batch_of("CC[C@H](N)C(=O)OCC", "CCCO", count=4)
    local = positions.roll(1, 1)
    batch = ConformerBatch(graph, positions, local)
    data = dihedral_angles(positions, graph.torsions[:, None])
    bonds = (graph.path_length == 1)[:, None]

    def velocity(graph, moved, t):
        found, wanted = (torch.cdist(x, x) * bonds for x in (moved, local))
        torch.testing.assert_close(found, wanted)
        return torus.log(data, dihedral_angles(moved, graph.torsions[:, None])) / t[..., None]

    rng = torch.Generator().manual_seed(5)
    assert torsion_loss(Stub("flow", velocity), batch, rng, geometry_noise=0.0).item() < 1e-12  # type: ignore[arg-type]


@pytest.mark.parametrize(("process", "expected"), [("flow", math.pi**2 / 3), ("diffusion", 1.0)])
def test_the_loss_of_the_zero_field_is_the_variance_of_the_target(process, expected):
    rng = torch.Generator().manual_seed(0)
    losses = [torsion_loss(Stub(process, zero), flexible(100), rng) for _ in range(6)]  # type: ignore[arg-type]
    assert torch.stack(losses).mean().item() == pytest.approx(expected, rel=0.05)


def test_padded_torsions_do_not_count():
    batch = flexible(2)
    own = [int(m.sum()) for m in batch.graph.torsion_mask]
    assert own[0] > own[1]

    def noisy_padding(graph, positions, t):
        return 1e3 * (~graph.torsion_mask[:, None]).expand(*t.shape, -1).to(positions)

    first = torsion_loss(Stub("flow", zero), batch, torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    second = torsion_loss(Stub("flow", noisy_padding), batch, torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    assert torch.equal(first, second)


def test_the_same_generator_gives_the_same_loss():
    torch.manual_seed(0)
    model = TorsionModel(ModelConfig("flow", TINY, 2)).double()
    first, again, other = (torsion_loss(model, flexible(2), torch.Generator().manual_seed(s)) for s in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_times_are_spread_over_the_unit_interval():
    seen = []

    def field(graph, positions, t):
        seen.append(t)
        return zero(graph, positions, t)

    torsion_loss(Stub("flow", field), flexible(50), torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    ordered = seen[0].flatten().sort().values
    assert (ordered * 100).floor().tolist() == list(range(100))  # one in every hundredth


@pytest.mark.parametrize("l_max", [1, 2])
@pytest.mark.parametrize("process", ["flow", "diffusion"])
def test_the_gradient_reaches_every_parameter(process, l_max):
    torch.manual_seed(0)
    size = BackboneConfig(**{**TINY.__dict__, "l_max": l_max})
    model = TorsionModel(ModelConfig(process, size, 2)).double()
    torsion_loss(model, flexible(2), torch.Generator().manual_seed(0)).backward()
    idle = {name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()}
    last = size.layers - 1
    unread = [ir for ir in size.channels() if ir not in ("0e", "0o", "1o")]  # the head does not read them
    after_last = {
        f"network.backbone.layers.{last}.{part}.maps.{ir}.weight" for part in ("after", "skip", "mix") for ir in unread
    }
    # vectors are zero before the first layer
    before_first = {
        f"network.backbone.layers.0.{part}.maps.{ir}.weight"
        for part in ("before", "skip")
        for ir in size.channels()
        if not ir.startswith("0")
    }
    assert idle == after_last | before_first
