"""Coordinates from backbones and chi angles, and back."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import numpy as np
import torch
from torch import Tensor

from molgen.chem.side_chains.residues import CHI_ATOMS, HAS_ATOM, HAS_CHI, MOVED, SYMMETRIC
from molgen.geometry.torsions import apply_torsions, dihedral_angles
from molgen.geometry.torus import wrap


def frames(atoms: Tensor) -> tuple[Tensor, Tensor]:
    """Rotation [..., 3, 3] (columns are the axes) and origin [..., 3] of residues [..., 14, 3].

    The origin is CA; the first axis halves the angle N-CA-C, the second points from N to C in its plane.
    """
    n, ca, c = atoms[..., 0, :], atoms[..., 1, :], atoms[..., 2, :]
    to_n, to_c = (torch.nn.functional.normalize(x - ca, dim=-1) for x in (n, c))
    first = torch.nn.functional.normalize(to_n + to_c, dim=-1)
    second = torch.nn.functional.normalize(to_c - to_n, dim=-1)
    return torch.stack((first, second, torch.linalg.cross(first, second)), -1), ca


def to_frame(rotation: Tensor, origin: Tensor, points: Tensor) -> Tensor:
    """Points [..., n, 3] in the frames of :func:`frames`."""
    return (points - origin[..., None, :]) @ rotation


def from_frame(rotation: Tensor, origin: Tensor, points: Tensor) -> Tensor:
    """The inverse of :func:`to_frame`."""
    return points @ rotation.mT + origin[..., None, :]


@cache
def templates() -> Tensor:
    """Ideal residues with all chi angles zero, in their frames, float32 [20, 14, 3], Angstrom.

    Medians over 2,019 clusters of crystal structures of the PDB (:func:`median_templates`).
    """
    text = (resources.files("molgen.chem.side_chains") / "templates.json").read_text()
    return torch.tensor(json.loads(text), dtype=torch.float32, device="cpu")


def ideal_residues(types: Tensor, backbone: Tensor) -> Tensor:
    """Residues [R, 14, 3] with ideal side chains, chi angles zero, on their own N, CA, C and O.

    Args:
        types: int64 [R].
        backbone: [R, >= 4, 3], Angstrom.
    """
    ideal = from_frame(*frames(backbone), templates().to(backbone)[types])
    return torch.cat((backbone[:, :4], ideal[:, 4:]), 1) * table(HAS_ATOM, types)[..., None]


def set_chi(types: Tensor, atoms: Tensor, chi: Tensor) -> Tensor:
    """Turn the side chains of residues [..., R, 14, 3] until they have these chi angles [..., R, 4], radian.

    Bond lengths and angles stay as they are; chi angles that a residue does not have are not looked at.
    """
    change = torch.where(table(HAS_CHI, types), chi - chi_angles(types, atoms), 0.0)
    return apply_torsions(atoms, change, table(CHI_ATOMS, types), table(MOVED, types))


def chi_angles(types: Tensor, atoms: Tensor) -> Tensor:
    """Chi angles [..., R, 4] of residues [..., R, 14, 3], radian; zero where there is none."""
    return dihedral_angles(atoms, table(CHI_ATOMS, types)) * table(HAS_CHI, types)


def chi_known(types: Tensor, present: Tensor) -> Tensor:
    """bool [R, 4], chi angles whose four atoms are present; present: bool [R, 14]."""
    known = torch.take_along_dim(present[:, None].expand(-1, 4, -1), table(CHI_ATOMS, types), -1)
    return known.all(-1) & table(HAS_CHI, types)


def chi_difference(types: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Absolute differences [..., R, 4] in [0, pi], radian; half a turn is none where the chain ends symmetrically."""
    difference = wrap(first - second).abs()
    return torch.where(table(SYMMETRIC, types), torch.minimum(difference, torch.pi - difference), difference)


def table(values: np.ndarray, types: Tensor) -> Tensor:
    """Rows of a table of residue types, on the device of ``types``."""
    return torch.as_tensor(values, device=types.device)[types]


def virtual_cb(atoms: Tensor) -> Tensor:
    """Where CB is or would be, [R, 3]."""
    rotation, origin = frames(atoms)
    return from_frame(rotation, origin, templates().to(atoms)[:1, 4].expand(len(atoms), 1, 3))[:, 0]


def median_templates(types: Tensor, atoms: Tensor, present: Tensor) -> Tensor:
    """What :func:`templates` holds, from residues [R, 14, 3]: medians of complete ones, chi angles set to zero."""
    flat = to_frame(*frames(atoms), set_chi(types, atoms, torch.zeros(len(types), 4).to(atoms)))
    complete = (present | ~table(HAS_ATOM, types)).all(-1)
    return torch.stack([flat[complete & (types == k)].median(0).values for k in range(20)])
