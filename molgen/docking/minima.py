"""The minima that a search holds: which of them are distinct, and which chains go on from the lowest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

_SAME = 0.75  # Angstrom, the RMSD below which two minima count as one


@dataclass(frozen=True)
class Minima:
    """Minimized poses.

    Attributes:
        positions: float32 [n, 3, B], Angstrom.
        energies: [B], kcal/mol.
        template: int64 [B], the template conformer of each.
    """

    positions: Tensor
    energies: Tensor
    template: Tensor

    def pick(self, index: Tensor) -> Minima:
        """Some of the minima."""
        return Minima(self.positions[:, :, index], self.energies[index], self.template[index])

    def replaced(self, where: Tensor, by: Minima) -> Minima:
        """These minima, or those of `by` where a mask [B] is set."""
        return Minima(
            torch.where(where, by.positions, self.positions),
            torch.where(where, by.energies, self.energies),
            torch.where(where, by.template, self.template),
        )

    def joined(self, other: Minima) -> Minima:
        """Two sets of minima as one."""
        return Minima(
            torch.cat([self.positions, other.positions], dim=2),
            torch.cat([self.energies, other.energies]),
            torch.cat([self.template, other.template]),
        )


def distinct(minima: Minima, count: int) -> Minima:
    """The lowest minima, in order, that are apart from all lower ones; at most `count`."""
    ordered = minima.pick(minima.energies.argsort())
    flat = ordered.positions - ordered.positions.mean(2, keepdim=True)  # small numbers keep the differences exact
    flat = flat.flatten(0, 1)
    size = (flat * flat).sum(0)
    squared = (size[:, None] + size - 2 * flat.T @ flat) / ordered.positions.shape[0]
    close = (squared < _SAME**2).numpy()
    kept: list[int] = []
    free = np.ones(len(close), dtype=bool)
    for index in range(len(close)):
        if free[index]:
            kept.append(index)
            free &= ~close[index]
        if len(kept) == count:
            break
    return ordered.pick(torch.tensor(kept))


def renewed(chains: Minima, minima: Minima, share: float, elite: int) -> Minima:
    """The chains of highest energy go on from the lowest `elite` distinct minima, each in turn."""
    count = int(share * len(chains.energies))
    worst = chains.energies.argsort(descending=True)[:count]
    source = torch.arange(count) % min(elite, len(minima.energies))
    positions, energies, template = chains.positions.clone(), chains.energies.clone(), chains.template.clone()
    positions[:, :, worst] = minima.positions[:, :, source]
    energies[worst], template[worst] = minima.energies[source], minima.template[source]
    return Minima(positions, energies, template)
