"""What the residues of a protein are good for: which runs of them can be cut out, and what is then no pocket."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.proteins.residue_pieces import (
    Piece,
    capped_peptide,
    is_l_residue,
    piece_residue,
    residue_atoms,
    residue_torsions,
    side_chain,
)
from molgen.chem.proteins.structure import Protein
from molgen.docking.prepare.fragment_config import FragmentConfig

_PEPTIDE_BOND, _DISULFIDE = 1.6, 2.5
"""Angstrom. A longer one is none."""
_CAPS = 5
"""Heavy atoms of the two caps."""
_CAP = frozenset(("N", "CA", "C", "O"))


class ProteinChain:
    """The residues of a protein, as pieces can be made of them.

    Attributes:
        protein: without water.
        atoms: for each residue the indices of its atoms by name.
        names: plain names of whole L residues; None for all others.
        linked: bool [R], whether a residue has an intact peptide bond to the next one.
    """

    def __init__(self, protein: Protein) -> None:
        self.protein = protein
        self.atoms = [
            dict(zip(protein.atom_names[residue.start : residue.stop], range(residue.start, residue.stop), strict=True))
            for residue in protein.residues
        ]
        bridged = self._bridged()
        self.names = [None if index in bridged else self._whole(index) for index in range(len(self.atoms))]
        self.linked = np.array([self._is_linked(index) for index in range(len(self.atoms))], dtype=bool)

    def starts(self, length: int, config: FragmentConfig) -> np.ndarray:
        """Residues that a piece of the wanted size can begin at, int [k]; there is a neighbor on either side."""
        inner = max(length, 1)
        if len(self.names) < inner + 2:
            return np.zeros(0, dtype=int)
        sizes, torsions = self._sizes if length else self._side_chain_sizes
        whole = _windows(sizes, inner).min(1)[1:-1] > 0
        linked = _windows(self.linked[:-1], inner + 1).all(1)
        size = _windows(sizes, inner).sum(1)[1:-1] + (_CAPS if length else 0)
        turning = _windows(torsions, inner).sum(1)[1:-1]
        fits = (size >= config.smallest) & (size <= config.largest) & (turning <= config.max_torsions)
        return np.flatnonzero(whole & linked & fits) + 1

    def piece(self, start: int, length: int) -> Piece:
        """The piece of whole residues that begins at one; of no residue: its side chain."""
        names = tuple(name or "" for name in self.names[start : start + max(length, 1)])
        return capped_peptide(names) if length else side_chain(names[0])

    @cached_property
    def _sizes(self) -> tuple[np.ndarray, np.ndarray]:
        """Heavy atoms and rotatable bonds of each residue, int [R]; 0 for those that no piece may have."""
        sizes = [len(residue_atoms(name)) if name else 0 for name in self.names]
        return np.array(sizes), np.array([residue_torsions(name) if name else 0 for name in self.names])

    @cached_property
    def _side_chain_sizes(self) -> tuple[np.ndarray, np.ndarray]:
        """The same of the pieces that side chains make."""
        pieces = [side_chain(name) if name else None for name in self.names]
        sizes = np.array([len(piece.atoms) if piece else 0 for piece in pieces])
        return sizes, np.array([piece.graph.n_torsions if piece and piece.atoms else 0 for piece in pieces])

    def excluded(self, start: int, length: int, margin: int) -> tuple[int, int]:
        """The residues that give atoms to a piece, and `margin` more on either side as far as the chain goes."""
        first, last = (start - 1, start + length) if length else (start, start)
        for _ in range(margin):
            first -= int(first > 0 and self.linked[first - 1])
            last += int(self.linked[last])
        return first, last

    def _whole(self, index: int) -> str | None:
        """The plain name of a residue that has all its atoms, no others, and the stereo of an L residue."""
        residue, atoms = self.protein.residues[index], self.atoms[index]
        name = piece_residue(residue.name) if residue.kind == "polymer" else None
        if name is None or atoms.keys() - {"OXT"} != residue_atoms(name):
            return None
        return name if is_l_residue(name, {atom: self.protein.positions[k] for atom, k in atoms.items()}) else None

    def _is_linked(self, index: int) -> bool:
        pair = self.protein.residues[index : index + 2]
        if len(pair) < 2 or any(residue.kind != "polymer" for residue in pair):
            return False
        if not all(atoms.keys() >= _CAP for atoms in self.atoms[index : index + 2]):
            return False
        ends = self.protein.positions[[self.atoms[index]["C"], self.atoms[index + 1]["N"]]]
        return bool(np.linalg.norm(ends[0] - ends[1]) < _PEPTIDE_BOND)

    def _bridged(self) -> set[int]:
        """Residues with an SG in a disulfide."""
        sulfurs = [atoms["SG"] for atoms in self.atoms if "SG" in atoms]
        if len(sulfurs) < 2:
            return set()
        pairs = KDTree(self.protein.positions[sulfurs]).query_pairs(_DISULFIDE, output_type="ndarray")
        return {int(self.protein.residue_index[sulfurs[k]]) for k in pairs.reshape(-1)}


def _windows(values: np.ndarray, width: int) -> np.ndarray:
    """All runs of `width` neighbors, [k - width + 1, width]."""
    return np.lib.stride_tricks.sliding_window_view(values, width)
