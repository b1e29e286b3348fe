"""MMFF94s of many conformers at once: the public class.

Conformers are coordinates [n, 3, B] with the conformer as the last, contiguous axis, as in `torsion_tree`. Several
molecules are one that falls into parts: their terms stand one after the other, and energies are summed up by atoms. So
no sum depends on what else is in the batch.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from molgen.chem.atom_types.mmff_record import MMFFTerms
from molgen.physics.mmff.bonded import BondedTerms
from molgen.physics.mmff.contacts import WELL, add_contacts
from molgen.physics.sums import atom_sums

if TYPE_CHECKING:
    from molgen.physics.mmff.compiled import Terms


class MMFFEnergy:
    """Energies and gradients of conformers [n, 3, B] of a molecule, or [M, n, 3, B] of several (see :meth:`joined`).

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
        self.bonded = BondedTerms.of(terms, dtype, device)
        self.pairs = torch.tensor(np.asarray(terms.pairs).T, device=device)
        self.contact = torch.tensor(np.asarray(terms.contact).T, device="cpu").to(dtype).to(device)[..., None]
        self.contact[0].reciprocal_()
        self.contact[1].mul_(WELL)
        self.charges = charges
        self.n_atoms = terms.n_atoms

    def with_charges(self, charges: bool) -> MMFFEnergy:
        """The same with the electrostatic term, or without."""
        changed = copy.copy(self)
        changed.charges = charges
        return changed

    @classmethod
    def joined(cls, energies: Sequence[MMFFEnergy], n_atoms: int, device: torch.device | str = "cpu") -> MMFFEnergy:
        """The energies of several molecules, of which each has room for ``n_atoms`` atoms.

        Args:
            energies: of each, all with charges or all without.
            n_atoms: n of the conformers [M, n, 3, B]; atoms that a molecule lacks feel nothing.
        """
        self = copy.copy(energies[0])
        self.__dict__.pop("compiled_terms", None)
        self.bonded = BondedTerms.joined([energy.bonded for energy in energies], n_atoms, device)
        self.pairs = torch.cat([energy.pairs + k * n_atoms for k, energy in enumerate(energies)], 1).to(device)
        self.contact = torch.cat([energy.contact for energy in energies], 1).to(device)
        self.n_atoms = n_atoms
        return self

    @cached_property
    def compiled_terms(self) -> Terms:
        """The terms of one molecule for compiled code."""
        from molgen.physics.mmff.compiled import Terms, no_restraints

        by_first = self.pairs[0].argsort(stable=True)
        first, second = self.pairs[:, by_first].numpy()
        rows = {name: getattr(self.bonded, name).numpy() for name in Terms._fields if hasattr(self.bonded, name)}
        rows |= {"begins": np.searchsorted(first, np.arange(self.n_atoms + 1)), "second": second}
        rows["contact"] = self.contact[:, by_first].numpy()
        return Terms(**{name: _in_rows(array) for name, array in rows.items()}, **no_restraints())

    def __call__(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Conformers [..., n, 3, B] -> energies [..., B] in kcal/mol and gradients [..., n, 3, B]."""
        x = positions.reshape(-1, *positions.shape[-2:])
        energy, gradient = x.new_zeros(len(x), x.shape[2]), torch.zeros_like(x)
        if self.bonded.vectors.shape[1]:
            self.bonded.add_to(x, energy, gradient)
        if self.pairs.shape[1]:
            add_contacts(self.pairs, self.contact, self.charges, x, energy, gradient)
        total = atom_sums(energy.view(-1, positions.shape[-3], x.shape[2]))
        return total.view(*positions.shape[:-3], -1), gradient.view_as(positions)


def _in_rows(array: np.ndarray) -> np.ndarray:
    """Indices unsigned; constants without the axis of conformers."""
    if array.dtype == np.int64:
        return np.ascontiguousarray(array, np.uint32)
    return np.ascontiguousarray(array[..., 0])
