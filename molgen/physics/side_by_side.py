"""Several ligands side by side: one tree and one set of pairs for the poses of all of them.

Poses are [n, 3, B] as everywhere, with B = L * C: the C poses of the first of L ligands, then those of the second. The
ligands are padded to the atoms, axes and pairs of the largest; rows that stand for no atom lie at the origin and stay
there. On a CPU a pose comes out as that of its ligand alone, to the last bit: all that is added to sums is zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from molgen.graphs.tensor_record import TensorRecord
from molgen.physics.intramolecular import BEYOND, TABLE, LigandPairs
from molgen.physics.torsion_tree import TorsionTree


@dataclass(frozen=True)
class Rows(TensorRecord):
    """For each of L ligands k rows of an array [N, ..., L * C].

    Attributes:
        index: int64 [k, L].
        flat: int64 [k * inner * L], the same among the rows of [N * inner * L, C], where inner is the size of the axes
            between the first and the last.
    """

    index: Tensor
    flat: Tensor

    def __call__(self, values: Tensor) -> Tensor:
        """Values [N, ..., L * C] -> [k, ..., L * C]."""
        ligands = self.index.shape[1]
        rows = values.reshape(-1, values.shape[-1] // ligands).index_select(0, self.flat)
        return rows.view(len(self.index), *values.shape[1:])


def rows_of(index: Tensor, *axes: int) -> Rows:
    """Rows by their index [k, L], for arrays [N, *axes, L * C]."""
    inner = torch.arange(torch.Size(axes).numel())[:, None]
    ligands = index.shape[1]
    return Rows(index, ((index[:, None] * len(inner) + inner) * ligands + torch.arange(ligands)).flatten())


@dataclass(frozen=True)
class TorsionTrees(TensorRecord):
    """The trees of L ligands side by side, as a `molgen.physics.torsion_tree.Tree`.

    Attributes:
        atoms: float32 [n, L], 1 for rows that stand for an atom.
        counts: float32 [L], atoms of each ligand.
        start, end: [m] points from [n, 3, B].
        level_rows: for each level the parents' rows of [k, 3, 3, B] and of [k, 3, B].
        turns, shifts: the fragments' rows of [m + 1, 3, 3, B] and of [m + 1, 3, B] for the n atoms.
        moving: [m, n] of each ligand, 1 for the atoms that axis k turns.
        levels: (first, last + 1) of axes whose parents all come before, in every ligand.
        is_fixed: no force moves or turns a ligand as a whole.
    """

    atoms: Tensor
    counts: Tensor
    start: Rows
    end: Rows
    turn_parents: tuple[Rows, ...]
    shift_parents: tuple[Rows, ...]
    turns: Rows
    shifts: Rows
    moving: Blocks
    levels: tuple[tuple[int, int], ...]
    is_fixed: bool

    def to(self, device: torch.device | str) -> TorsionTrees:
        """A copy with every tensor on ``device``."""
        parents = {
            name: tuple(rows.to(device) for rows in getattr(self, name)) for name in ("turn_parents", "shift_parents")
        }
        return super().to(device)._with(parents)

    def _with(self, values: dict) -> TorsionTrees:
        return TorsionTrees(**{**self.__dict__, **values})

    @property
    def n_torsions(self) -> int:
        return self.moving.values.shape[1]

    @property
    def freedom(self) -> int:
        return 6 + self.n_torsions

    def centroid(self, positions: Tensor) -> Tensor:
        return self._mean(positions)

    def square_radius(self, positions: Tensor) -> Tensor:
        spread = self.placed(positions - self.centroid(positions))
        return self._mean((spread * spread).sum(1))

    def ends(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        return self.start(positions), self.end(positions)

    def above(self, level: int, values: Tensor) -> Tensor:
        return (self.turn_parents if values.dim() == 4 else self.shift_parents)[level](values)

    def on_atoms(self, values: Tensor) -> Tensor:
        return (self.turns if values.dim() == 4 else self.shifts)(values)

    def placed(self, positions: Tensor) -> Tensor:
        return weighted(positions, self.atoms)

    def carried(self, values: Tensor) -> Tensor:
        return self.moving @ values

    def _mean(self, values: Tensor) -> Tensor:
        """The mean [..., B] of [n, ..., B] over the atoms of each ligand; rows of no atom are zero."""
        total = values.sum(0)
        return (total.view(*total.shape[:-1], len(self.counts), -1) / self.counts.to(total)[:, None]).view_as(total)


def weighted(values: Tensor, weight: Tensor) -> Tensor:
    """Values [n, ..., B] times weights of the atoms, [n] or, of L ligands, [n, L]."""
    inner = (1,) * (values.dim() - 2)
    split = values.view(*values.shape[:-1], *weight.shape[1:], -1)
    return (split * weight.view(len(weight), *inner, *weight.shape[1:], 1)).view_as(values)


@dataclass(frozen=True)
class Blocks(TensorRecord):
    """A matrix for each of L ligands.

    Attributes:
        values: float32 [L, m, n], padded with zeros.
        sizes: rows and columns of each.
    """

    values: Tensor
    sizes: tuple[tuple[int, int], ...]

    def __matmul__(self, values: Tensor) -> Tensor:
        """Times values [n, k, L * C]: [m, k, L * C]."""
        ligands, m, n = self.values.shape
        flat = values.view(n, -1, ligands, values.shape[-1] // ligands).permute(2, 0, 1, 3).reshape(ligands, n, -1)
        product = self._product(flat).view(ligands, m, values.shape[1], -1)
        return product.permute(1, 2, 0, 3).reshape(m, *values.shape[1:])

    def _product(self, flat: Tensor) -> Tensor:
        """[L, m, k]. On a CPU each is multiplied alone: a longer sum is cut in other places, padded or not."""
        matrices = self.values.to(flat)
        if flat.device.type != "cpu":
            return torch.bmm(matrices, flat)
        product = flat.new_zeros(*matrices.shape[:2], flat.shape[2])
        for own, (rows, columns), matrix, vectors in zip(product, self.sizes, matrices, flat, strict=True):
            torch.mm(matrix[:rows, :columns], vectors[:columns], out=own[:rows])
        return product


def blocks(matrices: Sequence[Tensor], rows: int, columns: int) -> Blocks:
    """Matrices of up to so many rows and columns."""
    out = matrices[0].new_zeros(len(matrices), rows, columns)
    for k, matrix in enumerate(matrices):
        out[k, : matrix.shape[0], : matrix.shape[1]] = matrix
    return Blocks(out, tuple((len(matrix), matrix.shape[1]) for matrix in matrices))


@dataclass(frozen=True)
class PairsOfLigands(TensorRecord):
    """The pairs of L ligands side by side, as `molgen.physics.intramolecular.Pairs`.

    Attributes:
        first, second: [P] points from [n, 3, B].
        offset: int32 [P, L], where the table of each pair begins.
        energy, slope: tables as of `LigandPairs`, those of all ligands.
        incidence: [n, P] of each ligand: 1 at the first and -1 at the second atom of each pair.
    """

    first: Rows
    second: Rows
    offset: Tensor
    energy: Tensor
    slope: Tensor
    incidence: Blocks

    def ends(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        return self.first(positions), self.second(positions)

    def on_atoms(self, forces: Tensor) -> Tensor:
        return self.incidence @ forces


def trees_side_by_side(trees: Sequence[TorsionTree]) -> TorsionTrees:
    """The trees of several ligands as one; all of them fixed or none."""
    n, m = max(len(tree.fragment) for tree in trees), max(tree.n_torsions for tree in trees)
    m = max(m, 2) if m else 0
    start, end, parent = (stacked([getattr(tree, name) for tree in trees], m) for name in ("start", "end", "parent"))
    fragment = stacked([tree.fragment for tree in trees], n)
    levels = _levels(parent)
    parents = [parent[first:last] for first, last in levels]
    return TorsionTrees(
        atoms=stacked([torch.ones(len(tree.fragment)) for tree in trees], n),
        counts=torch.tensor([float(len(tree.fragment)) for tree in trees]),
        start=rows_of(start, 3),
        end=rows_of(end, 3),
        turn_parents=tuple(rows_of(index, 3, 3) for index in parents),
        shift_parents=tuple(rows_of(index, 3) for index in parents),
        turns=rows_of(fragment, 3, 3),
        shifts=rows_of(fragment, 3),
        moving=blocks([_two_rows(tree.moving) for tree in trees], m, n),
        levels=levels,
        is_fixed=trees[0].is_fixed,
    )


def pairs_side_by_side(pairs: Sequence[LigandPairs], atoms: int) -> PairsOfLigands:
    """The pairs of several ligands, whose atoms are padded to so many, as one."""
    count = max(len(own.first) for own in pairs)
    energy, slope, offsets = _tables(pairs)
    return PairsOfLigands(
        rows_of(stacked([own.first for own in pairs], count), 3),
        rows_of(stacked([own.second for own in pairs], count), 3),
        stacked(offsets, count, BEYOND),
        energy,
        slope,
        blocks([own.incidence for own in pairs], atoms, count),
    )


def _tables(pairs: Sequence[LigandPairs]) -> tuple[Tensor, Tensor, list[Tensor]]:
    """The tables of all ligands, those that are alike once, and where those of the pairs of each begin there."""
    places: dict[bytes, int] = {}
    energies, slopes, offsets = [], [], []
    for own in pairs:
        tables = own.energy.view(-1, TABLE)
        begins = torch.zeros(len(tables), dtype=torch.int32)
        for k, table in enumerate(tables):
            key = table.numpy().tobytes()
            if key not in places:
                places[key] = len(places) * TABLE
                energies.append(table)
                slopes.append(own.slope.view(-1, TABLE)[k])
            begins[k] = places[key]
        offsets.append(begins[(own.offset // TABLE).long()])
    empty = [torch.zeros(TABLE)]
    return torch.cat(energies or empty), torch.cat(slopes or empty), offsets


def stacked(columns: Sequence[Tensor], rows: int, fill: float = 0) -> Tensor:
    """Vectors of up to so many elements as the columns of one matrix [rows, L]."""
    out = columns[0].new_full((rows, len(columns)), fill)
    for k, column in enumerate(columns):
        out[: len(column), k] = column
    return out


def _two_rows(matrix: Tensor) -> Tensor:
    """A matrix of one row with a row of zeros below: as of one tree, a product of one row is summed otherwise."""
    return torch.nn.functional.pad(matrix, (0, 0, 0, 1)) if len(matrix) == 1 else matrix


def _levels(parent: Tensor) -> tuple[tuple[int, int], ...]:
    """Ranges of axes whose parents (fragments [m, L]; that of axis k is k + 1) all come before the range."""
    edges = [0]
    for axis, nearest in enumerate(parent.amax(1).tolist()):
        if nearest > edges[-1]:
            edges.append(axis)
    return tuple(pairwise([*edges, len(parent)])) if len(parent) else ()
