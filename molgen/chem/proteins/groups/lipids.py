"""Lipids and detergents, by their names and by their long chains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from molgen.chem.atom_types.interaction_types import is_metal
from molgen.chem.atom_types.perceived_types import covalent_bonds
from molgen.chem.formats.residue_names import COFACTORS, LIPIDS
from molgen.chem.proteins.structure import Protein, Residue

_CHAIN = 9  # carbons that are bonded to one or two carbons and to nothing else: those of decanoic acid but its first


def is_lipid(protein: Protein, residues: Sequence[Residue]) -> bool:
    """Whether a group is a lipid or a detergent: one by name, or with an unbranched chain of at least nine carbons.

    The chain is that of decanoic acid without its carboxylate; double bonds do not matter. Cofactors with a chain
    (ubiquinone has branches, acyl coenzyme A may have one) are none.
    """
    names = {residue.name for residue in residues}
    if names & COFACTORS:
        return False
    return names <= LIPIDS or _longest_chain(protein, residues) >= _CHAIN


def _longest_chain(protein: Protein, residues: Sequence[Residue]) -> int:
    atoms = protein.atoms_of(residues)
    elements = protein.elements[atoms]
    if (elements == 6).sum() < _CHAIN:
        return 0
    bonds = covalent_bonds(protein.positions[atoms], elements, is_metal(elements))
    both_ways = np.concatenate([bonds, bonds[:, ::-1]])
    degree = np.bincount(both_ways[:, 0], minlength=len(atoms))
    on_carbon = np.bincount(both_ways[:, 0], weights=elements[both_ways[:, 1]] == 6, minlength=len(atoms))
    inner = (elements == 6) & (degree <= 2) & (degree == on_carbon)
    along = bonds[inner[bonds].all(axis=1)]
    graph = coo_array((np.ones(len(along)), (along[:, 0], along[:, 1])), shape=(len(atoms), len(atoms)))
    labels = connected_components(graph, directed=False)[1]
    return int(np.bincount(labels[inner], minlength=1).max(initial=0))
