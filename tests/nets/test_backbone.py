"""Symmetries of the backbone and its heads, for molecules alone and in a pocket."""

from dataclasses import replace
from typing import ClassVar

import pytest
import torch
from equivariance import mirror_image
from field_tests import (
    FIRST,
    SECOND,
    SMALL,
    BondTests,
    CutoffTests,
    Fields,
    Scene,
    SymmetryTests,
    assert_same,
    scene_of,
)
from small_molecules import batch_of, graph_of, heavy_positions
from small_pockets import SIZE
from torch import Tensor

from molgen.graphs.batch import GraphBatch, batch_graphs
from molgen.nets.backbone import Backbone
from molgen.nets.config import BackboneConfig
from molgen.nets.heads import RigidHead, TorsionHead, VectorHead


class Network(torch.nn.Module):
    """A backbone with every head on it."""

    def __init__(self, config: BackboneConfig = SMALL, *, in_pocket: bool = False) -> None:
        super().__init__()
        torch.manual_seed(config.l_max)
        self.config = config
        self.backbone = Backbone(config, pocket=replace(SIZE, ligand=config) if in_pocket else None)
        self.vector, self.rigid = VectorHead(config), RigidHead(config)
        self.torsion = TorsionHead(config, harmonics=3)
        self.in_pocket = in_pocket

    @torch.no_grad()
    def forward(self, scene: Scene) -> Fields:
        graph, positions = scene.graph, scene.positions
        encoding = self.backbone.encode(graph, scene.pocket if self.in_pocket else None)
        features = self.backbone(graph, encoding, positions, scene.t)
        force, torque = self.rigid(features, positions, graph.atom_mask)
        vector = self.vector(features) * scene.real()[..., None]
        out = {"vector": vector, "translation": force, "rotation": torque}
        out["torsion"] = self.torsion(graph, features, positions, scene.t)
        for ir, value in features.items():
            value = (value * scene.real()[..., None, None]).transpose(-1, -2)
            out[ir] = value.squeeze(-1) if ir.startswith("0") else value
        return out


class BackboneTests(SymmetryTests, CutoffTests, BondTests):
    config: ClassVar[BackboneConfig] = SMALL
    in_pocket: ClassVar[bool] = False
    kinds: ClassVar[dict[str, str]] = {
        **{ir: ir for ir in SMALL.channels()},
        **{"vector": "1o", "translation": "1o", "rotation": "1e", "torsion": "0o"},
    }

    def fields(self, scene: Scene, config: BackboneConfig | None = None) -> Fields:
        return Network(config or self.config, in_pocket=self.in_pocket).to(scene.positions.dtype)(scene)


class TestMoleculesAlone(BackboneTests):
    pass


class TestMoleculesAloneWithSecondOrder(BackboneTests):
    config = replace(SMALL, l_max=2)
    kinds: ClassVar[dict[str, str]] = {**BackboneTests.kinds, "2e": "2e", "2o": "2o"}


class TestLigandsInPockets(BackboneTests):
    in_pocket, centered = True, True


class TestLigandsInPocketsWithSecondOrder(TestLigandsInPockets):
    config = replace(SMALL, l_max=2)
    kinds: ClassVar[dict[str, str]] = {**BackboneTests.kinds, "2e": "2e", "2o": "2o"}


@pytest.fixture(params=[False, True], ids=["alone", "in a pocket"])
def network(request) -> Network:
    return Network(in_pocket=request.param).double()


def test_a_mirrored_molecule_without_stereo_centers_has_the_opposite_torsion_field():
    scene = scene_of("OCC(=O)Nc1ccccc1CCF")
    network = Network().double()
    field, mirrored = network(scene)["torsion"], network(replace(scene, positions=-scene.positions))["torsion"]
    torch.testing.assert_close(mirrored, -field, atol=1e-9, rtol=0)
    assert field.abs().max() > 1e-3


def test_the_handedness_labels_reach_the_torsion_field(network):
    scene = scene_of(FIRST)
    own, other = (network(replace(scene, graph=g))["torsion"] for g in (scene.graph, mirror_image(scene.graph)))
    assert (own - other).abs().max() > 1e-4


