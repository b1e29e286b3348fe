"""The AutoDock Vina energy of a pair of atoms: functional form, radii, weights.

Source: Trott and Olson, J. Comput. Chem. 31, 455 (2010), with the weights and radii of Vina 1.1 and 1.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.chem.proteins.structure import InteractionTypes

CUTOFF = 8.0
"""Atoms further apart do not interact, Angstrom."""

_RADII = {6: 1.9, 7: 1.8, 8: 1.7, 9: 1.5, 14: 2.2, 15: 2.1, 16: 2.0, 34: 2.0, 17: 1.8, 35: 2.0, 53: 2.2, 85: 2.3}
_METAL_RADIUS = 1.2
_OTHER_RADIUS = 2.0
_DIFFERENCE = 1e-5  # Angstrom, for numerical derivatives in float64


@dataclass(frozen=True)
class VinaWeights:
    """kcal/mol for each term; ``rotor`` is the penalty per rotatable bond, without unit."""

    gauss1: float = -0.035579
    gauss2: float = -0.005156
    repulsion: float = 0.840245
    hydrophobic: float = -0.035069
    hydrogen_bond: float = -0.587439
    rotor: float = 0.05846


WEIGHTS = VinaWeights()
TERMS = ("gauss1", "gauss2", "repulsion", "hydrophobic", "hydrogen_bond")


@dataclass(frozen=True)
class AtomClasses:
    """Atoms as members of a few classes that interact alike.

    Attributes:
        index: int64 [N], the class of each atom.
        radius: float64 [C], Angstrom.
        hydrophobic, donor, acceptor: bool [C].
    """

    index: Tensor
    radius: Tensor
    hydrophobic: Tensor
    donor: Tensor
    acceptor: Tensor

    def __len__(self) -> int:
        return len(self.radius)


def atom_classes(types: InteractionTypes) -> AtomClasses:
    """The classes among some atoms."""
    table = np.stack([radii(types), types.hydrophobic, types.donor, types.acceptor], axis=1).astype(np.float64)
    classes, index = np.unique(table.reshape(-1, 4), axis=0, return_inverse=True)
    columns = torch.from_numpy(classes)
    return AtomClasses(
        torch.from_numpy(index.reshape(-1).astype(np.int64)),
        columns[:, 0],
        columns[:, 1] > 0,
        columns[:, 2] > 0,
        columns[:, 3] > 0,
    )


def common_classes() -> AtomClasses:
    """The classes of the atoms of organic ligands, without atoms: so that maps can be made before ligands are known."""
    polar = [(6, 0, 0), *((7, donor, acceptor) for donor in (0, 1) for acceptor in (0, 1)), (8, 0, 1), (8, 1, 1)]
    rows = [*((z, donor, acceptor, 0) for z, donor, acceptor in polar), (14, 0, 0, 0), (15, 0, 0, 0), (16, 0, 0, 0)]
    table = np.array([*rows, *((z, 0, 0, 1) for z in (6, 9, 17, 35, 53))])
    flags = table[:, 1:].astype(bool)
    types = InteractionTypes(table[:, 0], flags[:, 0], flags[:, 1], flags[:, 2], np.zeros(len(table), dtype=bool))
    return atom_classes(types)


def radii(types: InteractionTypes) -> np.ndarray:
    """float64 [N], Angstrom: X-Score radii as Vina uses them; elements without one count as 2.0."""
    own = np.array([_RADII.get(int(z), _OTHER_RADIUS) for z in types.elements], dtype=np.float64)
    return np.where(types.metal, _METAL_RADIUS, own)


def pair_terms(distance: Tensor, radius_sum: Tensor, hydrophobic: Tensor, hydrogen_bond: Tensor) -> Tensor:
    """The five unweighted terms for pairs of atoms; differentiable in ``distance``.

    Args:
        distance: [...], Angstrom.
        radius_sum: [...], Angstrom; broadcasts, as the others.
        hydrophobic: [...] bool, both atoms are.
        hydrogen_bond: [...] bool, one is a donor and the other an acceptor.

    Returns:
        [..., 5] in the order of ``TERMS``; zero beyond the cutoff.
    """
    d = distance - radius_sum
    inside = (distance < CUTOFF).to(d.dtype)
    terms = (
        torch.exp(-((d / 0.5) ** 2)),
        torch.exp(-(((d - 3) / 2) ** 2)),
        d.clamp(max=0) ** 2,
        (1.5 - d).clamp(0, 1) * hydrophobic,
        (d / -0.7).clamp(0, 1) * hydrogen_bond,
    )
    return torch.stack([term * inside for term in terms], dim=-1)


def weight_vector(weights: VinaWeights = WEIGHTS, dtype: torch.dtype = torch.float64) -> Tensor:
    """[5] in the order of ``TERMS``."""
    return torch.tensor([getattr(weights, name) for name in TERMS], dtype=dtype)


def class_energies(distance: Tensor, first: AtomClasses, second: AtomClasses, weights: VinaWeights) -> Tensor:
    """Energies [C1, C2, ...] of every pair of classes at the distances [...], kcal/mol."""
    lead = (slice(None), *[None] * distance.dim())
    radius = (first.radius[:, None] + second.radius)[(slice(None), *lead)]
    hydrophobic = (first.hydrophobic[:, None] & second.hydrophobic)[(slice(None), *lead)]
    bond = (first.donor[:, None] & second.acceptor) | (first.acceptor[:, None] & second.donor)
    terms = pair_terms(distance.double(), radius, hydrophobic, bond[(slice(None), *lead)])
    return terms @ weight_vector(weights)


def energy_tables(
    first: AtomClasses, second: AtomClasses, bins: int, weights: VinaWeights = WEIGHTS
) -> tuple[Tensor, Tensor]:
    """Energies of every pair of classes by squared distance, and their slopes.

    Args:
        first, second: classes.
        bins: of the squared distance, from 0 to the cutoff; a last one, beyond it, is zero.

    Returns:
        float32 [C1, C2, bins + 1] each: E in kcal/mol and dE/dr / r in kcal/mol/Angstrom^2, at the middle of the bin.
    """
    middle = ((torch.arange(bins, dtype=torch.float64) + 0.5) * (CUTOFF**2 / bins)).sqrt()
    energy = class_energies(middle, first, second, weights)
    above, below = (class_energies(middle + h, first, second, weights) for h in (_DIFFERENCE, -_DIFFERENCE))
    slope = (above - below) / (2 * _DIFFERENCE * middle)
    return tuple(torch.nn.functional.pad(table, (0, 1)).float() for table in (energy, slope))  # type: ignore[return-value]


def rotor_factor(rotors: float, weights: VinaWeights = WEIGHTS) -> float:
    """What the intermolecular energy is multiplied with for a ligand with so many rotatable bonds."""
    return 1.0 / (1.0 + weights.rotor * rotors)
