"""The order of the poses of a ligand: by learned confidence, or by energy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from scipy.spatial import KDTree
from torch import Tensor

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.docking.known_ligands import KnownLigand, KnownOverlap, most_overlap
from molgen.docking.ligand import Ligand
from molgen.docking.proposals import denoised
from molgen.docking.refine import PERMUTATIONS, Refined, representatives
from molgen.docking.site import Site
from molgen.graphs.batch import batch_graphs
from molgen.graphs.pockets import batch_pockets
from molgen.metrics.poses import pose_rmsd_matrix
from molgen.metrics.symmetry import automorphisms
from molgen.models.pose_confidence.agreement import near_each_other
from molgen.models.pose_confidence.beside import CalibratedBeside
from molgen.models.pose_confidence.model import ConfidenceModel, meta_features
from molgen.models.pose_confidence.support import SUPPORT_FEATURES, found_back_from, samples_nearby
from molgen.models.pose_flow.denoising import has_denoising_errors
from molgen.models.pose_flow.model import PoseModel

SURROUNDINGS = 7.5
"""Angstrom around the poses; the atoms of the receptor that the confidence sees."""


_ALIKE = 2.0
"""Angstrom: beyond this distance, a wrong pose says little about another."""


_TIE = 1e-4
"""Of the logits, where poses are at one place of the calibration curve."""
KT = 0.593
"""kcal/mol at 298 K."""
PACKING_WEIGHT = 1.0
"""Of the energy of a packing, kT, in the logits of its poses; there a kcal/mol of their own energy weighs as much."""


class RankedPose(NamedTuple):
    """One refined pose.

    Attributes:
        site, refined, row: where it is, and its row among the poses there.
        confidence: the probability that it is near-native, and logit, what it comes from; None: not predicted.
        known: the known ligand that it overlaps most; None where known ligands do not count.
    """

    site: Site
    refined: Refined
    row: int
    confidence: float | None
    logit: float | None = None
    known: KnownOverlap | None = None

    @property
    def positions(self) -> Tensor:
        """float32 [n, 3], heavy atoms, Angstrom."""
        return self.refined.positions[self.row]

    @property
    def energy(self) -> float:
        """kcal/mol, restraints included."""
        return float(self.refined.total[self.row])


def ranked_poses(
    ligand: Ligand,
    refined: Sequence[tuple[Site, Refined]],
    model: ConfidenceModel | None,
    pose_model: PoseModel | None = None,
    known: Sequence[KnownLigand] = (),
) -> list[RankedPose]:
    """The refined poses of all sites, best first: by confidence, or without a model by energy.

    Args:
        ligand: that was docked.
        refined: its poses.
        model, pose_model: as of :func:`confidences`.
        known: other ligands that bind there.
    """
    rows = [(site, poses, row) for site, poses in refined for row in range(len(poses.total))]
    if model is None:
        energies = torch.cat([poses.total + KT * packing_cost(site) for site, poses in refined])
        ranked = [RankedPose(site, poses, row, None) for site, poses, row in rows]
        return [ranked[k] for k in energies.argsort(stable=True).tolist()]
    overlap = None
    near: list[KnownOverlap | None] = [None] * len(rows)
    if known and model.known is not None and _asks_pose_model(model, refined, pose_model):
        overlap, names = most_overlap(torch.cat([poses.positions for _, poses in refined]), known)
        near = [KnownOverlap(*match) for match in zip(names, overlap.tolist(), strict=True)]
    logits, probabilities = confidences(model, ligand, refined, pose_model, overlap)
    predicted = zip(rows, probabilities.tolist(), logits.tolist(), near, strict=True)
    ranked = [RankedPose(*row, chance, logit, match) for row, chance, logit, match in predicted]
    return [ranked[k] for k in logits.argsort(descending=True, stable=True).tolist()]


def packing_cost(site: Site) -> float:
    """Energy of a site's packing above the structure's own, kT; 0 where it is that, or likelier."""
    return 0.0 if site.packing is None else max(site.packing.energy, 0.0)


def chosen_poses(ligand: Ligand, ranked: Sequence[RankedPose], n: int, min_rmsd: float) -> list[RankedPose]:
    """The reported poses, best first: the first one, and alternatives in case it is wrong.

    With a confidence these are not the next ones, which are often variants of the first: see
    :func:`alternatives`.

    Args:
        ranked: all poses, best first; boxes may overlap, and then two of them hold the same pose.
        n: how many, at most.
        min_rmsd: least symmetric RMSD between two of them, Angstrom.
    """
    heavy = torch.stack([pose.positions for pose in ranked])
    apart = [ranked[k] for k in representatives(ligand, heavy, min_rmsd, len(ranked)).tolist()]
    logits = [pose.logit for pose in apart if pose.logit is not None]
    if len(apart) <= n or len(logits) < len(apart):
        return apart[:n]
    heavy = torch.stack([pose.positions for pose in apart])
    rmsds = pose_rmsd_matrix(heavy, heavy, automorphisms(ligand.mol, PERMUTATIONS).permutations).numpy()
    return [apart[k] for k in alternatives(np.array(logits), rmsds, n)]


def alternatives(logits: np.ndarray, rmsds: np.ndarray, n: int) -> list[int]:
    """A set of poses that most likely contains a right one: rows, highest logit first.

    Poses are chosen greedily: each is the most likely one if all before it are wrong. A wrong pose lowers the odds of
    poses near it by the factor 1 - exp(-(RMSD / 2 Angstrom)^2).

    Args:
        logits: [S].
        rmsds: symmetric RMSD between any two poses, [S, S], Angstrom.
        n: how many, at most.
    """
    chance = logits - np.logaddexp.reduce(logits)
    free = np.ones(len(logits), dtype=bool)
    ruled_out = np.log1p(-0.999 * np.exp(-((rmsds / _ALIKE) ** 2)))
    for _ in range(min(n, len(logits))):
        pick = int(np.where(free, chance, -np.inf).argmax())
        free[pick] = False
        chance = chance + ruled_out[pick]
    chosen = np.flatnonzero(~free)
    return chosen[np.argsort(-logits[chosen], kind="stable")].tolist()


@torch.inference_mode()
def confidences(
    model: ConfidenceModel,
    ligand: Ligand,
    refined: Sequence[tuple[Site, Refined]],
    pose_model: PoseModel | None = None,
    overlap: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """The meta-classifier's logits and the probabilities [B] of all poses of a ligand, site after site.

    A pose is compared with all poses in the same structure, so its probability is that of docking into this structure
    alone. Poses of several structures are in the order of their probabilities: their logits are their places on the
    calibration curve. Packings of one site repeat many of its poses, which would count twice; so the poses of a packing
    are compared with those of the structure only, and these without any packing.

    With a pose model that is a flow, and where its samples are known for all poses, the second meta-classifier also
    weighs its denoising errors, and with the overlaps [B] of all poses with known ligands these as well.
    """
    asked = pose_model if _asks_pose_model(model, refined, pose_model) else None
    counts = torch.tensor([len(poses.total) for _, poses in refined])
    structure = torch.tensor([site.structure for site, _ in refined]).repeat_interleave(counts)
    cost = torch.cat([torch.full_like(poses.total, PACKING_WEIGHT * packing_cost(site)) for site, poses in refined])
    curve: CalibratedBeside | None = None if asked is None else model.support
    if overlap is not None and curve is not None and model.known is not None:
        curve, cost = model.known, cost - model.known.weight.to(cost) * overlap
    logits, chances = torch.empty_like(cost), torch.empty_like(cost)
    numbers = structure.unique().tolist()
    for number in numbers:
        here, within = structure == number, [pair for pair in refined if pair[0].structure == number]
        own = _logits_within(model, ligand, within, asked, cost[here])
        if curve is None:
            logits[here], chances[here] = own, model.probability(own)
            continue
        near = near_each_other(torch.cat([poses.positions for _, poses in within]))
        chances[here] = curve.probability(own, near)
        logits[here] = own if len(numbers) == 1 else curve.on_curve(own, near) + _TIE * own
    order = logits.argsort(descending=True, stable=True)
    return logits, chances[order].cummin(0).values[order.argsort()]


def _logits_within(
    model: ConfidenceModel,
    ligand: Ligand,
    refined: Sequence[tuple[Site, Refined]],
    pose_model: PoseModel | None,
    cost: Tensor,
) -> Tensor:
    """The logits of the poses in one structure, less their cost; a pose model is one that is to be asked."""
    features = _features(model, ligand, refined)
    if model.support is None or pose_model is None:
        return model.meta_logits_of(features) - cost
    nearby = torch.cat([samples_nearby(poses.sampled) for _, poses in refined if poses.sampled is not None])
    return model.support.logits(features, nearby, partial(_found_back, pose_model, ligand, refined), cost)


def _asks_pose_model(
    model: ConfidenceModel, refined: Sequence[tuple[Site, Refined]], pose_model: PoseModel | None
) -> bool:
    """Whether the second meta-classifier ranks: there is one, and a flow whose samples are known for all poses."""
    sampled = all(poses.sampled is not None for _, poses in refined)
    return sampled and model.support is not None and pose_model is not None and has_denoising_errors(pose_model)


def _features(model: ConfidenceModel, ligand: Ligand, refined: Sequence[tuple[Site, Refined]]) -> Tensor:
    """The features of the meta-classifier for all poses, site after site."""
    own = [pair for pair in refined if pair[0].packing is None]
    together = list(_seen_together(model, ligand, own).split([len(poses.total) for _, poses in own]))
    features = [
        together.pop(0)
        if site.packing is None
        else _seen_together(model, ligand, [*own, (site, poses)])[-len(poses.total) :]
        for site, poses in refined
    ]
    return torch.cat(features)


def _seen_together(model: ConfidenceModel, ligand: Ligand, refined: Sequence[tuple[Site, Refined]]) -> Tensor:
    energies = torch.cat([poses.total for _, poses in refined])
    logits = [_logits(model, ligand, site, poses, float(energies.min())) for site, poses in refined]
    return meta_features(torch.cat(logits), torch.cat([poses.positions for _, poses in refined]), energies)


def _found_back(model: PoseModel, ligand: Ligand, refined: Sequence[tuple[Site, Refined]], rows: Tensor) -> Tensor:
    """How well the pose model recovers some poses, [k, 2]; rows count the poses site after site."""
    recovered, first = torch.zeros(len(rows), len(SUPPORT_FEATURES) - 1), 0
    for site, poses in refined:
        here = (rows >= first) & (rows < first + len(poses.total))
        if here.any():
            recovered[here] = found_back_from(denoised(model, site, ligand, poses.positions[rows[here] - first]))
        first += len(poses.total)
    return recovered


def _logits(model: ConfidenceModel, ligand: Ligand, site: Site, refined: Refined, lowest: float) -> Tensor:
    """The networks' logits [B] of the poses of one site; ``lowest`` is the energy of the ligand's best pose."""
    atoms, center = surroundings(site.network_atoms, refined.positions.numpy())
    positions = (refined.positions.double() - torch.from_numpy(center)).float()
    graph, pocket = batch_graphs([ligand.graph]), batch_pockets([atoms])
    given = (graph, pocket, positions[None], (refined.total - lowest)[None])
    return model(*(value.to(model.device) for value in given))[0].cpu()


def surroundings(atoms: PocketAtoms, positions: np.ndarray) -> tuple[PocketAtoms, np.ndarray]:
    """The receptor's atoms near any of the poses [B, n, 3], relative to the middle of the poses, and that middle."""
    center = positions.mean((0, 1), dtype=np.float64)
    distance, _ = KDTree(positions.reshape(-1, 3)).query(atoms.positions, distance_upper_bound=SURROUNDINGS)
    near = atoms.pick(np.isfinite(distance))
    return PocketAtoms(near.atoms, near.positions - center, near.residue), center
