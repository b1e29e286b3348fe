"""How fields must change when the molecule is rotated, moved or mirrored; used by every test of a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch
from e3nn import o3
from torch import Tensor

from molgen.chem.features.molecule_graph import ATOM_COLUMNS
from molgen.geometry.rotations import random_rotation
from molgen.graphs.batch import GraphBatch

CHIRALITY = list(ATOM_COLUMNS).index("chirality")
Fields = Mapping[str, Tensor]


def assert_equivariant(
    function: Callable[[Tensor], Fields],
    positions: Tensor,
    kinds: Mapping[str, str],
    *,
    mirrored: Callable[[Tensor], Fields] | None = None,
    real: Tensor | None = None,
    tolerance: float = 1e-9,
    seed: int = 0,
) -> None:
    """Check function(R x + v) = D(R) function(x) for rotations, and for reflections when ``mirrored`` is given.

    Args:
        function: positions [B, S, n, 3] -> name -> values, components of the irrep in the last axis (none for 0e, 0o).
        kinds: name -> irrep, e.g. "0o" for a pseudoscalar, "1o" for a polar and "1e" for an axial vector.
        mirrored: the same function for the mirror-image molecules, whose R/S labels are swapped.
        real: bool [B, n]; padded atoms are not moved.
    """
    rng = torch.Generator().manual_seed(seed)
    before = function(positions)
    for improper in (False, False, True):
        if improper and mirrored is None:
            continue
        motion = random_rotation((), rng, dtype=positions.dtype) * (-1 if improper else 1)
        shift = 10 * torch.randn(3, generator=rng, dtype=positions.dtype)
        moved = positions @ motion.T + shift
        if real is not None:
            moved = torch.where(real[:, None, :, None], moved, positions)
        after = (mirrored if improper and mirrored else function)(moved)
        for name, kind in kinds.items():
            expected = transformed(before[name], kind, motion)
            size = before[name].abs().max()
            assert size > 1e-4, f"{name} is zero: nothing was tested"
            error = (after[name] - expected).abs().max() / size
            assert error < tolerance, f"{name} ({kind}) is off by {float(error):.1e}, improper: {improper}"


def transformed(value: Tensor, kind: str, motion: Tensor) -> Tensor:
    """D(motion) applied to the last axis of ``value``; to the value itself for 0e and 0o.

    D is found from its definition, Y(R v) = D(R) Y(v), in float64 (e3nn's own matrices are made in float32).
    """
    sign = torch.linalg.det(motion).sign()
    parity = sign if kind.endswith("o") else torch.ones_like(sign)
    order = int(kind[0])
    if order == 0:
        return value * parity
    directions = torch.randn(50, 3, generator=torch.Generator().manual_seed(0), dtype=motion.dtype)
    before, after = (o3.spherical_harmonics(order, v, True) for v in (directions, directions @ (sign * motion).T))
    return parity * value @ torch.linalg.lstsq(before, after).solution


def mirror_image(graph: GraphBatch) -> GraphBatch:
    """The same molecules with R and S swapped."""
    atoms = graph.atoms.clone()
    label = atoms[..., CHIRALITY]
    atoms[..., CHIRALITY] = torch.where(label > 0, 3 - label, label)
    return replace(graph, atoms=atoms)
