"""The order of the poses of a ligand: by learned confidence, or by energy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.spatial import KDTree
from torch import Tensor

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.docking.ligand import Ligand
from molgen.docking.refine import Refined
from molgen.docking.site import Site
from molgen.graphs.batch import batch_graphs
from molgen.graphs.pockets import batch_pockets
from molgen.models.pose_confidence.model import ConfidenceModel

SURROUNDINGS = 7.5
"""Angstrom around the poses; the atoms of the receptor that the confidence sees."""


class RankedPose(NamedTuple):
    """One refined pose: its site, its row there, and the probability that it is near-native (None: not predicted)."""

    site: Site
    refined: Refined
    row: int
    confidence: float | None

    @property
    def positions(self) -> Tensor:
        """float32 [n, 3], heavy atoms, Angstrom."""
        return self.refined.positions[self.row]

    @property
    def energy(self) -> float:
        """kcal/mol, restraints included."""
        return float(self.refined.total[self.row])


def ranked_poses(
    ligand: Ligand, refined: Sequence[tuple[Site, Refined]], model: ConfidenceModel | None
) -> list[RankedPose]:
    """The refined poses of all sites, best first: by confidence, or without a model by energy."""
    rows = [(site, poses, row) for site, poses in refined for row in range(len(poses.total))]
    if model is None:
        energies = torch.cat([poses.total for _, poses in refined])
        order, chances = energies.argsort(stable=True), [None] * len(rows)
    else:
        logits, probabilities = confidences(model, ligand, refined)
        order, chances = logits.argsort(descending=True, stable=True), probabilities.tolist()
    ranked = [RankedPose(*row, chance) for row, chance in zip(rows, chances, strict=True)]
    return [ranked[k] for k in order.tolist()]


@torch.inference_mode()
def confidences(
    model: ConfidenceModel, ligand: Ligand, refined: Sequence[tuple[Site, Refined]]
) -> tuple[Tensor, Tensor]:
    """The meta-classifier's logits and the probabilities [B] of all poses of a ligand, site after site."""
    energies = torch.cat([poses.total for _, poses in refined])
    logits = [_logits(model, ligand, site, poses, float(energies.min())) for site, poses in refined]
    positions = torch.cat([poses.positions for _, poses in refined])
    combined = model.meta_logits(torch.cat(logits), positions, energies)
    return combined, model.probability(combined)


def _logits(model: ConfidenceModel, ligand: Ligand, site: Site, refined: Refined, lowest: float) -> Tensor:
    """The networks' logits [B] of the poses of one site; ``lowest`` is the energy of the ligand's best pose."""
    atoms, center = surroundings(site.network_atoms, refined.positions.numpy())
    positions = (refined.positions.double() - torch.from_numpy(center)).float()
    graph, pocket = batch_graphs([ligand.graph]), batch_pockets([atoms])
    return model(graph, pocket, positions[None], (refined.total - lowest)[None])[0]


def surroundings(atoms: PocketAtoms, positions: np.ndarray) -> tuple[PocketAtoms, np.ndarray]:
    """The receptor's atoms near any of the poses [B, n, 3], relative to the middle of the poses, and that middle."""
    center = positions.mean((0, 1), dtype=np.float64)
    distance, _ = KDTree(positions.reshape(-1, 3)).query(atoms.positions, distance_upper_bound=SURROUNDINGS)
    near = atoms.pick(np.isfinite(distance))
    return PocketAtoms(near.atoms, near.positions - center, near.residue), center
