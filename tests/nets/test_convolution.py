"""The depthwise product against e3nn, and the convolution's parts."""

from collections.abc import Iterator

import pytest
import torch
from e3nn import o3

from molgen.graphs.edges import Edges
from molgen.graphs.scatter import scatter_sum
from molgen.nets.config import BackboneConfig
from molgen.nets.convolution import ChannelLinear, DepthwiseConvolution, Gate
from molgen.nets.depthwise.neighbor_sums import depthwise_sum
from molgen.nets.depthwise.paths import Path, depthwise_groups
from molgen.nets.features import distance_features, smooth_cutoff, time_features

CHANNELS, ATOMS = 3, 4
RECEIVER = torch.tensor([0, 0, 1, 1, 1, 3])  # atom 2 has no neighbor


@pytest.fixture
def _double() -> Iterator[None]:
    """e3nn makes the coefficients of its TensorProduct in the default dtype."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def some_edges() -> Edges:
    offsets = torch.tensor([0, 2, 5, 5, 6])
    vector = torch.randn(len(RECEIVER), 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    zeros = torch.zeros_like(RECEIVER)
    return Edges(zeros, zeros, RECEIVER, zeros, RECEIVER, offsets, vector, vector.norm(dim=-1))


def e3nn_sum(x: torch.Tensor, y: torch.Tensor, path: Path) -> torch.Tensor:
    """The same by e3nn's TensorProduct on its own layout [edges, channels, 2l+1], then a scatter."""
    product = o3.TensorProduct(
        f"{CHANNELS}x{path.source}",
        [(1, (path.order, (-1) ** path.order))],
        f"{CHANNELS}x{path.out}",
        [(0, 0, 0, "uvu", False)],
        irrep_normalization="component",
        path_normalization="element",
    )
    flat = product(x.permute(1, 2, 0).flatten(1), y)
    return scatter_sum(flat.unflatten(1, (CHANNELS, -1)), RECEIVER, ATOMS).permute(2, 0, 1)


@pytest.mark.usefixtures("_double")
@pytest.mark.parametrize("l_max", [1, 2])
def test_every_product_agrees_with_e3nn(l_max):
    groups = depthwise_groups(BackboneConfig(l_max=l_max).channels(), l_max)
    edges = some_edges()
    rng = torch.Generator().manual_seed(1)
    for path in (group[0] for group in groups):  # the numbers do not depend on the parities
        y = o3.spherical_harmonics(path.order, edges.vector, True, "component")
        order = int(path.source[0])
        x = torch.randn(2 * order + 1, len(RECEIVER), CHANNELS, generator=rng, dtype=torch.float64)
        found = depthwise_sum(x, y.T.contiguous(), int(path.out[0]), edges)
        torch.testing.assert_close(found, e3nn_sum(x, y, path), atol=1e-10, rtol=0)
    assert len(groups) == {1: 5, 2: 15}[l_max]


def test_products_obey_the_selection_rules():
    groups = depthwise_groups({"0e": 2, "0o": 2, "1o": 2, "1e": 2}, 1)
    assert {path[:3] for group in groups for path in group} == {
        *(("0e", 0, "0e"), ("0o", 0, "0o"), ("1o", 0, "1o"), ("1e", 0, "1e")),
        *(("0e", 1, "1o"), ("0o", 1, "1e"), ("1o", 1, "0e"), ("1e", 1, "0o")),
        *(("1o", 1, "1e"), ("1e", 1, "1o")),
    }
    for group in groups:
        assert len({(p.source[0], p.order, p.out[0]) for p in group}) == 1


def test_absent_channels_take_part_in_no_product():
    groups = depthwise_groups({"0e": 5, "1o": 2, "1e": 0}, 1)
    assert all("1e" not in (p.source, p.out) for group in groups for p in group)
    assert all(p.size == (5 if p[:3] == ("0e", 0, "0e") else 2) for group in groups for p in group)


