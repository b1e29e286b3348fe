"""Template conformer + torsions + rigid pose -> coordinates: dihedrals, bonds, and a pose written out by hand."""

import numpy as np
import pytest
import torch
from small_molecules import batch_of, graph_of, heavy_positions
from torch import Tensor

from molgen.geometry import torus
from molgen.geometry.internal_coordinates import batch_coordinates, centroid, internal_coordinates
from molgen.geometry.rotations import random_rotation
from molgen.geometry.torsions import dihedral_angles
from molgen.graphs.batch import GraphBatch

FIRST, SECOND, RIGID = "CC[C@H](N)C(=O)OCC", "CCCO", "c1ccccc1"


def pose(size: int, samples: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    """Random rotations [B, S, 3, 3] and places [B, S, 3]."""
    rng = torch.Generator().manual_seed(0)
    return random_rotation((size, samples), rng, dtype=dtype), torch.randn(size, samples, 3, generator=rng, dtype=dtype)


def wanted_torsions(graph: GraphBatch, positions: Tensor) -> Tensor:
    own = dihedral_angles(positions, graph.torsions[:, None])
    return torch.where(graph.torsion_mask[:, None], own + torch.linspace(0.5, 2.5, own.shape[-1]).to(own), own)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 1e-4)])
def test_conformations_have_the_torsions_they_are_given_and_the_bonds_of_their_template(dtype, tolerance):
    graph, positions = batch_of(FIRST, SECOND, count=2)
    positions = positions.to(dtype)
    wanted = wanted_torsions(graph, positions)
    found = batch_coordinates(positions, graph).positions(wanted)
    error = torus.log(wanted, dihedral_angles(found, graph.torsions[:, None])) * graph.torsion_mask[:, None]
    assert error.abs().max() < tolerance
    near = graph.path_length[:, None] <= 2
    change = (torch.cdist(found, found) - torch.cdist(positions, positions)).abs()
    assert change[near.expand_as(change)].max() < 10 * tolerance
    assert change.max() > 0.5


def test_a_pose_is_turned_about_its_centroid_and_put_in_its_place():
    graph, positions = batch_of(FIRST, SECOND, count=2)
    shape = batch_coordinates(positions, graph)
    wanted = wanted_torsions(graph, positions)
    turn, place = pose(2, 2)
    found, bent = shape.pose(wanted, turn, place, graph.atom_mask[:, None]), shape.positions(wanted)
    for row, real in enumerate(graph.atom_mask):
        for sample in range(2):
            own = bent[row, sample, real]
            expected = torch.stack([turn[row, sample] @ (atom - own.mean(0)) for atom in own]) + place[row, sample]
            torch.testing.assert_close(found[row, sample, real], expected, atol=1e-12, rtol=0)
    torch.testing.assert_close(centroid(found, graph.atom_mask[:, None]), place, atol=1e-12, rtol=0)
    assert (found[(~graph.atom_mask)[:, None].expand(found.shape[:-1])] == 0).all()


def test_the_own_state_of_a_template_gives_its_coordinates():
    graph, positions = batch_of(FIRST, RIGID, count=2)
    shape, mask = batch_coordinates(positions, graph), graph.atom_mask[:, None]
    stay = torch.eye(3, dtype=torch.float64).expand(2, 2, 3, 3)
    found = shape.pose(shape.start, stay, centroid(positions, mask), mask)
    real = mask.expand(found.shape[:-1])
    torch.testing.assert_close(found[real], positions[real], atol=1e-9, rtol=0)


def test_a_batch_gives_what_one_molecule_gives_alone():
    graph, positions = batch_of(FIRST, SECOND, count=2)
    wanted = wanted_torsions(graph, positions)
    turn, place = pose(2, 2)
    together = batch_coordinates(positions, graph).pose(wanted, turn, place, graph.atom_mask[:, None])
    for row, smiles in enumerate((FIRST, SECOND)):
        record = graph_of(smiles)
        torsions, moving = torch.from_numpy(record.torsions.astype(np.int64)), torch.from_numpy(record.moving)
        shape = internal_coordinates(torch.from_numpy(heavy_positions(smiles, 2)), torsions, moving)
        alone = shape.pose(wanted[row, :, : record.n_torsions], turn[row], place[row])
        torch.testing.assert_close(together[row, :, : record.n_atoms], alone, atol=1e-12, rtol=0)


def test_one_template_serves_many_sets_of_torsions():
    record = graph_of(FIRST)
    torsions, moving = torch.from_numpy(record.torsions.astype(np.int64)), torch.from_numpy(record.moving)
    template = torch.from_numpy(heavy_positions(FIRST)[0])
    wanted = torch.linspace(-3, 3, 5 * len(torsions), dtype=torch.float64).reshape(5, -1)
    shared = internal_coordinates(template, torsions, moving).positions(wanted)
    copies = internal_coordinates(template.expand(5, -1, -1), torsions, moving).positions(wanted)
    assert torch.equal(shared, copies)


def test_coordinates_are_differentiable_in_torsions_rotation_and_place():
    graph, positions = batch_of(FIRST)
    shape = batch_coordinates(positions, graph)
    turn, place = pose(1, 1)
    inputs = [value.clone().requires_grad_() for value in (shape.start + 0.3, turn, place)]
    assert torch.autograd.gradcheck(lambda *state: shape.pose(*state, graph.atom_mask[:, None]), inputs)


def test_a_molecule_without_torsions_keeps_its_shape():
    graph, positions = batch_of(RIGID, count=3)
    assert torch.equal(batch_coordinates(positions, graph).positions(torch.zeros(1, 3, 0)), positions)
