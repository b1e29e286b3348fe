"""The minima of a search: distinct ones, and chains that restart from the lowest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

_SAME = 0.75  # Angstrom, the RMSD below which two minima count as one


@dataclass(frozen=True)
class Minima:
    """Minimized poses of a ligand, or of a batch of ligands, as many of each.

    Attributes:
        positions: float32 [n, 3, B], Angstrom.
        energies: [B], kcal/mol; infinite for empty columns.
        template: int64 [B], the template conformer of each.
        ligands: how many; B is a multiple of it.
    """

    positions: Tensor
    energies: Tensor
    template: Tensor
    ligands: int = 1

    @property
    def by_ligand(self) -> Tensor:
        """Energies [L, C]."""
        return self.energies.view(self.ligands, -1)

    def pick(self, index: Tensor) -> Minima:
        """A subset of the minima, as many of each ligand: index [L, C'], or [C'] of one ligand."""
        begin = torch.arange(self.ligands, device=index.device)[:, None] * self.by_ligand.shape[1]
        flat = (index.view(self.ligands, -1) + begin).flatten()
        return self._columns(flat, self.ligands)

    def of(self, ligands: Tensor) -> Minima:
        """The minima of some of the ligands, int64 [L']."""
        count = self.by_ligand.shape[1]
        return self._columns(
            (ligands[:, None] * count + torch.arange(count, device=ligands.device)).flatten(), len(ligands)
        )

    def filled(self) -> Minima:
        """The minima of a ligand without empty columns."""
        return self._columns(self.energies.isfinite().nonzero().flatten(), 1)

    def cropped(self, atoms: int) -> Minima:
        """The minima with the first rows of atoms only, of ligands that have no more."""
        return replace(self, positions=self.positions[:atoms])

    def cpu(self) -> Minima:
        """The minima on the CPU."""
        return Minima(self.positions.cpu(), self.energies.cpu(), self.template.cpu(), self.ligands)

    def _columns(self, flat: Tensor, ligands: int) -> Minima:
        return Minima(self.positions.index_select(2, flat), self.energies[flat], self.template[flat], ligands)

    def replaced(self, where: Tensor, by: Minima) -> Minima:
        """These minima, or those of `by` where a mask [B] is set."""
        return Minima(
            torch.where(where, by.positions, self.positions),
            torch.where(where, by.energies, self.energies),
            torch.where(where, by.template, self.template),
            self.ligands,
        )

    def joined(self, other: Minima) -> Minima:
        """Two sets of minima as one, ligand by ligand."""

        def both(*parts: Tensor) -> Tensor:
            return torch.cat([part.unflatten(-1, (self.ligands, -1)) for part in parts], -1).flatten(-2)

        return Minima(
            both(self.positions, other.positions),
            both(self.energies, other.energies),
            both(self.template, other.template),
            self.ligands,
        )


def lowest(minima: Minima, count: int) -> Minima:
    """The minima of lowest energy of each ligand, in order; at most `count`."""
    return minima.pick(minima.by_ligand.argsort(stable=True, dim=1)[:, :count])


def distinct(minima: Minima, count: int) -> Minima:
    """The lowest minima of a ligand, in order, that are apart from all lower ones; at most `count`."""
    selected = distinct_of_each(minima, count, minima.energies.new_tensor([len(minima.positions)]))
    return selected.filled()


def distinct_of_each(minima: Minima, count: int, atoms: Tensor) -> Minima:
    """As :func:`distinct` for each of L ligands of so many atoms, [L]; as many for each, the last ones empty."""
    ordered = lowest(minima, minima.by_ligand.shape[1])
    free = ordered.by_ligand.isfinite()
    close = _close(ordered, atoms).triu(1)
    for index in range(free.shape[1]):  # whatever is free when its turn comes is kept and rules out what is close
        free = free & ~(close[:, index] & free[:, index : index + 1])
    columns = torch.arange(free.shape[1], device=free.device)
    kept = torch.where(free, columns, len(columns)).sort(1).values[:, :count]
    selected = ordered.pick(torch.where(kept < len(columns), kept, 0))
    energies = torch.where(kept.flatten() < len(columns), selected.energies, torch.inf)
    return replace(selected, energies=energies)


def _close(minima: Minima, atoms: Tensor) -> Tensor:
    """Which minima of a ligand count as one, bool [L, C, C]."""
    each = minima.positions.unflatten(2, (minima.ligands, -1))
    flat = (each - each[..., :1]).permute(2, 0, 1, 3).flatten(1, 2)  # small numbers keep the differences exact
    size = (flat * flat).sum(1)
    squared = (size[:, :, None] + size[:, None] - 2 * _products(flat, atoms)) / atoms.to(size)[:, None, None]
    return squared < _SAME**2


def _products(flat: Tensor, atoms: Tensor) -> Tensor:
    """Scalar products [L, C, C] of columns [L, 3 n, C]; on a CPU each alone: padded they would round otherwise."""
    if flat.device.type != "cpu":
        return flat.mT @ flat
    sizes = (3 * atoms).int().tolist()
    return torch.stack([own[:size].T @ own[:size] for own, size in zip(flat, sizes, strict=True)])


def renewed(chains: Minima, minima: Minima, share: float, elite: int) -> Minima:
    """Restart the chains of highest energy of each ligand from its lowest `elite` distinct minima, each in turn."""
    total = chains.by_ligand.shape[1]
    count = int(share * total)
    worst = chains.by_ligand.argsort(1, descending=True)[:, :count]
    there = minima.by_ligand.isfinite().sum(1, keepdim=True).clamp(1, elite)
    columns = torch.arange(total, device=worst.device)
    source = columns.expand(chains.ligands, -1).scatter(1, worst, total + columns[:count] % there)
    return chains.joined(minima).pick(source)
