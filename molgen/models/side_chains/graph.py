"""The input of the network: residues with frames, their neighbors and their surroundings."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import frames, virtual_cb
from molgen.geometry.torsions import dihedral_angles

_FAR = 1e4
_BLOCK = 2048  # residues whose distances to all are held at once
_REACH = 1.0  # Angstrom from CB, where the middle of a side chain is looked for


@dataclass(frozen=True)
class SideChainGraph:
    """Residues of one or more proteins, end to end.

    Attributes:
        types: int64 [R].
        backbone: [R, 4, 3], N, CA, C, O, Angstrom.
        bends: [R, 9], sine, cosine and presence of phi, psi and omega.
        neighbors: int64 [R, K], the nearest residues; near: bool [R, K], False in padded columns.
        offsets: int64 [R, K], sequence separation from a residue to its neighbor, -16 to 16; 17 in another chain.
        around: [R, C, 3], the nearest atoms of the surroundings, in the frame of the residue, Angstrom.
        elements: int64 [R, C], their classes; seen: bool [R, C], False in padded columns.
    """

    types: Tensor
    backbone: Tensor
    bends: Tensor
    neighbors: Tensor
    near: Tensor
    offsets: Tensor
    around: Tensor
    elements: Tensor
    seen: Tensor


FARTHEST = 16
OTHER_CHAIN = 2 * FARTHEST + 1


def side_chain_graph(
    types: Tensor,
    atoms: Tensor,
    chains: Tensor,
    numbers: Tensor,
    context: Tensor,
    elements: Tensor,
    neighbors: int,
    surroundings: int,
) -> SideChainGraph:
    """The graph of one protein.

    Args:
        types, chains, numbers: int64 [R]; atoms: [R, >= 4, 3], of which N, CA, C and O are used.
        context: [M, 3]; elements: int64 [M].
        neighbors, surroundings: how many residues and atoms a residue sees at most.
    """
    rotation, origin = frames(atoms)
    cb = virtual_cb(atoms)
    middle = cb + _REACH * torch.nn.functional.normalize(cb - origin, dim=-1)
    nearest = [_nearest(middle, slice(k, k + _BLOCK), neighbors) for k in range(0, len(middle), _BLOCK)]
    index, near = (torch.cat(columns) for columns in zip(*nearest, strict=True))
    step = (numbers[index] - numbers[:, None]).clamp(-FARTHEST, FARTHEST) + FARTHEST
    around, classes, seen = _surroundings(middle, rotation, origin, context, elements, surroundings)
    return SideChainGraph(
        types=types,
        backbone=atoms[:, :4],
        bends=_bends(atoms, chains, numbers),
        neighbors=index,
        near=near,
        offsets=torch.where(chains[index] == chains[:, None], step, OTHER_CHAIN),
        around=around,
        elements=classes,
        seen=seen,
    )


def _nearest(middle: Tensor, rows: slice, count: int) -> tuple[Tensor, Tensor]:
    """Neighbors of residues, and a mask of those that are not padding."""
    distance = torch.cdist(middle[rows], middle)
    row = torch.arange(len(distance), device=middle.device)
    distance[row, row + rows.start] = _FAR
    nearest = distance.topk(min(count, len(middle)), largest=False)
    return _padded(nearest.indices, count), _padded(nearest.values < _FAR / 2, count)


def _surroundings(
    middle: Tensor, rotation: Tensor, origin: Tensor, context: Tensor, elements: Tensor, count: int
) -> tuple[Tensor, Tensor, Tensor]:
    if not len(context):
        shape = (len(middle), count)
        return middle.new_zeros(*shape, 3), elements.new_zeros(shape), elements.new_zeros(shape, dtype=torch.bool)
    nearest = torch.cdist(middle, context).topk(min(count, len(context)), largest=False)
    local = torch.einsum("rcx,rxy->rcy", context[nearest.indices] - origin[:, None], rotation)
    seen = nearest.values < _SIGHT
    return (
        _padded(torch.where(seen[..., None], local, 0.0), count),
        _padded(torch.where(seen, elements[nearest.indices], 0), count),
        _padded(seen, count),
    )


_SIGHT = 12.0


def _padded(values: Tensor, count: int) -> Tensor:
    missing = count - values.shape[1]
    return torch.cat((values, values.new_zeros(len(values), missing, *values.shape[2:])), 1) if missing else values


def _bends(atoms: Tensor, chains: Tensor, numbers: Tensor) -> Tensor:
    """Backbone torsions; at a chain break they are zero and marked absent."""
    n, ca, c = atoms[:, 0], atoms[:, 1], atoms[:, 2]
    joins = (chains[1:] == chains[:-1]) & (torch.linalg.vector_norm(n[1:] - c[:-1], dim=-1) < 2.0)
    none = torch.zeros(1, dtype=torch.bool, device=atoms.device)
    before, after = torch.cat((none, joins)), torch.cat((joins, none))
    previous_ca, previous_c, next_n = ca.roll(1, 0), c.roll(1, 0), n.roll(-1, 0)
    angles = torch.stack(
        (_dihedral(previous_c, n, ca, c), _dihedral(n, ca, c, next_n), _dihedral(previous_ca, previous_c, n, ca)), -1
    )
    known = torch.stack((before, after, before), -1)
    return torch.cat((angles.sin() * known, angles.cos() * known, known.to(angles)), -1)


def _dihedral(*points: Tensor) -> Tensor:
    return dihedral_angles(torch.stack(points, -2), torch.arange(4, device=points[0].device)[None])[..., 0]
