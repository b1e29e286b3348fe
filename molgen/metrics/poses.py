"""RMSD of poses in place: without superposition, minimal over the symmetries of the molecule."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem
from torch import Tensor

from molgen.metrics.symmetry import MAX_MATCHES, Matches, atom_matches


def pose_rmsd_matrix(
    poses_a: Tensor | NDArray[np.floating],
    poses_b: Tensor | NDArray[np.floating],
    permutations: NDArray[np.integer] | None = None,
) -> Tensor:
    """Symmetric RMSD between every two poses of two sets, as they lie in space.

    Args:
        poses_a: [s, n, 3] in Angstrom.
        poses_b: [t, n, 3] in Angstrom.
        permutations: int [p, n]; atom ``permutations[k, i]`` of ``b`` is compared with atom ``i`` of ``a``. None
            compares the atoms in their order.

    Returns:
        float64 [s, t] in Angstrom.
    """
    a = torch.as_tensor(poses_a).double()
    b = torch.as_tensor(poses_b).double()
    n = a.shape[1]
    middle = a.mean((0, 1))  # small numbers: squares of far coordinates would cancel
    a, b = a - middle, b - middle
    orders = np.arange(n)[None] if permutations is None else np.asarray(permutations)
    size = a.square().sum((1, 2))[:, None] + b.square().sum((1, 2))
    overlap = torch.full((len(a), len(b)), -torch.inf, dtype=torch.float64, device=a.device)
    for order in torch.from_numpy(orders.astype(np.int64)).to(a.device):
        overlap = torch.maximum(overlap, a.flatten(1) @ b[:, order].flatten(1).T)
    return ((size - 2 * overlap) / n).clamp(min=0).sqrt()


def pose_matches(first: Chem.Mol, second: Chem.Mol, max_matches: int = MAX_MATCHES) -> Matches:
    """Correspondences between the heavy atoms of two forms of one molecule that may differ in protons, charges and
    bond orders (a tautomer, a structure read without bond orders).

    Args:
        first: molecule that gives the order of the result; hydrogens are ignored.
        second: the other form, atoms in any order.
        max_matches: cap, as in :func:`atom_matches`.

    Raises:
        ValueError: the heavy-atom graphs differ.
    """
    try:
        return atom_matches(first, second, max_matches)
    except ValueError:
        return atom_matches(bare_graph(first), bare_graph(second), max_matches, resonance=False)


def bare_graph(mol: Chem.Mol) -> Chem.Mol:
    """Elements and connections of the heavy atoms only, single bonds throughout: what all forms of a molecule share."""
    bare = Chem.RWMol()
    heavy = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() != 1]
    bare_index = {atom.GetIdx(): bare.AddAtom(Chem.Atom(atom.GetAtomicNum())) for atom in heavy}
    for atom in bare.GetAtoms():
        atom.SetNoImplicit(True)
    for bond in mol.GetBonds():
        ends = (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
        if all(end in bare_index for end in ends):
            bare.AddBond(bare_index[ends[0]], bare_index[ends[1]], Chem.BondType.SINGLE)
    Chem.FastFindRings(bare)
    return bare.GetMol()
