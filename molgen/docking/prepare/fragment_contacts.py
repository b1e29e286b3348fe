"""Whether a piece of a protein is held by the rest of it."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.atom_types.interaction_types import is_metal
from molgen.chem.proteins.structure import Protein
from molgen.datasets.records.stored_proteins import not_excluded
from molgen.docking.prepare.fragment_config import FragmentConfig


class ProteinContacts:
    """The pairs of atoms of a protein that are in contact, row by row."""

    def __init__(self, protein: Protein, config: FragmentConfig) -> None:
        self.config = config
        pairs = KDTree(protein.positions).query_pairs(config.contact, output_type="ndarray")
        own = np.concatenate([pairs[:, 0], pairs[:, 1]])
        other = np.concatenate([pairs[:, 1], pairs[:, 0]])
        order = np.argsort(own, kind="stable")
        own, other = own[order], other[order]
        self.first = np.searchsorted(own, np.arange(len(protein) + 1))
        distance = np.linalg.norm(protein.positions[own] - protein.positions[other], axis=1)
        limit = np.where(is_metal(protein.elements)[other], config.metal_clash, config.clash)
        self.clashes = distance < limit
        self.residue = protein.residue_index[other]

    def hold(self, atoms: np.ndarray, excluded: tuple[int, int]) -> bool:
        """Whether a piece (int [n], its atoms) touches enough of the protein without a clash."""
        counts = self.first[atoms + 1] - self.first[atoms]
        before = np.cumsum(counts) - counts
        pairs = np.arange(counts.sum()) + np.repeat(self.first[atoms] - before, counts)
        pairs_of = np.repeat(np.arange(len(atoms)), counts)
        outside = not_excluded(self.residue[pairs], excluded)
        if self.clashes[pairs[outside]].any():
            return False
        touching = len(np.unique(pairs_of[outside]))
        enough = outside.sum() >= self.config.contacts_per_atom * len(atoms)
        return bool(enough and touching >= self.config.touching * len(atoms))
