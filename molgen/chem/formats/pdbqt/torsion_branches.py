"""A molecule as AutoDock moves it: a root of atoms that stay together, and branches that turn about bonds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rdkit import Chem
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True)
class Step:
    """A step on the way through the tree.

    Attributes:
        opens: whether a branch (or the root) begins here; else it ends.
        axis: the atom of the branch before and the first one of this; None for the root.
        atoms: of the branch alone, the end of the axis first; empty where it ends.
    """

    opens: bool
    axis: tuple[int, int] | None
    atoms: tuple[int, ...] = ()


def torsion_branches(mol: Chem.Mol, axes: Collection[tuple[int, int]], atoms: Sequence[int]) -> Iterator[Step]:
    """The root and its branches, nested: each begins, then those on it, then it ends; of the root only the beginning.

    The root is the rigid fragment whose largest branch is the smallest.

    Args:
        mol: one connected molecule.
        axes: bonds that turn, none of them in a ring.
        atoms: that are written; all ends of axes are among them.
    """
    fragment = _fragments(mol, axes)
    neighbors: dict[int, list[tuple[int, int]]] = {}
    for begin, tip in axes:
        neighbors.setdefault(int(fragment[begin]), []).append((begin, tip))
        neighbors.setdefault(int(fragment[tip]), []).append((tip, begin))
    members: dict[int, list[int]] = {}
    for atom in atoms:
        members.setdefault(int(fragment[atom]), []).append(atom)
    root = _root(neighbors, members)
    yield Step(True, None, tuple(members[root]))
    waiting = [Step(True, axis) for axis in reversed(neighbors.get(root, []))]
    while waiting:
        step = waiting.pop()
        if not step.opens or step.axis is None:
            yield step
            continue
        start, end = step.axis
        index = int(fragment[end])
        yield Step(True, step.axis, (end, *(atom for atom in members[index] if atom != end)))
        waiting.append(Step(False, step.axis))
        waiting += [Step(True, axis) for axis in reversed(neighbors[index]) if axis != (end, start)]


def _fragments(mol: Chem.Mol, axes: Collection[tuple[int, int]]) -> np.ndarray:
    """The rigid fragment of each atom, int [n]."""
    turning = {frozenset(axis) for axis in axes}
    ends = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in mol.GetBonds()]
    rigid = np.array([pair for pair in ends if frozenset(pair) not in turning], dtype=np.int64).reshape(-1, 2)
    count = mol.GetNumAtoms()
    graph = coo_array((np.ones(len(rigid)), (rigid[:, 0], rigid[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1]


def _root(neighbors: dict[int, list[tuple[int, int]]], members: dict[int, list[int]]) -> int:
    """The fragment whose largest branch has the fewest atoms, the first of equals.

    Args:
        neighbors: fragment -> axes that begin in it.
        members: fragment -> its atoms.
    """
    home = {atom: index for index, atoms in members.items() for atom in atoms}
    order: list[tuple[int, int]] = [(next(iter(members)), -1)]
    for index, parent in order:  # grows on the way
        order += [(home[end], index) for _, end in neighbors.get(index, []) if home[end] != parent]
    size = {index: len(atoms) for index, atoms in members.items()}
    largest = dict.fromkeys(size, 0)
    for index, parent in reversed(order):
        if parent >= 0:
            size[parent] += size[index]
            largest[parent] = max(largest[parent], size[index])
    total = size[order[0][0]]
    return min(members, key=lambda index: max(largest[index], total - size[index]))
