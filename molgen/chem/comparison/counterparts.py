"""Which residue of one structure is which of another, by the sequences of their chains."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

import numpy as np
from Bio.Align import PairwiseAligner
from Bio.Data.PDBData import nucleic_letters_3to1_extended, protein_letters_3to1_extended

from molgen.chem.proteins.structure import Protein

_LETTERS = nucleic_letters_3to1_extended | protein_letters_3to1_extended
_MOST_CELLS = 25_000_000
"""Of an alignment; longer pairs of chains are not compared."""


def chains_of(protein: Protein) -> dict[str, np.ndarray]:
    """Chain id -> indices of its polymer residues, int64, in the order of the file."""
    chains: dict[str, list[int]] = defaultdict(list)
    for index, residue in enumerate(protein.residues):
        if residue.kind == "polymer":
            chains[residue.chain].append(index)
    return {chain: np.array(indices, dtype=np.int64) for chain, indices in chains.items()}


def sequence_of(protein: Protein, residues: np.ndarray) -> str:
    """One letter for each residue, X for what has none."""
    return "".join(letter_of(protein.residues[k].name) for k in residues)


def letter_of(name: str) -> str:
    """One letter for a component id, X for what has none."""
    return _LETTERS.get(f"{name:<3}", "X")


def sequence_identity(first: str, second: str) -> float:
    """The share of the shorter sequence that is the same in both, in a global alignment with free ends."""
    if not first or not second or len(first) * len(second) > _MOST_CELLS:
        return 0.0
    return _same(first, second, _aligned_places(first, second)) / min(len(first), len(second))


def counterparts(first: Protein, second: Protein, chain: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, float]:
    """The residues of a chain of one structure with those of a chain of another, and how alike they are.

    Args:
        chain: indices of residues of ``first``.
        other: of ``second``.

    Returns:
        int64 [k, 2], indices of residues that a global alignment of the sequences puts together; and the identity, the
        share of the shorter sequence that is the same in both.
    """
    first_sequence, second_sequence = sequence_of(first, chain), sequence_of(second, other)
    if not first_sequence or not second_sequence or len(first_sequence) * len(second_sequence) > _MOST_CELLS:
        return np.zeros((0, 2), dtype=np.int64), 0.0
    rows = _aligned_places(first_sequence, second_sequence)
    identity = _same(first_sequence, second_sequence, rows) / min(len(first_sequence), len(second_sequence))
    return np.c_[chain[rows[:, 0]], other[rows[:, 1]]].astype(np.int64), identity


def _aligned_places(first: str, second: str) -> np.ndarray:
    """int64 [k, 2], the places in both sequences that lie on each other."""
    places = [np.c_[np.arange(a, b), np.arange(c, d)] for (a, b), (c, d) in _aligned(first, second)]
    return np.concatenate(places) if places else np.zeros((0, 2), dtype=np.int64)


def _same(first: str, second: str, places: np.ndarray) -> int:
    return sum(first[i] == second[j] for i, j in places.tolist())


@lru_cache(maxsize=256)
def _aligned(first_sequence: str, second_sequence: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Ranges of both sequences that lie on each other; gaps at the ends are free (chains are cut differently)."""
    aligner = PairwiseAligner(mode="global", match_score=2.0, mismatch_score=-1.0)
    aligner.open_gap_score, aligner.extend_gap_score = -5.0, -0.2
    aligner.end_gap_score = 0.0
    first, second = aligner.align(first_sequence, second_sequence)[0].aligned
    return [(tuple(a), tuple(b)) for a, b in zip(first.tolist(), second.tolist(), strict=True)]
