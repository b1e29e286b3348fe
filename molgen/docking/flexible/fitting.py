"""Pockets fitted to a ligand: side chains packed around its best poses, and these poses refined there.

Packings sampled without the ligand rarely contain the one that it needs. Here the pocket is packed around a few poses
of the ligand: the best poses so far, and clusters of proposals of the pose model, even where they overlap side chains.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from molgen.chem.side_chains.records import element_class
from molgen.docking.ligand import Ligand
from molgen.docking.ranking import KT, packing_cost
from molgen.docking.records import DockConfig
from molgen.docking.refine import PERMUTATIONS, Refined, refine, representatives
from molgen.docking.search import Starts
from molgen.docking.search.minima import Minima
from molgen.docking.site import PackedPocket, Site
from molgen.metrics.poses import pose_rmsd_matrix
from molgen.metrics.symmetry import automorphisms
from molgen.models.side_chains.task import TASK
from molgen.packing.fitting import fitted_packing
from molgen.packing.sampling import SampledPacking
from molgen.physics.energy import DockingEnergy

_BEST, _AGREED = 2, 4
"""Numbers of poses to pack around: of lowest energy, and proposals with the most others near."""
_APART = 2.0  # Angstrom, between two of them
_STARTS = 48  # poses nearest to such a place that are refined there
_SAME = 0.5  # Angstrom: packings with no atom farther apart are one


def refined_in_fitted(
    site: Site,
    ligand: Ligand,
    energy: DockingEnergy,
    config: DockConfig,
    searched: Sequence[tuple[Site, Refined]],
    starts: Starts,
    proposals: Starts | None,
) -> Iterator[tuple[Site, Refined]]:
    """Packings of a site around the ligand, each once, with the poses near the place that it was made for.

    Args:
        energy: of the ligand in the site.
        searched: its refined poses in the site and in packings of it.
        starts, proposals: more poses to begin from; those that the pose model proposed.
    """
    if site.moving is None:
        return
    pool = _joined([_starts(poses) for _, poses in searched] + [starts])
    model = TASK.load("default")[0]
    elements = np.array([element_class(z) for z in _numbers(ligand)], dtype=np.int64)
    known: list[SampledPacking] = []
    for center in _places(ligand, searched, proposals):
        packing = fitted_packing(model, site.moving, center.numpy(), elements)
        if packing is not None and not any(_alike(packing, other) for other in known):
            known.append(packing)
            number = len(site.packings) + len(known)
            fitted = site.in_packing(packing.protein, PackedPocket(number, packing.labels, packing.energy))
            yield fitted, refine(fitted, ligand, energy, _nearest(ligand, center, pool), config.min_rmsd)


def _nearest(ligand: Ligand, center: Tensor, pool: Starts) -> Minima:
    """The poses of the pool that are nearest to a place [n, 3], as minima whose energy is not known yet."""
    away = _rmsds(ligand, center[None], pool.positions.permute(2, 0, 1))[0]
    nearest = away.argsort(stable=True)[:_STARTS]
    return Minima(pool.positions[:, :, nearest], torch.zeros(len(nearest)), pool.template[nearest])


def _places(ligand: Ligand, searched: Sequence[tuple[Site, Refined]], proposals: Starts | None) -> list[Tensor]:
    """Where the ligand may be, [n, 3] each."""
    energies = torch.cat([poses.total + KT * packing_cost(site) for site, poses in searched])
    positions = torch.cat([poses.positions for _, poses in searched])[energies.argsort(stable=True)]
    best = positions[representatives(ligand, positions, _APART, _BEST)]
    if proposals is None:
        return list(best)
    sampled = proposals.positions.permute(2, 0, 1)
    near = (_rmsds(ligand, sampled, sampled) < _APART).sum(1)
    sampled = sampled[near.argsort(descending=True, stable=True)]
    return [*best, *sampled[representatives(ligand, sampled, _APART, _AGREED)]]


def _starts(refined: Refined) -> Starts:
    return Starts(refined.positions.permute(1, 2, 0), refined.template)


def _joined(starts: Sequence[Starts]) -> Starts:
    return Starts(torch.cat([own.positions for own in starts], 2), torch.cat([own.template for own in starts]))


def _rmsds(ligand: Ligand, poses: Tensor, others: Tensor) -> Tensor:
    return pose_rmsd_matrix(poses, others, automorphisms(ligand.mol, PERMUTATIONS).permutations)


def _numbers(ligand: Ligand) -> list[int]:
    return [ligand.mol.GetAtomWithIdx(int(k)).GetAtomicNum() for k in ligand.heavy]


def _alike(first: SampledPacking, second: SampledPacking) -> bool:
    apart = np.abs(first.protein.positions - second.protein.positions).max()
    return first.moved == second.moved and float(apart) < _SAME
