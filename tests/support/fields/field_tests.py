"""What every network of molgen must hold, as classes to inherit: symmetries, independence, and how edges end.

A test class says in ``kinds`` how each of its outputs turns and in ``fields`` how to get them; it inherits the rest, in
float32 and float64.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
import torch
from equivariance import mirror_image, transformed
from small_molecules import batch_of, graph_of
from small_pockets import LIGAND_SIZE, motions, moved, random_pocket
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.features.pocket_features import PocketAtoms
from molgen.graphs.batch import GraphBatch, batch_graphs
from molgen.graphs.edges import molecule_edges
from molgen.graphs.pockets import PocketBatch, batch_pockets
from molgen.nets.config import BackboneConfig

FIRST, SECOND, LONG = "C[C@H](N)C(=O)OCC#CCF", "CC[C@@H](O)CN", "OCCCCCCN"
POCKETS = (random_pocket(40, seed=1), random_pocket(25, seed=2), random_pocket(3, seed=4))
SMALL = replace(LIGAND_SIZE, graph_layers=2, layers=3)
TOLERANCE = {torch.float32: 2e-4, torch.float64: 1e-9}
precisions = pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
Fields = dict[str, Tensor]


@dataclass(frozen=True)
class Scene:
    """B molecules with S conformations or poses at times, and the pockets around them."""

    graph: GraphBatch
    positions: Tensor
    t: Tensor
    pockets: Sequence[PocketAtoms]

    @property
    def pocket(self) -> PocketBatch:
        return batch_pockets(self.pockets, self.positions.dtype)

    def real(self) -> Tensor:
        """bool [B, 1, n]."""
        return self.graph.atom_mask[:, None]


def scene_of(*smiles: str, count: int = 2, dtype: torch.dtype = torch.float64) -> Scene:
    """Molecules near the origin, where the pockets are; padded atoms at the origin, as poses have them."""
    graph, positions = batch_of(*smiles, count=count)
    real = graph.atom_mask[:, None, :, None]
    middle = (positions * real).sum(2, keepdim=True) / real.sum(2, keepdim=True)
    rng = torch.Generator().manual_seed(0)
    shift = torch.randn(len(smiles), count, 1, 3, generator=rng, dtype=torch.float64)
    t = torch.linspace(0.1, 0.9, len(smiles) * count, dtype=dtype).reshape(len(smiles), count)
    return Scene(graph, torch.where(real, positions - middle + shift, 0.0).to(dtype), t, POCKETS[: len(smiles)])


def turned(scene: Scene, motion: Tensor, shift: Tensor) -> Scene:
    """Everything turned or mirrored, then shifted; a mirror swaps R and S."""
    graph = mirror_image(scene.graph) if torch.linalg.det(motion) < 0 else scene.graph
    positions = scene.positions @ motion.T.to(scene.positions) + shift.to(scene.positions)
    positions = torch.where(scene.real()[..., None], positions, scene.positions)
    return replace(
        scene, graph=graph, positions=positions, pockets=[moved(pocket, motion, shift) for pocket in scene.pockets]
    )


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


def assert_same(found: Mapping[str, Tensor], expected: Mapping[str, Tensor], *, something: bool = True) -> None:
    """Equal to rounding, relative to the largest value of each output, which must not be zero."""
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        size = value.abs().max() if value.numel() else torch.ones(())
        assert size > 1e-5 or not something, f"{name} is zero: nothing was tested"
        torch.testing.assert_close(found[name], value, atol=TOLERANCE[value.dtype] * float(size), rtol=0, msg=name)


class SymmetryTests:
    """Rotation, reflection, permutation and batching.

    Attributes:
        kinds: output -> irrep. Outputs are [B, S, n, ...] with the components of the irrep in the last axis (none for
            0e, 0o), zero in padded rows.
        whole: outputs that have no axis of atoms.
        centered: the origin matters (the center of a pocket).
    """

    kinds: ClassVar[Mapping[str, str]]
    whole: ClassVar[frozenset[str]] = frozenset({"translation", "rotation", "torsion"})
    centered: ClassVar[bool] = False

    def fields(self, scene: Scene) -> Fields:
        raise NotImplementedError

    @precisions
    def test_turned_moved_and_mirrored_molecules_have_turned_and_mirrored_fields(self, dtype):
        scene = scene_of(FIRST, SECOND, dtype=dtype)
        before = self.fields(scene)
        shift = torch.zeros(3) if self.centered else torch.tensor([10.0, -7.0, 4.0])
        for motion in motions():
            after = self.fields(turned(scene, motion, shift))
            expected = {name: transformed(before[name], kind, motion.to(dtype)) for name, kind in self.kinds.items()}
            assert_same(after, expected)

    @precisions
    def test_permuted_atoms_have_permuted_fields(self, dtype):
        scene, record = scene_of(FIRST, dtype=dtype), graph_of(FIRST)
        order = np.random.default_rng(0).permutation(record.n_atoms)
        other = replace(scene, graph=batch_graphs([permuted(record, order)]), positions=scene.positions[:, :, order])
        expected = {
            name: value if name in self.whole else value[:, :, order] for name, value in self.fields(scene).items()
        }
        assert_same(self.fields(other), expected)

    @precisions
    def test_the_order_of_the_pockets_atoms_does_not_matter(self, dtype):
        scene = scene_of(FIRST, dtype=dtype)
        (pocket,) = scene.pockets
        shuffled = pocket.pick(np.random.default_rng(0).permutation(len(pocket)))
        assert_same(self.fields(replace(scene, pockets=[shuffled])), self.fields(scene))

    @precisions
    def test_a_batch_gives_what_its_molecules_give_alone(self, dtype):
        names = (FIRST, SECOND, "O")
        scene = scene_of(*names, dtype=dtype)
        together = self.fields(scene)
        for row, name in enumerate(names):
            graph = batch_graphs([graph_of(name)])
            n, m = graph.atoms.shape[1], graph.torsions.shape[1]
            rows = slice(row, row + 1)
            alone = self.fields(Scene(graph, scene.positions[rows, :, :n], scene.t[rows], scene.pockets[rows]))
            found = {key: value[rows] if key in self.whole else value[rows, :, :n] for key, value in together.items()}
            if "torsion" in found:
                assert (found["torsion"][..., m:] == 0).all()
                found["torsion"] = found["torsion"][..., :m]
            assert_same(found, alone, something=False)

    @precisions
    def test_conformations_do_not_see_each_other(self, dtype):
        scene = scene_of(FIRST, SECOND, count=3, dtype=dtype)
        together = self.fields(scene)
        for s in range(3):
            one = slice(s, s + 1)
            alone = self.fields(replace(scene, positions=scene.positions[:, one], t=scene.t[:, one]))
            assert_same({name: value[:, one] for name, value in together.items()}, alone)


class CutoffTests:
    """How the edges between the atoms of a molecule end.

    Attributes:
        watched: the output that is looked at, per atom.
    """

    watched: ClassVar[str] = "1o"

    def fields(self, scene: Scene, config: BackboneConfig = SMALL) -> Fields:
        raise NotImplementedError

    @precisions
    def test_the_field_does_not_jump_where_an_atom_crosses_the_radius(self, dtype):
        scene = scene_of(LONG, count=1, dtype=dtype)
        h = 1e-3
        values = [self.fields(stretched(scene, SMALL.radius + d * h)) for d in (-1, 1, 3)]
        assert edge_count(stretched(scene, SMALL.radius - h)) == edge_count(stretched(scene, SMALL.radius + h)) + 2
        for name, inside in values[0].items():
            outside, beyond = values[1][name], values[2][name]
            jump, drift = (float((a - b).abs().max()) for a, b in ((inside, outside), (outside, beyond)))
            rounding = 10 * torch.finfo(dtype).eps * float(outside.abs().max())
            assert jump < 2 * drift + rounding, f"{name} jumps by {jump:.1e}; it drifts by {drift:.1e}"

    def test_the_field_is_smooth_where_the_cutoff_begins_and_where_it_ends(self):
        scene = scene_of(LONG, count=1)
        h = 1e-4
        for edge in (SMALL.radius - 1.0, SMALL.radius):
            before, middle, after = (self.fields(stretched(scene, edge + d * h))[self.watched] for d in (-1, 0, 1))
            slopes = (middle - before) / h, (after - middle) / h
            assert slopes[0].abs().max() > 1e-6
            torch.testing.assert_close(slopes[0], slopes[1], atol=1e-3, rtol=0)


class BondTests:
    """The edges of bonds must not fade, however far apart the atoms."""

    def fields(self, scene: Scene, config: BackboneConfig = SMALL) -> Fields:
        raise NotImplementedError

    @precisions
    def test_bonded_atoms_feel_each_other_beyond_the_radius(self, dtype):
        """No other edge is left here; vectors are 0 where it sends nothing, or do not see the other atom."""
        scene = scene_of("CO", count=1, dtype=dtype)
        length = float((scene.positions[0, 0, 1] - scene.positions[0, 0, 0]).norm())
        config = replace(SMALL, radius=length - 0.3, hops=1)
        assert edge_count(scene, config) == 2
        before = self.fields(scene, config)["1o"]
        shift = torch.tensor([[0.0, 0, 0], [0, 0, 0.3]], dtype=dtype)
        after = self.fields(replace(scene, positions=scene.positions + shift), config)["1o"]
        assert (after - before)[:, :, 0].abs().max() > 1e-3 * before.abs().max()


def stretched(scene: Scene, distance: float) -> Scene:
    """Atom 7 of a chain at a distance from atom 3, with more bonds between them than are always joined."""
    positions = scene.positions.clone()
    near, far = positions[0, 0, 3], positions[0, 0, 7]
    positions[0, 0, 7] = near + distance * (far - near) / (far - near).norm()
    return replace(scene, positions=positions)


def edge_count(scene: Scene, config: BackboneConfig = SMALL) -> int:
    graph = scene.graph
    return len(molecule_edges(scene.positions, graph.atom_mask, graph.path_length, config.radius, config.hops).length)
