"""The MMFF94s terms of a molecule as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class MMFFTerms:
    """The terms of a molecule of n atoms, as arrays.

    Attributes:
        n_atoms: n.
        bonds: int64 [b, 2]; stretch: [b, 2], force constant (mdyn/Angstrom) and rest length (Angstrom).
        angles: int64 [a, 3], the second the apex; bend: [a, 2], force constant (mdyn Angstrom/rad^2) and rest angle
            (degrees); mixed: [a, 4], the two stretch-bend constants (mdyn/rad) and the rest lengths of both sides;
            linear: bool [a], apexes that are meant to be straight.
        planes: int64 [o, 4], (i, apex, k, l), l out of the plane of the others; lift: [o], mdyn Angstrom/rad^2.
        torsions: int64 [t, 4]; barriers: [t, 3], kcal/mol.
        pairs: int64 [p, 2], atoms three and more bonds apart; contact: [p, 3], radius sum (Angstrom), well depth
            (kcal/mol) and Coulomb prefactor (kcal/mol Angstrom).
    """

    n_atoms: int
    bonds: np.ndarray
    stretch: np.ndarray
    angles: np.ndarray
    bend: np.ndarray
    mixed: np.ndarray
    linear: np.ndarray
    planes: np.ndarray
    lift: np.ndarray
    torsions: np.ndarray
    barriers: np.ndarray
    pairs: np.ndarray
    contact: np.ndarray

    def only(self, torsions: NDArray[np.bool_] | slice, pairs: NDArray[np.bool_] | slice) -> MMFFTerms:
        """Some of the torsions and pairs, and no other term."""
        bare = ("bonds", "stretch", "angles", "bend", "mixed", "linear", "planes", "lift")
        return replace(
            self,
            **{name: getattr(self, name)[:0] for name in bare},
            torsions=self.torsions[torsions],
            barriers=self.barriers[torsions],
            pairs=self.pairs[pairs],
            contact=self.contact[pairs],
        )
