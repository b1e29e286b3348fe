"""A copy of chains by symmetry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class AssemblyCopy:
    """A copy of chains that is part of the biological assembly and not of the file.

    Attributes:
        rotation: float64 [3, 3].
        translation: float64 [3], Angstrom; a copy is at ``rotation @ x + translation``.
        chains: that are copied; ids of PDB files, of mmCIF files `label_asym_id`.
    """

    rotation: np.ndarray
    translation: np.ndarray
    chains: frozenset[str]

    @property
    def moves(self) -> bool:
        """Whether it lies elsewhere than the chains of the file."""
        return not (np.allclose(self.rotation, np.eye(3), atol=1e-4) and np.allclose(self.translation, 0, atol=1e-3))