@pytest.mark.usefixtures("_double")
@pytest.mark.parametrize("l_max", [1, 2])
def test_absent_irreps_count_as_zeros_and_unwanted_ones_are_left_out(l_max):
    channels = BackboneConfig(l_max=l_max, scalars=5, pseudoscalars=3, vectors=4, pseudovectors=2).channels()
    torch.manual_seed(0)
    layer = DepthwiseConvolution(channels, l_max, 6, 3.0)
    edges = some_edges()
    harmonics = [
        o3.spherical_harmonics(order, edges.vector, True, "component").T.contiguous() for order in range(l_max + 1)
    ]
    scalars = torch.randn(len(RECEIVER), 6)
    known = {ir: torch.randn(1, ATOMS, c) for ir, c in channels.items() if ir.startswith("0")}
    zeros = {ir: torch.zeros(2 * int(ir[0]) + 1, ATOMS, c) for ir, c in channels.items() if ir not in known}
    full = layer(known | zeros, edges, harmonics, scalars)
    short = layer(known, edges, harmonics, scalars)
    few = layer(full, edges, harmonics, scalars, wanted=frozenset({"0e", "1o"}))
    assert set(short) == set(full)
    for ir, value in full.items():
        torch.testing.assert_close(short[ir], value, atol=1e-12, rtol=0)
    assert set(few) == {"0e", "1o"}
    again = layer(full, edges, harmonics, scalars)
    for ir, value in few.items():
        torch.testing.assert_close(value, again[ir], atol=1e-12, rtol=0)


def test_components_of_the_product_have_unit_variance():
    torch.manual_seed(0)
    count = torch.arange(4000)
    vector = torch.randn(4000, 3, dtype=torch.float64)
    edges = Edges(count, count, count, count, count, torch.arange(4001), vector, vector.norm(dim=-1))
    x = torch.randn(3, 4000, 1, dtype=torch.float64)
    y = o3.spherical_harmonics(1, vector, True, "component").T
    for order in (0, 1):
        assert depthwise_sum(x, y, order, edges).square().mean().item() == pytest.approx(1.0, abs=0.1)


def test_only_true_scalars_get_a_bias():
    linear = ChannelLinear({"0e": 2, "0o": 2, "1o": 2}, {"0e": 3, "0o": 3, "1o": 3})
    zeros = {"0e": torch.zeros(1, 1, 2), "0o": torch.zeros(1, 1, 2), "1o": torch.zeros(3, 1, 2)}
    out = linear(zeros)
    assert out["0e"].abs().sum() > 0
    assert (out["0o"] == 0).all()
    assert (out["1o"] == 0).all()


def test_the_gate_scales_vectors_by_the_sigmoid_of_their_own_scalars():
    gate = Gate({"0e": 2, "0o": 1, "1o": 2, "1e": 1})
    assert gate.channels_in == {"0e": 5, "0o": 1, "1o": 2, "1e": 1}
    scalars = torch.tensor([[[1.0, -1.0, 0.0, 50.0, -50.0]]])
    x = {"0e": scalars, "0o": torch.tensor([[[0.5]]]), "1o": torch.ones(3, 1, 2), "1e": torch.ones(3, 1, 1)}
    out = gate(x)
    torch.testing.assert_close(out["0e"], torch.nn.functional.silu(scalars[..., :2]))
    torch.testing.assert_close(out["0o"], torch.tensor([[[0.5]]]).tanh())
    torch.testing.assert_close(out["1o"], torch.tensor([0.5, 1.0]).expand(3, 1, 2))
    torch.testing.assert_close(out["1e"], torch.zeros(3, 1, 1), atol=1e-12, rtol=0)


def test_the_cutoff_falls_smoothly_from_one_to_zero():
    length = torch.linspace(3.0, 6.0, 3001, dtype=torch.float64)
    value = smooth_cutoff(length, 5.0)
    assert (value[length <= 4.0] == 1).all()
    assert value[length >= 5.0].abs().max() < 1e-15
    assert smooth_cutoff(torch.tensor(4.5), 5.0).item() == pytest.approx(0.5)
    slope = value.diff() / length.diff()
    assert (slope <= 1e-9).all()
    assert slope.diff().abs().max() < 0.01  # no jump in the derivative


def test_distance_features_peak_at_their_centers():
    found = distance_features(torch.tensor([0.5, 2.75, 5.0]), 5.0, 3)
    torch.testing.assert_close(found.diagonal(), torch.ones(3))
    torch.testing.assert_close(found[0, 1], torch.tensor(-0.5).exp())


def test_time_features_tell_all_times_apart():
    found = time_features(torch.linspace(0, 1, 11), 4)
    assert found.shape == (11, 4)
    torch.testing.assert_close(found[0], torch.tensor([1.0, 1.0, 0.0, 0.0]))
    gaps = torch.cdist(found, found) + torch.eye(11)
    assert gaps.min() > 0.1
