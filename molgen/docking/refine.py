"""From the poses of a search to few distinct ones: exact energies, then one pose for each cluster."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.docking.ligand import Ligand
from molgen.docking.search.minima import Minima
from molgen.docking.site import Site
from molgen.metrics.poses import pose_rmsd_matrix
from molgen.metrics.symmetry import automorphisms
from molgen.physics.energy import DockingEnergy
from molgen.physics.intramolecular import pair_energy
from molgen.physics.rigid_bfgs import minimize
from molgen.sampling.guards import MoleculeWarning

REFINED, _KEPT = 128, 48
"""Most minima of the search that are refined, and most distinct poses that are kept."""
STEPS = 30
BROKEN = 10.0
"""kcal/mol of restraint above the least."""
PERMUTATIONS = 256


@dataclass(frozen=True)
class Refined:
    """Distinct poses with energies from pair sums, the best first.

    Attributes:
        positions: float32 [B, n, 3], heavy atoms, Angstrom.
        template: int64 [B], the template conformer of each.
        intermolecular, intramolecular: [B], kcal/mol.
        torsional: [B], how uncommon the torsions are in crystals, kcal/mol.
        restraint: [B], energy of the restraints and walls, kcal/mol.
        sampled: [B, P], symmetric RMSD to P poses that the pose model proposed, Angstrom; None where there are none.
    """

    positions: Tensor
    template: Tensor
    intermolecular: Tensor
    intramolecular: Tensor
    torsional: Tensor
    restraint: Tensor
    sampled: Tensor | None = None

    @property
    def total(self) -> Tensor:
        """[B], what the poses are ordered by."""
        return self.intermolecular + self.intramolecular + self.torsional + self.restraint

    def pick(self, order: Tensor) -> Refined:
        """Some of the poses."""
        return Refined(
            self.positions[order],
            self.template[order],
            self.intermolecular[order],
            self.intramolecular[order],
            self.torsional[order],
            self.restraint[order],
            None if self.sampled is None else self.sampled[order],
        )


@torch.inference_mode()
def refine(site: Site, ligand: Ligand, energy: DockingEnergy, minima: Minima, min_rmsd: float) -> Refined:
    """Minimize the best poses with pair sums instead of maps and keep one of each cluster.

    Args:
        site: the receptor.
        ligand: the poses are of it.
        energy: that was searched with.
        minima: that the search found.
        min_rmsd: least symmetric RMSD between two poses that stay, Angstrom.
    """
    apart = representatives(ligand, minima.positions.permute(2, 0, 1), 0.5 * min_rmsd, REFINED)
    start = minima.positions[:, :, apart].contiguous()
    direct = site.direct(ligand.classes, start.permute(2, 0, 1).reshape(-1, 3).numpy())
    exact = energy.with_field(direct)
    positions = minimize(exact, ligand.tree, start, STEPS).positions
    return distinct_refined(ligand, evaluated(ligand, exact, positions, minima.template[apart]), min_rmsd)


def distinct_refined(ligand: Ligand, refined: Refined, min_rmsd: float) -> Refined:
    """One pose of each cluster, the best first."""
    refined = refined.pick(refined.total.argsort())
    return refined.pick(representatives(ligand, refined.positions, min_rmsd, _KEPT))


def within_restraints(refined: Refined) -> Refined:
    """Drop poses whose restraint energy is BROKEN above the least, with a warning that counts them."""
    kept = refined.restraint <= refined.restraint.min() + BROKEN
    if not kept.all():
        reason = "candidate poses break the core or an anchor and are left out"
        warnings.warn(f"{int((~kept).sum())} of {len(kept)} {reason}", MoleculeWarning, stacklevel=2)
    return refined.pick(torch.nonzero(kept)[:, 0])


def evaluated(ligand: Ligand, energy: DockingEnergy, positions: Tensor, template: Tensor) -> Refined:
    """Energies of poses [n, 3, B], in their order."""
    inter, _ = energy.intermolecular(positions)
    intra, _ = pair_energy(ligand.pairs, positions)
    torsional, _ = energy.torsional(positions)
    total, _ = energy.cartesian(positions)
    rest = total - inter - intra - torsional
    return Refined(positions.permute(2, 0, 1), template, inter, intra, torsional, rest)


def representatives(ligand: Ligand, positions: Tensor, min_rmsd: float, count: int) -> Tensor:
    """Indices of the first poses [B, n, 3] that are at least ``min_rmsd`` apart from all before them."""
    distances = pose_rmsd_matrix(positions, positions, automorphisms(ligand.mol, PERMUTATIONS).permutations).numpy()
    kept: list[int] = []
    for index in range(len(distances)):
        if (distances[index, kept] >= min_rmsd).all():
            kept.append(index)
        if len(kept) == count:
            break
    return torch.from_numpy(np.array(kept, dtype=np.int64))
