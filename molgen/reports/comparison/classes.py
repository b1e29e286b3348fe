"""Classes of molecules: by size, rotatable bonds, rings, and whether there is a macrocycle."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from rdkit import Chem

from molgen.chem.features.molecule_features import without_hydrogens
from molgen.chem.molecules.rotatable import rotatable_torsions

MACROCYCLE = 12
"""Atoms in a ring from which on it counts as a macrocycle (IUPAC Gold Book)."""
_UPPER = {"heavy atoms": (15, 25, 35, 45), "rotatable bonds": (2, 5, 8, 12), "rings": (0, 1, 2, 3, 4)}
"""The last number of every class but the last."""


def _classes(upper: tuple[int, ...]) -> tuple[str, ...]:
    lower = (0, *(bound + 1 for bound in upper[:-1]))
    ends = zip(lower, upper, strict=True)
    return (*(str(high) if low == high else f"{low}-{high}" for low, high in ends), f"> {upper[-1]}")


CLASSES = {name: _classes(upper) for name, upper in _UPPER.items()} | {"macrocycle": ("no", "yes")}
"""The classes of each classification, in order."""


@dataclass(frozen=True)
class MoleculeClasses:
    """What a molecule counts as.

    Attributes:
        heavy_atoms: how many.
        rotatable_bonds: torsions as molgen turns them (:mod:`molgen.chem.molecules.rotatable`).
        rings: in the smallest set of smallest rings.
        largest_ring: atoms in the largest of these, 0 without rings.
    """

    heavy_atoms: int
    rotatable_bonds: int
    rings: int
    largest_ring: int

    @property
    def macrocycle(self) -> bool:
        """Whether a ring has twelve atoms or more."""
        return self.largest_ring >= MACROCYCLE

    def labels(self) -> dict[str, str]:
        """Name of a classification -> class of the molecule."""
        counts = {"heavy atoms": self.heavy_atoms, "rotatable bonds": self.rotatable_bonds, "rings": self.rings}
        named = {name: CLASSES[name][bisect_left(_UPPER[name], count)] for name, count in counts.items()}
        return named | {"macrocycle": "yes" if self.macrocycle else "no"}


def classes_of(smiles: str) -> MoleculeClasses | None:
    """The classes of a molecule; None when its SMILES cannot be read."""
    mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        return None
    skeleton = without_hydrogens(mol)
    rings = Chem.GetSSSR(skeleton)
    return MoleculeClasses(
        heavy_atoms=skeleton.GetNumHeavyAtoms(),
        rotatable_bonds=len(rotatable_torsions(skeleton)) if skeleton.GetNumBonds() else 0,
        rings=len(rings),
        largest_ring=max((len(ring) for ring in rings), default=0),
    )