def test_the_torsion_field_does_not_depend_on_the_direction_of_the_axes(network):
    for name in (FIRST, "CC(C)C[C@H](N)C(=O)OCC"):
        graph, scene = graph_of(name), scene_of(name)
        backwards = replace(graph, torsions=graph.torsions[:, ::-1], paths=graph.paths[:, ::-1], moving=~graph.moving)
        found = network(replace(scene, graph=batch_graphs([backwards])))
        assert_same({"torsion": found["torsion"]}, {"torsion": network(scene)["torsion"]})


def test_what_padded_atoms_hold_does_not_matter():
    network, scene = Network().double(), scene_of(FIRST, SECOND)
    moved = scene.positions + 100 * (~scene.real())[..., None]
    assert_same(network(replace(scene, positions=moved)), network(scene))


def test_the_torque_term_agrees_with_its_definition():
    network = Network().double()
    graph, positions = batch_of(FIRST, SECOND)
    rng = torch.Generator().manual_seed(0)
    force = torch.randn(positions.shape, generator=rng, dtype=torch.float64)
    found = network.torsion._torque(graph, force, positions)
    for row in range(2):
        for k in range(int(graph.torsion_mask[row].sum())):
            expected = torque_by_hand(graph, row, k, positions[row, 0], force[row, 0])
            torch.testing.assert_close(found[row, 0, k], expected, atol=1e-9, rtol=0)


def torque_by_hand(graph: GraphBatch, row: int, k: int, x: Tensor, f: Tensor) -> Tensor:
    """Torque over moment of inertia of the two sides of axis k, far minus near."""
    _, b, c, _ = graph.torsions[row, k].tolist()
    axis = (x[c] - x[b]) / (x[c] - x[b]).norm()
    spins = []
    for side in (graph.moving[row, k], graph.atom_mask[row] & ~graph.moving[row, k]):
        arms = x[side] - x[c]
        torque = (torch.linalg.cross(arms, f[side]) @ axis).sum()
        inertia = torch.linalg.cross(axis.expand_as(arms), arms).square().sum()
        spins.append(torque / (inertia + 1.0))
    return spins[0] - spins[1]


def test_a_molecule_without_torsions_has_an_empty_torsion_field(network):
    assert network(scene_of("c1ccccc1"))["torsion"].shape == (1, 2, 0)


def test_a_single_atom_has_features_and_no_force():
    out = Network().double()(scene_of("O"))
    assert torch.isfinite(out["0e"]).all()
    assert (out["translation"] == 0).all()
    assert (out["rotation"] == 0).all()


def test_the_sizes_of_the_features_are_those_of_the_configuration():
    graph, positions = batch_of(SECOND, count=2)
    backbone = Backbone(replace(SMALL, l_max=2)).double()
    features = backbone(graph, backbone.encode(graph), positions, torch.rand(1, 2, dtype=torch.float64))
    n = positions.shape[2]
    sizes = {"0e": (1, 8), "0o": (1, 4), "1o": (3, 4), "1e": (3, 3), "2e": (5, 4), "2o": (5, 3)}
    assert {ir: tuple(v.shape) for ir, v in features.items()} == {ir: (1, 2, n, *s) for ir, s in sizes.items()}


def test_a_backbone_asks_for_the_pocket_it_reads_and_for_no_other():
    scene = scene_of(FIRST)
    with pytest.raises(ValueError, match="needs a pocket"):
        Network(in_pocket=True).backbone.encode(scene.graph)
    with pytest.raises(ValueError, match="reads no pocket"):
        Network().backbone.encode(scene.graph, scene.pocket)


def test_coordinates_of_a_batch_have_finite_gradients():
    graph, positions = heavy_batch()
    backbone = Backbone(SMALL).double()
    features = backbone(graph, backbone.encode(graph), positions.requires_grad_(), torch.rand(1, 1).double())
    sum(value.square().sum() for value in features.values()).backward()  # type: ignore[union-attr]
    assert positions.grad is not None
    assert positions.grad.isfinite().all()
    assert positions.grad.abs().max() > 1e-4


def heavy_batch() -> tuple[GraphBatch, Tensor]:
    return batch_graphs([graph_of(FIRST)]), torch.from_numpy(heavy_positions(FIRST))[None]
