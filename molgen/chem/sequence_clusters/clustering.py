"""Single-linkage clusters of proteins by sequence identity.

Two proteins are of one cluster when a chain of one and a chain of the other are identical in at least a share of the
residues of the shorter one, in a global alignment with free ends, or when a third protein links them. Pairs are aligned
only where they share words of four residues, as in CD-HIT (Li and Godzik 2006, doi:10.1093/bioinformatics/btl158): at
40 % identity a chain of 100 residues shares several, unrelated ones seldom two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.sparse import csr_array

from molgen.chem.comparison.counterparts import sequence_identity

IDENTITY = 0.4
"""Share of identical residues from which on proteins are of one family."""
SHORTEST = 20
"""Residues of a chain that counts; peptides are alike by chance."""
_WORD, _ROWS = 4, 512
_FEW = 60
"""Residues below which one shared word is enough for an alignment."""


def sequence_clusters(proteins: Sequence[Sequence[str]], identity: float = IDENTITY) -> list[int]:
    """The cluster of each protein, named by the smallest index of its members.

    Args:
        proteins: the sequences of the chains of each; one without a chain of 20 residues is a cluster of its own.
        identity: share of identical residues from which on two chains link their proteins.
    """
    owners: dict[str, list[int]] = {}
    for index, chains in enumerate(proteins):
        for chain in {chain for chain in chains if len(chain) >= SHORTEST}:
            owners.setdefault(chain, []).append(index)
    links = Links(len(proteins))
    for members in owners.values():
        for member in members[1:]:
            links.join(members[0], member)
    sequences = list(owners)
    for i, j in _candidates(sequences):
        first, second = owners[sequences[i]][0], owners[sequences[j]][0]
        if links.root(first) != links.root(second) and sequence_identity(sequences[i], sequences[j]) >= identity:
            links.join(first, second)
    return [links.root(index) for index in range(len(proteins))]


class Links:
    """Disjoint sets of the numbers below ``size``; the root of a set is its smallest number."""

    def __init__(self, size: int) -> None:
        self.parents = list(range(size))

    def root(self, index: int) -> int:
        while self.parents[index] != index:
            self.parents[index] = index = self.parents[self.parents[index]]
        return index

    def join(self, first: int, second: int) -> None:
        low, high = sorted((self.root(first), self.root(second)))
        self.parents[high] = low


def _candidates(sequences: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs (i, j < i) of sequences that share words, those with the most words first within a block of rows."""
    words = _words(sequences)
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    for start in range(0, len(sequences), _ROWS):
        shared = (words[start : start + _ROWS] @ words.T).tocoo()
        rows, columns = shared.row + start, shared.col
        enough = np.where(np.minimum(lengths[rows], lengths[columns]) < _FEW, 1, 2)
        kept = np.flatnonzero((columns < rows) & (shared.data >= enough))
        for k in kept[np.argsort(-shared.data[kept], kind="stable")]:
            yield int(rows[k]), int(columns[k])


def _words(sequences: Sequence[str]) -> csr_array:
    """int32 [N, words]: 1 where a sequence holds a word."""
    index: dict[str, int] = {}
    rows, columns = [], []
    for row, sequence in enumerate(sequences):
        own = {sequence[k : k + _WORD] for k in range(len(sequence) - _WORD + 1)}
        columns += [index.setdefault(word, len(index)) for word in sorted(own) if "X" not in word]
        rows += [row] * (len(columns) - len(rows))
    ones = np.ones(len(rows), dtype=np.int32)
    return csr_array((ones, (rows, columns)), shape=(len(sequences), max(len(index), 1)))
