"""MMFF94s of many conformers at once, of one molecule or of several: energies and gradients in torch.

Halgren, J. Comput. Chem. 17, 490 - 641 (1996) and 20, 720 (1999). Conformers are coordinates [n, 3, B] with the
conformer as the last, contiguous axis, as in `torsion_tree`. Several molecules are one that falls into parts: their
terms stand one after the other, and energies are summed up by atoms. So no sum depends on what else is in the batch.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import torch
from torch import Tensor

from molgen.chem.atom_types.mmff_record import MMFFTerms
from molgen.physics.dihedrals import cross, dihedrals, dot, norm
from molgen.physics.sums import atom_sums

_STIFFNESS = 143.9325
"""kcal/mol per mdyn Angstrom."""
_DEGREE = math.pi / 180
_CUBIC_STRETCH = -2.0
_CUBIC_BEND = -0.4 * _DEGREE
_VDW_SHIFT, _VDW_POWER = 0.07, 0.12
_CHARGE_SHIFT = 0.05
_PIECE, _GPU_PIECE = 49_152, 100_000_000
"""Pairs times conformers that are looked at together: what the cache of a core holds, or keeps a GPU busy."""


_ATOMS = ("bonds", "angles", "planes", "torsions", "pairs")
_VALUES = ("stretch", "bend", "mixed", "lift", "barriers", "contact")


class MMFFEnergy:
    """Energies and gradients of conformers [n, 3, B] of a molecule, or [M, n, 3, B] of several (see :func:`joined`).

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
        self.bonds, self.angles, self.planes, self.torsions, self.pairs = (tensors[name].long() for name in _ATOMS)
        self.stretch, self.bend, self.mixed, self.lift, self.barriers, self.contact = (
            tensors[name].to(dtype)[..., None] for name in _VALUES
        )
        self.contact[0].reciprocal_()
        self.linear = tensors["linear"].bool()[:, None]
        self.has_linear = bool(self.linear.any())
        self.charges = charges
        self.n_atoms = terms.n_atoms

    @classmethod
    def joined(cls, energies: Sequence[MMFFEnergy], n_atoms: int, device: torch.device | str = "cpu") -> MMFFEnergy:
        """The energies of several molecules, of which each has room for ``n_atoms`` atoms.

        Args:
            energies: of each, all with charges or all without.
            n_atoms: n of the conformers [M, n, 3, B]; atoms that a molecule lacks feel nothing.
        """
        self = copy.copy(energies[0])
        for name in _ATOMS:
            shifted = [getattr(energy, name) + place * n_atoms for place, energy in enumerate(energies)]
            setattr(self, name, torch.cat(shifted, -1).to(device))
        for name in _VALUES:
            setattr(self, name, torch.cat([getattr(energy, name) for energy in energies], -2).to(device))
        self.linear = torch.cat([energy.linear for energy in energies]).to(device)
        self.has_linear = any(energy.has_linear for energy in energies)
        self.n_atoms = n_atoms
        return self

    def __call__(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Conformers [..., n, 3, B] -> energies [..., B] in kcal/mol and gradients [..., n, 3, B]."""
        x = positions.reshape(-1, *positions.shape[-2:])
        energy, gradient = x.new_zeros(len(x), x.shape[2]), torch.zeros_like(x)
        for term in (self.stretching, self.bending, self.lifting, self.turning, self.contacts):
            term(x, energy, gradient)
        total = atom_sums(energy.view(-1, positions.shape[-3], x.shape[2]))
        return total.view(*positions.shape[:-3], -1), gradient.view_as(positions)

    def stretching(self, x: Tensor, energy: Tensor, gradient: Tensor) -> None:
        """Bonds: added to ``energy`` [n, B], of an atom of each term, and to ``gradient``. So in the other terms."""
        i, j = self.bonds
        force, rest = self.stretch
        difference = x.index_select(0, i) - x.index_select(0, j)
        length = norm(difference)
        excess = length - rest
        cubic = _CUBIC_STRETCH * excess
        scale = _STIFFNESS * force * excess
        slope = scale * (1 + 1.5 * cubic + 7 / 6 * cubic * cubic)
        _add(gradient, i, j, difference * (slope / length)[:, None])
        energy.index_add_(0, i, 0.5 * scale * excess * (1 + cubic + 7 / 12 * cubic * cubic))

    def bending(self, x: Tensor, energy: Tensor, gradient: Tensor) -> None:
        """Angles, with the stretch-bend term."""
        i, j, k = self.angles
        force, rest = self.bend
        first, second, rest_i, rest_k = self.mixed
        apex = x.index_select(0, j)
        u, v = x.index_select(0, i) - apex, x.index_select(0, k) - apex
        length_u, length_v = norm(u), norm(v)
        u, v = u / length_u[:, None], v / length_v[:, None]
        cosine = dot(u, v).clamp(-1.0, 1.0)
        sine = (1 - cosine * cosine).clamp(min=1e-6).sqrt()
        excess = torch.acos(cosine) / _DEGREE - rest
        factor = _STIFFNESS * _DEGREE
        pull = factor * (first * (length_u - rest_i) + second * (length_v - rest_k))
        scale = factor * _DEGREE * force * excess
        own = 0.5 * scale * excess * (1 + _CUBIC_BEND * excess) + pull * excess
        by_cosine = -(scale * (1 + 1.5 * _CUBIC_BEND * excess) + pull) / (_DEGREE * sine)
        if self.has_linear:
            own = torch.where(self.linear, _STIFFNESS * force * (1 + cosine), own)
            by_cosine = torch.where(self.linear, _STIFFNESS * force, by_cosine)
        stretch = factor * excess
        on_u = u * (stretch * first)[:, None] + (v - cosine[:, None] * u) * (by_cosine / length_u)[:, None]
        on_v = v * (stretch * second)[:, None] + (u - cosine[:, None] * v) * (by_cosine / length_v)[:, None]
        gradient.index_add_(0, i, on_u).index_add_(0, k, on_v).index_add_(0, j, -(on_u + on_v))
        energy.index_add_(0, j, own)

    def lifting(self, x: Tensor, energy: Tensor, gradient: Tensor) -> None:
        """Out-of-plane bends at trigonal atoms (Wilson angles)."""
        i, j, k, far = self.planes
        if len(i) == 0:
            return
        apex = x.index_select(0, j)
        arms = [x.index_select(0, a) - apex for a in (i, k, far)]
        lengths = [norm(arm) for arm in arms]
        u, v, w = (arm / length[:, None] for arm, length in zip(arms, lengths, strict=True))
        cosine = dot(u, v).clamp(-0.9999, 0.9999)
        sine = (1 - cosine * cosine).sqrt()
        normal, vw, wu = cross(u, v), cross(v, w), cross(w, u)
        lift = (dot(normal, w) / sine).clamp(-0.9999, 0.9999)
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
        energy.index_add_(0, j, 0.5 * scale * angle)

    def turning(self, x: Tensor, energy: Tensor, gradient: Tensor) -> None:
        """Torsions."""
        if self.torsions.shape[1] == 0:
            return
        angles = dihedrals(x, self.torsions)
        cosine, sine = angles.cosine, angles.sine
        one, two, three = (0.5 * row for row in self.barriers)
        square = cosine * cosine
        own = one * (1 + cosine) + 2 * two * (1 - square) + three * (1 + cosine * (4 * square - 3))
        energy.index_add_(0, self.torsions[1], own)
        angles.add_forces(sine * (4 * two * cosine - one - 3 * three * (4 * square - 1)), gradient)

    def contacts(self, x: Tensor, energy: Tensor, gradient: Tensor) -> None:
        """The buffered 14-7 potential and, where charges take part, the buffered Coulomb term."""
        rows = max(16, (_PIECE if x.device.type == "cpu" else _GPU_PIECE) // max(1, x.shape[2]))
        on_second = torch.zeros_like(gradient)  # of its own, so that pieces do not change the order of additions
        for piece in range(0, self.pairs.shape[1], rows):
            self._contacts(slice(piece, piece + rows), x, energy, gradient, on_second)
        gradient.sub_(on_second)

    def _contacts(self, rows: slice, x: Tensor, energy: Tensor, on_first: Tensor, on_second: Tensor) -> None:
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
        own = (wide * (1 + _VDW_POWER)).sub_(2).mul_(well)
        slope = near.mul_(own).mul_(-7).addcmul_(well.mul_(sixth), wide.square_(), value=-7 * (1 + _VDW_POWER))
        slope.mul_(over_radius)
        if self.charges:
            close = (distance + _CHARGE_SHIFT).reciprocal_()
            coulomb = charge * close
            own.add_(coulomb)
            slope.sub_(coulomb.mul_(close))
        difference.mul_(slope.div_(distance)[:, None])
        on_first.index_add_(0, i, difference)
        on_second.index_add_(0, j, difference)
        energy.index_add_(0, i, own)


def _add(gradient: Tensor, i: Tensor, j: Tensor, on_i: Tensor) -> None:
    """Add forces between pairs of atoms."""
    gradient.index_add_(0, i, on_i).index_add_(0, j, on_i, alpha=-1)
