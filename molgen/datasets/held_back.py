"""The validation set: whole molecules or protein families, held back from all sources of a training.

The choice depends on the seed and on the names alone, so that it stays nearly the same when data are added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.datasets.parts.shards import in_memory, select_records, values_of

Record = TypeVar("Record")
Key = Callable[[Any], Any]
_ROUNDS = 6
_MIX = np.uint64(0x9E3779B97F4A7C15)


def hold_back(
    sources: Sequence[Sequence[Record]], of: int, key: Key, count: int, seed: int
) -> tuple[list[Sequence[Record]], list[Record]]:
    """Take ``count`` molecules or families of one source out of all of them.

    Args:
        sources: the sets.
        of: index of the source that the validation set is taken from.
        key: record -> its cluster, or :func:`molecule_key`.

    Returns:
        the sources without the chosen keys, and the records of the source ``of`` with them.
    """
    chosen = set(in_random_order(set(values_of(sources[of], key)), seed)[:count])
    rest = [without(records, key, chosen) for records in sources]
    return rest, in_memory(select_records(sources[of], [value in chosen for value in values_of(sources[of], key)]))


def without(records: Sequence[Record], key: Key, keys: set[Any]) -> Sequence[Record]:
    """The records of other molecules or families."""
    return select_records(records, [value not in keys for value in values_of(records, key)])


def in_random_order(keys: Iterable[Any], seed: int) -> list[Any]:
    """Keys sorted by a hash of seed and key, so that added data do not change the order of the others."""
    return sorted(keys, key=lambda key: blake2b(f"{seed}:{key}".encode(), digest_size=8).digest())


def cluster_of(record: Any) -> str:
    """The key of a record with a cluster."""
    return record.cluster


def molecule_of(record: Any) -> int:
    """The key of a record with a molecule in it."""
    return molecule_key(record.graph)


def molecule_key(graph: MoleculeGraph) -> int:
    """A number that is the same for all records of a molecule, whatever the order of its atoms.

    Elements and bonds count, hydrogens, charges, bond orders and stereo do not, so tautomers, salts and isomers of one
    skeleton are one molecule. A few rounds of Weisfeiler and Lehman's refinement; neighbors are summed after mixing.
    """
    ends = graph.bond_index.astype(np.int64)
    with np.errstate(over="ignore"):
        labels = _mixed(graph.atoms[:, 0].astype(np.uint64) + np.uint64(1))
        for _ in range(_ROUNDS):
            around = np.zeros_like(labels)
            np.add.at(around, ends[0], labels[ends[1]])
            np.add.at(around, ends[1], labels[ends[0]])
            labels = _mixed(labels * np.uint64(3) + _mixed(around))
        return int(labels.sum(dtype=np.uint64))


def _mixed(values: np.ndarray) -> np.ndarray:
    """The finalizer of splitmix64 (Steele et al. 2014, doi:10.1145/2660193.2660195)."""
    values = values + _MIX
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
