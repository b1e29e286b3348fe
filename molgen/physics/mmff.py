"""MMFF94s of many conformers of one molecule at once: energies and gradients in torch.

Halgren, J. Comput. Chem. 17, 490 - 641 (1996) and 20, 720 (1999). Conformers are coordinates [n, 3, B] with the
conformer as the last, contiguous axis, as in `torsion_tree`.
"""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import torch
from torch import Tensor

from molgen.chem.atom_types.mmff_record import MMFFTerms
from molgen.physics.dihedrals import cross, dihedrals, norm

_STIFFNESS = 143.9325
"""kcal/mol per mdyn Angstrom."""
_DEGREE = math.pi / 180
_CUBIC_STRETCH = -2.0
_CUBIC_BEND = -0.4 * _DEGREE
_VDW_SHIFT, _VDW_POWER = 0.07, 0.12
_CHARGE_SHIFT = 0.05
_PIECE = 49_152
"""Pairs times conformers that are looked at together: what the cache of a core holds."""


class MMFFEnergy:
    """Energies and gradients of conformers [n, 3, B].

    Args:
        terms: of the molecule.
        charges: whether the electrostatic term takes part.
        dtype: of the conformers.
        device: where they are.
    """

    def __init__(
        self,
        terms: MMFFTerms,
        charges: bool = True,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        column = {f.name: getattr(terms, f.name) for f in fields(terms) if f.name != "n_atoms"}
        tensors = {
            name: torch.tensor(np.asarray(value).T, device=device)  # a copy
            for name, value in column.items()
        }
        self.bonds, self.angles, self.planes, self.torsions, self.pairs = (
            tensors[name].long() for name in ("bonds", "angles", "planes", "torsions", "pairs")
        )
        self.stretch, self.bend, self.mixed, self.lift, self.barriers, self.contact = (
            tensors[name].to(dtype)[..., None] for name in ("stretch", "bend", "mixed", "lift", "barriers", "contact")
        )
        self.contact[0].reciprocal_()
        self.linear = tensors["linear"].bool()[:, None]
        self.has_linear = bool(self.linear.any())
        self.charges = charges

    def __call__(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Conformers [n, 3, B] -> energies [B] in kcal/mol and gradients [n, 3, B]."""
        energy, gradient = positions.new_zeros(positions.shape[2]), torch.zeros_like(positions)
        for term in (self.stretching, self.bending, self.lifting, self.turning, self.contacts):
            energy = energy + term(positions, gradient)
        return energy, gradient

    def stretching(self, x: Tensor, gradient: Tensor) -> Tensor:
        """Bonds: energy [B]; the gradient is added to ``gradient``. So in the other terms."""
        i, j = self.bonds
        force, rest = self.stretch
        difference = x.index_select(0, i) - x.index_select(0, j)
        length = norm(difference)
        excess = length - rest
        cubic = _CUBIC_STRETCH * excess
        scale = _STIFFNESS * force * excess
        slope = scale * (1 + 1.5 * cubic + 7 / 6 * cubic * cubic)
        _add(gradient, i, j, difference * (slope / length)[:, None])
        return (0.5 * scale * excess * (1 + cubic + 7 / 12 * cubic * cubic)).sum(0)

    def bending(self, x: Tensor, gradient: Tensor) -> Tensor:
        """Angles, with the stretch-bend term."""
        i, j, k = self.angles
        force, rest = self.bend
        first, second, rest_i, rest_k = self.mixed
        apex = x.index_select(0, j)
        u, v = x.index_select(0, i) - apex, x.index_select(0, k) - apex
        length_u, length_v = norm(u), norm(v)
        u, v = u / length_u[:, None], v / length_v[:, None]
        cosine = (u * v).sum(1).clamp(-1.0, 1.0)
        sine = (1 - cosine * cosine).clamp(min=1e-6).sqrt()
        excess = torch.atan2(sine, cosine) / _DEGREE - rest
        factor = _STIFFNESS * _DEGREE
        pull = factor * (first * (length_u - rest_i) + second * (length_v - rest_k))
        scale = factor * _DEGREE * force * excess
        energy = 0.5 * scale * excess * (1 + _CUBIC_BEND * excess) + pull * excess
        by_cosine = -(scale * (1 + 1.5 * _CUBIC_BEND * excess) + pull) / (_DEGREE * sine)
        if self.has_linear:
            energy = torch.where(self.linear, _STIFFNESS * force * (1 + cosine), energy)
            by_cosine = torch.where(self.linear, _STIFFNESS * force, by_cosine)
        stretch = factor * excess
        on_u = u * (stretch * first)[:, None] + (v - cosine[:, None] * u) * (by_cosine / length_u)[:, None]
        on_v = v * (stretch * second)[:, None] + (u - cosine[:, None] * v) * (by_cosine / length_v)[:, None]
        gradient.index_add_(0, i, on_u).index_add_(0, k, on_v).index_add_(0, j, -(on_u + on_v))
        return energy.sum(0)

    def lifting(self, x: Tensor, gradient: Tensor) -> Tensor:
        """Out-of-plane bends at trigonal atoms (Wilson angles)."""
        i, j, k, far = self.planes
        if len(i) == 0:
            return x.new_zeros(x.shape[2])
        apex = x.index_select(0, j)
        arms = [x.index_select(0, a) - apex for a in (i, k, far)]
        lengths = [norm(arm) for arm in arms]
        u, v, w = (arm / length[:, None] for arm, length in zip(arms, lengths, strict=True))
        cosine = (u * v).sum(1).clamp(-0.9999, 0.9999)
        sine = (1 - cosine * cosine).sqrt()
        normal, vw, wu = cross(u, v), cross(v, w), cross(w, u)
        lift = ((normal * w).sum(1) / sine).clamp(-0.9999, 0.9999)
        level = (1 - lift * lift).sqrt()
        angle = torch.asin(lift)
        scale = _STIFFNESS * self.lift * angle
        steep, tangent = (1 / (level * sine))[:, None], (lift / level)[:, None]
        slant = tangent / (sine * sine)[:, None]
        on_u = (vw * steep - slant * (u - cosine[:, None] * v)) * (scale / lengths[0])[:, None]
        on_v = (wu * steep - slant * (v - cosine[:, None] * u)) * (scale / lengths[1])[:, None]
        on_w = (normal * steep - tangent * w) * (scale / lengths[2])[:, None]
        gradient.index_add_(0, i, on_u).index_add_(0, k, on_v).index_add_(0, far, on_w)
        gradient.index_add_(0, j, -(on_u + on_v + on_w))
        return (0.5 * scale * angle).sum(0)

    def turning(self, x: Tensor, gradient: Tensor) -> Tensor:
        """Torsions."""
        if self.torsions.shape[1] == 0:
            return x.new_zeros(x.shape[2])
        angles = dihedrals(x, self.torsions)
        cosine, sine = angles.cosine, angles.sine
        one, two, three = (0.5 * row for row in self.barriers)
        square = cosine * cosine
        energy = one * (1 + cosine) + 2 * two * (1 - square) + three * (1 + cosine * (4 * square - 3))
        angles.add_forces(sine * (4 * two * cosine - one - 3 * three * (4 * square - 1)), gradient)
        return energy.sum(0)

    def contacts(self, x: Tensor, gradient: Tensor) -> Tensor:
        """The buffered 14-7 potential and, where charges take part, the buffered Coulomb term."""
        energy = x.new_zeros(x.shape[2])
        rows = max(16, _PIECE // max(1, x.shape[2]))
        for piece in range(0, self.pairs.shape[1], rows):
            energy = energy + self._contacts(slice(piece, piece + rows), x, gradient)
        return energy

    def _contacts(self, rows: slice, x: Tensor, gradient: Tensor) -> Tensor:
        i, j = self.pairs[:, rows]
        over_radius, depth, charge = self.contact[:, rows]
        difference = x.index_select(0, i).sub_(x.index_select(0, j))
        distance = norm(difference)
        ratio = distance * over_radius
        near = (ratio + _VDW_SHIFT).reciprocal_()
        well = near * (1 + _VDW_SHIFT)
        square = well * well
        well.mul_(square).mul_(square.mul_(square)).mul_(depth)
        sixth = (ratio * ratio).pow_(3)
        wide = (ratio.mul_(sixth)).add_(_VDW_POWER).reciprocal_()
        energy = (wide * (1 + _VDW_POWER)).sub_(2).mul_(well)
        slope = near.mul_(energy).mul_(-7).addcmul_(well.mul_(sixth), wide.square_(), value=-7 * (1 + _VDW_POWER))
        slope.mul_(over_radius)
        if self.charges:
            close = (distance + _CHARGE_SHIFT).reciprocal_()
            coulomb = charge * close
            energy.add_(coulomb)
            slope.sub_(coulomb.mul_(close))
        _add(gradient, i, j, difference.mul_(slope.div_(distance)[:, None]))
        return energy.sum(0)


def _add(gradient: Tensor, i: Tensor, j: Tensor, on_i: Tensor) -> None:
    """Add forces between pairs of atoms."""
    gradient.index_add_(0, i, on_i).index_add_(0, j, on_i, alpha=-1)
