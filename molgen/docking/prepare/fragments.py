"""Pseudo-ligands: pieces cut out of a protein, which the rest of it then holds as it would hold a ligand.

A piece is a side chain, or one to four residues with capped ends (molgen.chem.proteins.residue_pieces). The residues
that give atoms to a piece, and their neighbors along the chain, are no part of its pocket; so nothing in the pocket is
bonded to the piece or to a neighbor of its atoms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from rdkit import Chem
from scipy.spatial import KDTree

from molgen.chem.atom_types.interaction_types import is_metal
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
from molgen.datasets.stored_proteins import not_excluded
from molgen.metrics.symmetry import automorphisms

MAX_PERMUTATIONS = 64
SHARES = {0: 0.25, 4: 0.08, 3: 0.17, 2: 0.25, 1: 0.25}
"""Of the pieces of a protein, by the number of whole residues; 0 stands for side chains."""
_PEPTIDE_BOND, _DISULFIDE = 1.6, 2.5  # Angstrom
_BONDS = (1.1, 2.0)
_CAPS = 5
"""Heavy atoms of the two caps."""
_CAP = frozenset(("N", "CA", "C", "O"))


@dataclass(frozen=True)
class FragmentConfig:
    """Which pieces are cut; lengths in Angstrom.

    Attributes:
        per_protein: pieces of one protein, at most.
        smallest, largest: heavy atoms of a piece.
        max_torsions: rotatable bonds of a piece, at most.
        margin: residues on either side of those that give atoms to a piece that are no part of its pocket either.
        contact: a piece touches protein atoms nearer than this.
        contacts_per_atom: pairs in contact, by heavy atoms of the piece, at least.
        touching: share of the atoms of a piece that are in contact, at least.
        clash, metal_clash: no atom of the pocket is nearer than this.
        reach: protein atoms farther from all pieces are not stored.
        block: proteins per part file.
        seed: of the choice.
    """

    per_protein: int = 40
    smallest: int = 5
    largest: int = 40
    max_torsions: int = 12
    margin: int = 1
    contact: float = 4.5
    contacts_per_atom: float = 2.0
    touching: float = 0.6
    clash: float = 2.4
    metal_clash: float = 1.8
    reach: float = 20.0
    block: int = 400
    seed: int = 0


@dataclass(frozen=True)
class Fragment:
    """A piece of n heavy atoms where it lies in a protein.

    Attributes:
        piece: the molecule.
        permutations: uint8 [p, n], its symmetries, the identity first.
        atoms: int [n], indices of its atoms in the protein.
        excluded: first and last residue, inclusive, that are not part of the pocket.
        label: e.g. "3:PHE:A:33", the number of whole residues (0: a side chain) and the first one.
    """

    piece: Piece
    permutations: np.ndarray
    atoms: np.ndarray
    excluded: tuple[int, int]
    label: str


def cut_fragments(protein: Protein, config: FragmentConfig, rng: np.random.Generator) -> list[Fragment]:
    """Choose pieces of a protein at random, spread over the kinds as `SHARES` says; where one kind runs out there are
    more of the next in its order.

    Args:
        protein: N atoms, without water; residue indices of the result count its residues.
        rng: source of the choice.
    """
    chain = _Chain(protein)
    surroundings = _Surroundings(protein, config)
    wanted = dict(zip(SHARES, _quotas(config.per_protein), strict=True))
    found: list[Fragment] = []
    spare = 0
    for length in SHARES:
        starts = rng.permutation(chain.starts(length, config))
        chosen = []
        for start in starts:
            if len(chosen) >= wanted[length] + (spare if length else 0):
                break
            fragment = _cut(chain, surroundings, int(start), length, config)
            if fragment is not None:
                chosen.append(fragment)
        spare += wanted[length] - len(chosen)
        found += chosen
    return found


def _windows(values: np.ndarray, width: int) -> np.ndarray:
    """All runs of `width` neighbors, [k - width + 1, width]."""
    return np.lib.stride_tricks.sliding_window_view(values, width)


def _quotas(count: int) -> list[int]:
    """`count` split by `SHARES`."""
    ends = np.round(np.cumsum(list(SHARES.values())) * count).astype(int)
    return np.diff(ends, prepend=0).tolist()


def _cut(
    chain: _Chain, surroundings: _Surroundings, start: int, length: int, config: FragmentConfig
) -> Fragment | None:
    """The piece that begins at a residue; None where it does not fit or is not held by the protein."""
    piece = chain.piece(start, length)
    atoms = np.array([chain.atoms[start + place][name] for place, name in piece.atoms])
    excluded = chain.excluded(start, length, config.margin)
    if not surroundings.hold(atoms, excluded):
        return None
    ends = chain.protein.positions[atoms[piece.graph.bond_index.astype(int)]]
    lengths = np.linalg.norm(ends[0] - ends[1], axis=1)
    if lengths.min() < _BONDS[0] or lengths.max() > _BONDS[1]:
        return None
    label = f"{length}:{chain.protein.residues[start].label}"
    return Fragment(piece, _permutations(piece.smiles), atoms, excluded, label)


@lru_cache(maxsize=4096)
def _permutations(smiles: str) -> np.ndarray:
    return automorphisms(Chem.MolFromSmiles(smiles), MAX_PERMUTATIONS).permutations.astype(np.uint8)


class _Chain:
    """What the residues of a protein are good for.

    Attributes:
        protein: without water.
        atoms: for each residue the indices of its atoms by name.
        names: plain names of whole L residues; None for all others.
        linked: bool [R], whether a residue has an intact peptide bond to the next one.
    """

    def __init__(self, protein: Protein) -> None:
        self.protein = protein
        self.atoms = [
            dict(zip(protein.atom_names[one.start : one.stop], range(one.start, one.stop), strict=True))
            for one in protein.residues
        ]
        bridged = self._bridged()
        self.names = [None if place in bridged else self._whole(place) for place in range(len(self.atoms))]
        self.linked = np.array([self._is_linked(place) for place in range(len(self.atoms))], dtype=bool)

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

    def _whole(self, place: int) -> str | None:
        """The plain name of a residue that has all its atoms, no others, and the stereo of an L residue."""
        residue, atoms = self.protein.residues[place], self.atoms[place]
        name = piece_residue(residue.name) if residue.kind == "polymer" else None
        if name is None or atoms.keys() - {"OXT"} != residue_atoms(name):
            return None
        return name if is_l_residue(name, {atom: self.protein.positions[k] for atom, k in atoms.items()}) else None

    def _is_linked(self, place: int) -> bool:
        pair = self.protein.residues[place : place + 2]
        if len(pair) < 2 or any(one.kind != "polymer" for one in pair):
            return False
        if not all(atoms.keys() >= _CAP for atoms in self.atoms[place : place + 2]):
            return False
        ends = self.protein.positions[[self.atoms[place]["C"], self.atoms[place + 1]["N"]]]
        return bool(np.linalg.norm(ends[0] - ends[1]) < _PEPTIDE_BOND)

    def _bridged(self) -> set[int]:
        """Residues with an SG in a disulfide."""
        sulfurs = [atoms["SG"] for atoms in self.atoms if "SG" in atoms]
        if len(sulfurs) < 2:
            return set()
        pairs = KDTree(self.protein.positions[sulfurs]).query_pairs(_DISULFIDE, output_type="ndarray")
        return {int(self.protein.residue_index[sulfurs[k]]) for k in pairs.reshape(-1)}


class _Surroundings:
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
