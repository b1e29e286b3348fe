"""Sums of products over neighbors by compiled code are those of torch."""

import pytest
import torch
from torch import Tensor

from molgen.graphs.edges import Edges
from molgen.nets.config import BackboneConfig
from molgen.nets.convolution import DepthwiseConvolution
from molgen.nets.depthwise import neighbor_sums
from molgen.nets.depthwise.neighbor_sums import can_be_compiled

ATOMS, CHANNELS = 23, 6


def edges_among(senders: int, seed: int = 0) -> Edges:
    """Random edges to 23 atoms; one atom has none, another a hundred."""
    rng = torch.Generator().manual_seed(seed)
    counts = torch.randint(1, 9, (ATOMS,), generator=rng)
    counts[4], counts[7] = 0, 100
    receiver = torch.arange(ATOMS).repeat_interleave(counts)
    sender = torch.randint(0, senders, (len(receiver),), generator=rng)
    offsets = torch.nn.functional.pad(counts.cumsum(0), (1, 0)).int()
    vector = torch.randn(len(receiver), 3, generator=rng)
    return Edges(torch.zeros_like(receiver), sender, receiver, sender, receiver, offsets, vector, vector.norm(dim=1))


def planes(channels: dict[str, int], atoms: int) -> dict[str, Tensor]:
    return {ir: torch.randn(2 * int(ir[0]) + 1, atoms, c) for ir, c in channels.items() if c}


@pytest.mark.parametrize("piece", [1, 50, 2048])
@pytest.mark.parametrize("l_max", [1, 2])
@pytest.mark.parametrize("senders", [None, 40], ids=["among the atoms", "from others"])
def test_a_convolution_is_the_same_with_gradients_and_without(monkeypatch, l_max, senders, piece):
    monkeypatch.setattr(neighbor_sums, "_EDGES", piece)
    channels = BackboneConfig(scalars=9, pseudoscalars=3, vectors=8, pseudovectors=2, l_max=l_max).channels()
    torch.manual_seed(0)
    layer, edges = DepthwiseConvolution(channels, l_max, CHANNELS, 9.0), edges_among(senders or ATOMS)
    scalars = torch.randn(len(edges.length), CHANNELS)
    harmonics = [torch.randn(2 * order + 1, len(edges.length)) for order in range(l_max + 1)]
    x, others = planes(channels, ATOMS), None if senders is None else planes(channels, senders)
    expected = layer(x, edges, harmonics, scalars, others, frozenset({"0e", "1o"}))
    with torch.no_grad():
        found = layer(x, edges, harmonics, scalars, others, frozenset({"0e", "1o"}))
    assert found.keys() == expected.keys()
    for ir, value in expected.items():
        torch.testing.assert_close(found[ir], value, atol=2e-5, rtol=1e-4)


def test_irreps_that_are_absent_are_zero():
    channels = BackboneConfig(scalars=9, pseudoscalars=3, vectors=8, pseudovectors=2).channels()
    torch.manual_seed(1)
    layer, edges = DepthwiseConvolution(channels, 1, CHANNELS, 9.0), edges_among(ATOMS)
    scalars = torch.randn(len(edges.length), CHANNELS)
    harmonics = [torch.randn(2 * order + 1, len(edges.length)) for order in range(2)]
    known = {ir: value for ir, value in planes(channels, ATOMS).items() if ir.startswith("0")}
    expected = layer(known, edges, harmonics, scalars)
    with torch.no_grad():
        found = layer(known, edges, harmonics, scalars)
    for ir, value in expected.items():
        torch.testing.assert_close(found[ir], value, atol=2e-5, rtol=1e-4)


def test_gradients_other_precisions_and_no_edges():
    values = torch.zeros(3)
    assert not can_be_compiled(values)
    with torch.no_grad():
        assert can_be_compiled(values)
        assert not can_be_compiled(values.double())
        with torch.autocast("cpu"):
            assert not can_be_compiled(values)
        none = torch.zeros(0, dtype=torch.int64)
        nothing = Edges(none, none, none, none, none, torch.zeros(ATOMS + 1).int(), torch.zeros(0, 3), torch.zeros(0))
        channels = BackboneConfig(scalars=9, pseudoscalars=3, vectors=8, pseudovectors=2).channels()
        layer = DepthwiseConvolution(channels, 1, CHANNELS, 9.0)
        found = layer(
            planes(channels, ATOMS), nothing, [torch.zeros(1, 0), torch.zeros(3, 0)], torch.zeros(0, CHANNELS)
        )
        assert all(torch.isfinite(value).all() for value in found.values())
