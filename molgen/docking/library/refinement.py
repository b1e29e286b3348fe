"""From the poses of a search to few distinct ones, for many ligands at once: as `molgen.docking.refine`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import torch
from torch import Tensor

from molgen.docking.ligand import Ligand
from molgen.docking.refine import REFINED, STEPS, Refined, distinct_refined, representatives
from molgen.docking.search.energies import LigandEnergies
from molgen.docking.search.hopping import side_by_side
from molgen.docking.search.minima import Minima
from molgen.physics.intramolecular import pair_energy
from molgen.physics.rigid_bfgs import minimize
from molgen.sampling.pieces import halved

PIECE = 16
"""Ligands that are refined together: there is an energy for every atom, atom of the receptor and pose."""


@torch.inference_mode()
def refine_together(energies: LigandEnergies, minima: Sequence[Minima], min_rmsd: float) -> list[Refined]:
    """Minimize the best poses of every ligand with pair sums instead of maps and keep one of each cluster.

    All atoms of the receptor that can reach the box count, where a ligand alone is summed with those near its poses.

    Args:
        energies: that were searched with.
        minima: that the search found for each ligand.
        min_rmsd: least symmetric RMSD between two poses that stay, Angstrom.
    """
    started = [_started(own, low, min_rmsd) for own, low in zip(energies.ligands, minima, strict=True)]

    def refined(rows: slice) -> list[Refined]:
        return _refined(energies, range(len(started))[rows], started[rows])

    refined_poses = chain.from_iterable(halved(len(started), PIECE, refined, "ligands"))
    return [distinct_refined(own, poses, min_rmsd) for own, poses in zip(energies.ligands, refined_poses, strict=True)]


def _started(ligand: Ligand, minima: Minima, min_rmsd: float) -> Minima:
    return minima.pick(representatives(ligand, minima.positions.permute(2, 0, 1), 0.5 * min_rmsd, REFINED))


def _refined(energies: LigandEnergies, numbers: Sequence[int], started: Sequence[Minima]) -> list[Refined]:
    """Minimized poses of some of the ligands, in their order."""
    count = max(len(own.energies) for own in started)
    starts = side_by_side([own.pick(torch.arange(count).clamp(max=len(own.energies) - 1)) for own in started])
    energy = energies(numbers).with_field(energies.direct(numbers))
    positions = minimize(energy, energy.tree, starts.positions.to(energy.lower.device), STEPS).positions
    inter, _ = energy.intermolecular(positions)
    intra, _ = pair_energy(energy.pairs, positions)
    torsional, _ = energy.torsional(positions)
    rest = energy.cartesian(positions)[0] - inter - intra - torsional
    each = [_by_ligand(part, len(numbers)) for part in (positions, inter, intra, torsional, rest)]
    poses = []
    for k, own in enumerate(started):
        real = len(own.energies)
        own_positions, *values = (part[..., k, :real] for part in each)
        own_positions = own_positions[: len(own.positions)].permute(2, 0, 1).contiguous()
        poses.append(Refined(own_positions, own.template, *values))
    return poses


def _by_ligand(values: Tensor, ligands: int) -> Tensor:
    """Values [..., L * C] on the CPU as [..., L, C]."""
    return values.cpu().unflatten(-1, (ligands, -1))
