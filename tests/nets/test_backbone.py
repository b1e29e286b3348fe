"""Symmetries of the backbone and of the heads: rotation, reflection, permutation, batching, smoothness."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from equivariance import assert_equivariant, mirror_image
from small_molecules import batch_of, graph_of, heavy_positions

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.graphs.batch import GraphBatch, batch_graphs
from molgen.graphs.edges import molecule_edges
from molgen.nets.backbone import Backbone, BackboneConfig
from molgen.nets.heads import RigidHead, TorsionHead, VectorHead

FIRST, SECOND = "C[C@H](N)C(=O)OCC#CCF", "CC[C@@H](O)CN"
SMALL = BackboneConfig(
    scalars=8,
    pseudoscalars=4,
    vectors=4,
    pseudovectors=3,
    edge_channels=8,
    graph_layers=2,
    layers=3,
    radius=4.0,
    hops=2,
)


class Network(torch.nn.Module):
    """A backbone with every head on it, in float64."""

    def __init__(self, l_max: int = 1, config: BackboneConfig = SMALL) -> None:
        super().__init__()
        torch.manual_seed(l_max)
        self.config = replace(config, l_max=l_max)
        self.backbone = Backbone(self.config)
        self.vector, self.rigid = VectorHead(self.config), RigidHead(self.config)
        self.torsion = TorsionHead(self.config, harmonics=3)
        self.double()

    def forward(self, graph: GraphBatch, positions: torch.Tensor, t: torch.Tensor) -> dict[str, torch.Tensor]:
        features = self.backbone(graph, self.backbone.encode(graph), positions, t)
        force, torque = self.rigid(features, positions, graph.atom_mask)
        vector = self.vector(features) * graph.atom_mask[:, None, :, None]
        out = {"vector": vector, "force": force, "torque": torque}
        out["torsion"] = self.torsion(graph, features, positions, t)
        real = graph.atom_mask[:, None, :, None, None]
        return out | {ir: (value * real).transpose(-1, -2) for ir, value in features.items()}


def times(size: int, samples: int) -> torch.Tensor:
    return torch.linspace(0.1, 0.9, size * samples, dtype=torch.float64).reshape(size, samples)


def kinds(network: Network) -> dict[str, str]:
    heads = {"vector": "1o", "force": "1o", "torque": "1e", "torsion": "0o"}
    return heads | {ir: ir for ir in network.config.channels()}


@pytest.mark.parametrize("l_max", [1, 2])
def test_rotated_moved_and_mirrored_molecules_have_rotated_and_mirrored_fields(l_max):
    network = Network(l_max)
    graph, positions = batch_of(FIRST, SECOND, count=2)
    t = times(2, 2)
    with torch.no_grad():
        assert_equivariant(
            lambda x: network(graph, x, t),
            positions,
            kinds(network),
            mirrored=lambda x: network(mirror_image(graph), x, t),
            real=graph.atom_mask,
        )


def test_a_mirrored_molecule_without_stereo_centers_has_the_opposite_torsion_field():
    network = Network()
    graph, positions = batch_of("OCC(=O)Nc1ccccc1CCF")
    t = times(1, 1)
    with torch.no_grad():
        field, mirrored = network(graph, positions, t)["torsion"], network(graph, -positions, t)["torsion"]
    torch.testing.assert_close(mirrored, -field, atol=1e-9, rtol=0)
    assert field.abs().max() > 1e-3


def test_the_handedness_labels_reach_the_torsion_field():
    network = Network()
    graph, positions = batch_of(FIRST)
    with torch.no_grad():
        own = network(graph, positions, times(1, 1))["torsion"]
        other = network(mirror_image(graph), positions, times(1, 1))["torsion"]
    assert (own - other).abs().max() > 1e-4


def permuted(graph: MoleculeGraph, order: np.ndarray) -> MoleculeGraph:
    """The record of the same molecule with atom order[k] at place k."""
    place = np.argsort(order)
    return MoleculeGraph(
        atoms=graph.atoms[order],
        bond_index=place[graph.bond_index],
        bonds=graph.bonds,
        torsions=place[graph.torsions],
        moving=graph.moving[:, order],
        paths=place[graph.paths],
        path_torsion=graph.path_torsion,
    )


@pytest.mark.parametrize("l_max", [1, 2])
def test_permuted_atoms_have_permuted_features(l_max):
    network = Network(l_max)
    graph = graph_of(FIRST)
    order = np.random.default_rng(0).permutation(graph.n_atoms)
    positions = torch.from_numpy(heavy_positions(FIRST))[None]
    with torch.no_grad():
        expected = network(batch_graphs([graph]), positions, times(1, 1))
        found = network(batch_graphs([permuted(graph, order)]), positions[:, :, order], times(1, 1))
    for name, value in expected.items():
        per_atom = name not in ("force", "torque", "torsion")
        torch.testing.assert_close(found[name], value[:, :, order] if per_atom else value, atol=1e-9, rtol=0)


@pytest.mark.parametrize("l_max", [1, 2])
def test_a_batch_gives_what_its_molecules_give_alone(l_max):
    network = Network(l_max)
    names = (FIRST, SECOND, "CCO")
    graph, positions = batch_of(*names, count=2)
    positions = positions + 100 * (~graph.atom_mask)[:, None, :, None]  # whatever padded atoms hold
    t = times(3, 2)
    with torch.no_grad():
        together = network(graph, positions, t)
        for row, name in enumerate(names):
            single, own = batch_of(name, count=2)
            alone = network(single, own, t[row : row + 1])
            n, m = own.shape[2], single.torsions.shape[1]
            for key, value in alone.items():
                found = together[key][row : row + 1]
                found = found[..., :m] if key == "torsion" else found
                found = found[:, :, :n] if found.ndim > 3 else found
                torch.testing.assert_close(found, value, atol=1e-9, rtol=0)
            assert (together["torsion"][row, :, m:] == 0).all()


def test_conformations_do_not_see_each_other():
    network = Network()
    graph, positions = batch_of(FIRST, SECOND, count=3)
    t = times(2, 3)
    with torch.no_grad():
        together = network(graph, positions, t)
        for s in range(3):
            alone = network(graph, positions[:, s : s + 1], t[:, s : s + 1])
            for name, value in alone.items():
                torch.testing.assert_close(together[name][:, s : s + 1], value, atol=1e-9, rtol=0)


def test_the_torsion_field_does_not_depend_on_the_direction_of_the_axes():
    network = Network()
    for name in (FIRST, "CC(C)C[C@H](N)C(=O)OCC"):
        graph = graph_of(name)
        backwards = replace(graph, torsions=graph.torsions[:, ::-1], paths=graph.paths[:, ::-1], moving=~graph.moving)
        positions = torch.from_numpy(heavy_positions(name))[None]
        with torch.no_grad():
            expected = network(batch_graphs([graph]), positions, times(1, 1))["torsion"]
            found = network(batch_graphs([backwards]), positions, times(1, 1))["torsion"]
        torch.testing.assert_close(found, expected, atol=1e-9, rtol=0)
        assert expected.abs().max() > 1e-3


def test_the_field_is_smooth_where_an_atom_crosses_the_radius():
    network = Network()
    graph, positions = batch_of("OCCCCCCN")
    far = graph.path_length[0, 0] > SMALL.hops
    atom = 7
    direction = positions[0, 0, atom] - positions[0, 0, 3]
    direction = direction / direction.norm()

    def at(distance: float) -> torch.Tensor:
        x = positions.clone()
        x[0, 0, atom] = x[0, 0, 3] + distance * direction
        with torch.no_grad():
            return network(graph, x, times(1, 1))["torsion"]

    def edges(distance: float) -> int:
        x = positions.clone()
        x[0, 0, atom] = x[0, 0, 3] + distance * direction
        return len(molecule_edges(x, graph.atom_mask, graph.path_length, SMALL.radius, SMALL.hops).length)

    assert far[atom]
    h = 1e-4
    assert edges(SMALL.radius - h) == edges(SMALL.radius + h) + 2
    for edge in (SMALL.radius, SMALL.radius - 1.0):  # where the cutoff ends and where it begins
        before, middle, after = at(edge - h), at(edge), at(edge + h)
        slopes = (middle - before) / h, (after - middle) / h
        assert slopes[0].abs().max() > 1e-6
        torch.testing.assert_close(slopes[0], slopes[1], atol=1e-3, rtol=0)


def test_the_torque_term_agrees_with_its_definition():
    network = Network()
    graph, positions = batch_of(FIRST, SECOND)
    rng = torch.Generator().manual_seed(0)
    force = torch.randn(positions.shape, generator=rng, dtype=torch.float64)
    found = network.torsion._torque(graph, force, positions)
    for row in range(2):
        real = graph.atom_mask[row]
        for k in range(int(graph.torsion_mask[row].sum())):
            _, b, c, _ = graph.torsions[row, k].tolist()
            x, f = positions[row, 0], force[row, 0]
            axis = (x[c] - x[b]) / (x[c] - x[b]).norm()
            spins = []
            for side in (graph.moving[row, k], real & ~graph.moving[row, k]):
                arms = x[side] - x[c]
                torque = (torch.linalg.cross(arms, f[side]) @ axis).sum()
                inertia = torch.linalg.cross(axis.expand_as(arms), arms).square().sum()
                spins.append(torque / (inertia + 1.0))
            torch.testing.assert_close(found[row, 0, k], spins[0] - spins[1], atol=1e-9, rtol=0)


def test_a_molecule_without_torsions_has_an_empty_torsion_field():
    network = Network()
    graph, positions = batch_of("c1ccccc1", count=2)
    assert network(graph, positions, times(1, 2))["torsion"].shape == (1, 2, 0)


def test_a_single_atom_has_features_and_no_force():
    network = Network()
    graph, positions = batch_of("O")
    out = network(graph, positions, times(1, 1))
    assert torch.isfinite(out["0e"]).all()
    assert (out["force"] == 0).all()
    assert (out["torque"] == 0).all()


def test_the_sizes_of_the_features_are_those_of_the_configuration():
    network = Network(2)
    graph, positions = batch_of(SECOND, count=2)
    features = network.backbone(graph, network.backbone.encode(graph), positions, times(1, 2))
    n = positions.shape[2]
    sizes = {"0e": (1, 8), "0o": (1, 4), "1o": (3, 4), "1e": (3, 3), "2e": (5, 4), "2o": (5, 3)}
    assert {ir: tuple(v.shape) for ir, v in features.items()} == {ir: (1, 2, n, *s) for ir, s in sizes.items()}
