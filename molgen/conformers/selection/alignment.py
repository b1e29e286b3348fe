"""Superposition of conformers."""

from __future__ import annotations

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.geometry import rigid
from molgen.geometry.alignment import kabsch


def superposed(mol: Chem.Mol, positions: np.ndarray) -> np.ndarray:
    """The conformers [k, atoms, 3] moved onto the first, least squares over heavy atoms (Kabsch 1976); Angstrom."""
    heavy = heavy_atoms(mol)
    target = torch.from_numpy(positions[0, heavy])
    motion = kabsch(torch.from_numpy(positions[:, heavy]), target.expand(len(positions), -1, -1))
    return rigid.apply(motion, torch.from_numpy(positions)).numpy()
