"""Stretching, bending, out-of-plane bending and torsions of MMFF94s from the directions of the bonds.

All but the lengths are functions of cosines between bonds. With u, v, w along the bonds of a plane and
a = u.v, b = v.w, c = w.u, the Wilson angle of w has the squared sine 1 - b^2 - (c - ab)^2 / (1 - a^2). With p, r the
cosines at the ends of the axis of a torsion and o that between the outer bonds, its cosine is
(p r + o) / sqrt((1 - p^2) (1 - r^2)), and MMFF94s has polynomials of that cosine alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from molgen.chem.atom_types.mmff_record import MMFFTerms
from molgen.physics.mmff.rows import BondedRows, bonded_rows
from molgen.physics.mmff.vectors import dot, norm, scale

_STIFFNESS = 143.9325
"""kcal/mol per mdyn Angstrom."""
_CUBIC_BEND = -0.4
"""1/radian; that of stretching is -2/Angstrom."""
_STRAIGHT, _LEVEL = 2e-5, 1e-8
"""Least squared sines, of an angle and of a Wilson angle."""
_SHIFTED = {"vectors": 0, "angles": 1, "outer": 1, "planes": 2, "torsions": 2}
"""Rows that count atoms, vectors or angles."""


@dataclass(frozen=True)
class BondedTerms:
    """The rows of :class:`molgen.physics.mmff.rows.BondedRows` as tensors.

    Constants, which have an axis for conformers, are in kcal/mol, Angstrom and radian; barriers are the coefficients
    [4, t, 1] of a polynomial of the cosine.
    """

    vectors: Tensor
    stretch: Tensor
    angles: Tensor
    angle_signs: Tensor
    bend: Tensor
    mixed: Tensor
    linear: Tensor
    planes: Tensor
    lift: Tensor
    torsions: Tensor
    outer: Tensor
    outer_signs: Tensor
    barriers: Tensor

    @classmethod
    def of(cls, terms: MMFFTerms, dtype: torch.dtype, device: torch.device | str) -> BondedTerms:
        """The terms of a molecule, for conformers of a type on a device."""
        rows = _in_common_units(bonded_rows(terms))
        values = {f.name: torch.tensor(getattr(rows, f.name), device="cpu") for f in fields(cls)}
        constants = {name: value[..., None] for name, value in values.items() if name not in _SHIFTED}
        floats = {name: value.to(dtype) for name, value in constants.items() if name != "linear"}  # before the device:
        every = {**values, **constants, **floats}  # Apple's know no float64
        return cls(**{name: value.to(device) for name, value in every.items()})

    @classmethod
    def joined(cls, each: Sequence[BondedTerms], n_atoms: int, device: torch.device | str) -> BondedTerms:
        """The terms of several molecules, of which each has room for ``n_atoms`` atoms."""
        sizes = np.array([(n_atoms, own.vectors.shape[1], own.angles.shape[1]) for own in each])
        begins = (sizes.cumsum(0) - sizes).tolist()
        values = {}
        for name in (f.name for f in fields(cls)):
            parts = [getattr(own, name) for own in each]
            if name in _SHIFTED:
                parts = [part + begin[_SHIFTED[name]] for part, begin in zip(parts, begins, strict=True)]
            values[name] = torch.cat(parts, -1 if name in _SHIFTED else -2).to(device)
        return cls(**values)

    @cached_property
    def products(self) -> Tensor:
        """int64 [2, a + t], vectors whose directions are multiplied: of the angles, then the outer ones of torsions."""
        return torch.cat([self.angles, self.outer], 1)

    @cached_property
    def signs(self) -> Tensor:
        """Of these products, [a + t, 1]."""
        return torch.cat([self.angle_signs, self.outer_signs])

    @cached_property
    def inner(self) -> Tensor:
        """int64 [3 o + 2 t], the angles of planes and of torsions."""
        return torch.cat([self.planes.flatten(), self.torsions.flatten()])

    @cached_property
    def owners(self) -> Tensor:
        """int64 [e + a + o + t], an atom of the molecule of each term."""
        vectors = [torch.arange(self.vectors.shape[1], device=self.vectors.device), self.angles[0]]
        vectors += [self.angles[0][self.planes[0]], self.outer[0]]
        return self.vectors[0][torch.cat(vectors)]

    @cached_property
    def has_linear(self) -> bool:
        """Whether an apex is meant to be straight."""
        return bool(self.linear.any())

    def add_to(self, x: Tensor, energy: Tensor, gradient: Tensor) -> None:
        """Add the terms of conformers [n, 3, B] to ``energy`` [n, B], of an atom of each term, and to ``gradient``."""
        i, j = self.vectors
        unit = x.index_select(0, i).sub_(x.index_select(0, j))
        length = norm(unit)
        for component in unit.unbind(1):
            component.div_(length)
        first, second = self.products
        u, v = unit.index_select(0, first), unit.index_select(0, second)
        product = dot(u, v).mul_(self.signs)
        angles = self.angles.shape[1]
        by_product = torch.empty_like(product)

        excess = length - self.stretch[1]
        stretching, by_length = self._stretching(excess)
        bending = self._bending(excess, by_length, product[:angles], by_product[:angles])
        inner = product.index_select(0, self.inner)
        squares = (1 - inner * inner).clamp_(min=_STRAIGHT)
        by_inner = torch.empty_like(inner)
        planes = self.planes.numel()
        lifting = self._lifting(inner[:planes], squares[:planes], by_inner[:planes])
        turning = self._turning(
            inner[planes:], squares[planes:], by_inner[planes:], product[angles:], by_product[angles:]
        )
        by_product[:angles].index_add_(0, self.inner, by_inner)
        energy.index_add_(0, self.owners, torch.cat([stretching, bending, lifting, turning]))

        slope = by_product.mul_(self.signs)
        scale(u, slope)
        scale(v, slope)
        on_unit = torch.zeros_like(unit).index_add_(0, first, v).index_add_(0, second, u)
        inverse = length.reciprocal_()
        along = by_length.sub_(dot(on_unit, unit).mul_(inverse))
        scale(on_unit, inverse)
        scale(unit, along)
        force = on_unit.add_(unit)
        gradient.index_add_(0, i, force).index_add_(0, j, force, alpha=-1)

    def _stretching(self, excess: Tensor) -> tuple[Tensor, Tensor]:
        """Energies [e, B], and their slopes along the lengths."""
        pull = self.stretch[0] * excess
        own = (7 / 6 * excess).sub_(1).mul_(excess).add_(0.5).mul_(excess).mul_(pull)
        return own, (14 / 3 * excess).sub_(3).mul_(excess).add_(1).mul_(pull)

    def _bending(self, stretched: Tensor, by_length: Tensor, cosine: Tensor, by_cosine: Tensor) -> Tensor:
        """Energies [a, B] of angles, with the stretch-bend term; slopes are added to ``by_length`` and put down."""
        force, rest = self.bend
        arms, mixed = self.angles.flatten(), self.mixed.flatten(0, 1)
        cosine = cosine.clamp(-1.0, 1.0)
        sine = (1 - cosine * cosine).clamp_(min=1e-6).sqrt_()
        excess = cosine.acos().sub_(rest)
        sides = stretched.index_select(0, arms).mul_(mixed)
        pull = sides[: len(excess)].add_(sides[len(excess) :])
        push = force * excess
        own = pull.add(push, alpha=0.5).addcmul_(push, excess, value=0.5 * _CUBIC_BEND).mul_(excess)
        torch.addcmul(pull.add_(push), push, excess, value=1.5 * _CUBIC_BEND, out=by_cosine)
        by_cosine.div_(sine).neg_()
        if self.has_linear:
            own = torch.where(self.linear, force * (1 + cosine), own)
            by_cosine.copy_(torch.where(self.linear, force, by_cosine))
        by_length.index_add_(0, arms, torch.cat([excess, excess]).mul_(mixed))
        return own

    def _lifting(self, cosines: Tensor, squares: Tensor, slopes: Tensor) -> Tensor:
        """Energies [o, B] of out-of-plane bends from cosines [3 o, B] and squared sines; slopes are put down."""
        a, b, c = cosines.view(3, -1, cosines.shape[1])
        wide, other, _ = squares.view(3, -1, cosines.shape[1])
        on_a, on_b, on_c = slopes.view(3, -1, cosines.shape[1])
        across, along = torch.addcmul(c, a, b, value=-1), torch.addcmul(b, a, c, value=-1)
        square = (across * across).div_(wide).neg_().add_(other).clamp_(_LEVEL, 1 - _LEVEL)
        sine, level = square.sqrt(), 1 - square
        angle = sine.asin()
        slope = self.lift * angle
        own = (-0.5 * slope).mul_(angle)
        slope.div_(sine.mul_(level.sqrt()).mul_(wide))
        torch.mul(a, level, out=on_a).addcmul_(b, c, value=-1).mul_(slope)
        torch.mul(along, slope, out=on_b)
        torch.mul(across, slope, out=on_c)
        return own

    def _turning(self, ends: Tensor, squares: Tensor, on_ends: Tensor, outer: Tensor, on_outer: Tensor) -> Tensor:
        """Energies [t, B] of torsions from cosines [2 t, B] and squared sines at their ends, and between the outer
        bonds [t, B]; slopes are put down."""
        p, r = ends.view(2, -1, ends.shape[1])
        on_p, on_r = on_ends.view(2, -1, ends.shape[1])
        inverse = (squares[: len(p)] * squares[len(p) :]).rsqrt_()
        cosine = torch.addcmul(outer, p, r).mul_(inverse)
        none, one, two, three = self.barriers
        own = torch.addcmul(two, three, cosine)
        slope = own.add(own).addcmul_(three, cosine)
        own.mul_(cosine).add_(one).mul_(cosine).add_(none)
        slope.mul_(cosine).add_(one)
        torch.mul(slope, inverse, out=on_outer)
        torch.div(ends, squares, out=on_ends)
        along = slope.mul_(cosine)
        on_p.mul_(along).addcmul_(on_outer, r)
        on_r.mul_(along).addcmul_(on_outer, p)
        return own


def _in_common_units(rows: BondedRows) -> BondedRows:
    """Forces in kcal/mol, the lift negative, rest angles in radian, and barriers [4, t] as powers of the cosine."""
    scale = np.array([[_STIFFNESS], [1.0]])
    one, two, three = 0.5 * rows.barriers
    return replace(
        rows,
        stretch=rows.stretch * scale,
        bend=rows.bend * scale * np.array([[1.0], [math.pi / 180]]),
        mixed=rows.mixed * _STIFFNESS,
        lift=rows.lift * -_STIFFNESS,
        barriers=np.stack([one + 2 * two + three, one - 3 * three, -2 * two, 4 * three]),
    )
