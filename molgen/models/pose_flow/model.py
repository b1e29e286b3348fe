"""The model of poses: the field on R^3 x SO(3) x torus, and the coordinates that a state stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from molgen.errors import ConfigError
from molgen.geometry.torsions import apply_torsions, dihedral_angles
from molgen.graphs.batch import GraphBatch
from molgen.graphs.pockets import PocketBatch
from molgen.models.pose_flow.config import PoseModelConfig
from molgen.nets.heads import RigidHead, TorsionHead
from molgen.nets.pose_backbone import PoseBackbone, PoseEncoding
from molgen.processes import (
    ProductProcess,
    RotationDiffusion,
    RotationFlow,
    TorsionDiffusion,
    TorsionFlow,
    TranslationDiffusion,
    TranslationFlow,
)
from molgen.processes.schedules import LinearPath, VarianceExploding

State = Mapping[str, Tensor]
"""translation [..., 3] Angstrom, rotation [..., 3, 3], torsion [..., m] radian."""


class PoseModel(nn.Module):
    """The field at poses in a pocket: velocities (flow) or scores (diffusion), one per part of the state."""

    def __init__(self, config: PoseModelConfig) -> None:
        super().__init__()
        self.config = config
        self.process = pose_process(config)
        self.backbone = PoseBackbone(config.backbone)
        self.rigid = RigidHead(config.backbone.ligand)
        self.torsion = TorsionHead(config.backbone.ligand, config.harmonics)

    def encode(self, graph: GraphBatch, pocket: PocketBatch) -> PoseEncoding:
        """What depends on the ligand and the pocket alone."""
        return self.backbone.encode(graph, pocket)

    def forward(
        self, graph: GraphBatch, pocket: PocketBatch, encoding: PoseEncoding, positions: Tensor, t: Tensor
    ) -> dict[str, Tensor]:
        """The field at S poses of each of B ligands.

        Args:
            positions: [B, S, n, 3], Angstrom, relative to the center of the pocket.
            t: [B, S], time in [0, 1].

        Returns:
            translation [B, S, 3], rotation [B, S, 3] (world frame), torsion [B, S, m], in the units of the process.
        """
        features = self.backbone(graph, pocket, encoding, positions, t)
        translation, rotation = self.rigid(features, positions, graph.atom_mask)
        scale = self._scale(t[..., None])
        return {
            "translation": translation * self.config.spread * scale["translation"],
            "rotation": rotation * scale["rotation"],
            "torsion": self.torsion(graph, features, positions, t) * scale["torsion"],
        }

    def _scale(self, t: Tensor) -> dict[str, Tensor | float]:
        """A score grows as 1/sigma where the noise is small; a velocity keeps its size."""
        if self.config.process == "flow":
            return {"translation": 1.0, "rotation": 1.0, "torsion": 1.0}
        parts = self.process.parts
        sigma = {name: parts[name].schedule(t).sigma for name in parts}  # type: ignore[attr-defined]
        return {
            "translation": 1.0 / (sigma["translation"] * self.config.spread),
            "rotation": 1.0 / sigma["rotation"],
            "torsion": 1.0 / sigma["torsion"],
        }


def pose_process(config: PoseModelConfig) -> ProductProcess:
    """The noise on a pose."""
    if config.process == "flow":
        return ProductProcess(
            {
                "translation": TranslationFlow(LinearPath(config.spread)),
                "rotation": RotationFlow(),
                "torsion": TorsionFlow(),
            }
        )
    if config.process == "diffusion":
        return ProductProcess(
            {
                "translation": TranslationDiffusion(VarianceExploding(0.1, config.spread)),
                "rotation": RotationDiffusion(),
                "torsion": TorsionDiffusion(),
            }
        )
    raise ConfigError(f'model.process must be "flow" or "diffusion", not "{config.process}"')


@dataclass(frozen=True)
class PoseShape:
    """The template conformer under S poses of B ligands; a state says how it is turned and where it lies.

    Attributes:
        template: [B, S, n, 3], Angstrom.
        start: [B, S, m], its torsions, radian.
    """

    template: Tensor
    start: Tensor

    def positions(self, state: State, graph: GraphBatch) -> Tensor:
        """Coordinates [B, S, n, 3], Angstrom: torsions set, turned about the centroid, put in place."""
        return placed(self.bent(state["torsion"], graph), state, graph.atom_mask)

    def bent(self, torsions: Tensor, graph: GraphBatch) -> Tensor:
        """The template conformer with torsions [B, S, m], its centroid at the origin."""
        bent = apply_torsions(self.template, torsions - self.start, graph.torsions[:, None], graph.moving[:, None])
        return centerd(bent, graph.atom_mask)


def shape_of(template: Tensor, graph: GraphBatch) -> PoseShape:
    """The record of template conformers [B, S, n, 3]."""
    return PoseShape(template, dihedral_angles(template, graph.torsions[:, None]))


def centroid(positions: Tensor, atom_mask: Tensor) -> Tensor:
    """[B, S, 3], the mean of the real atoms of [B, S, n, 3]."""
    mask = atom_mask[:, None, :, None].to(positions.dtype)
    return (positions * mask).sum(-2) / mask.sum(-2)


def centerd(positions: Tensor, atom_mask: Tensor) -> Tensor:
    """Moved so that the centroid is the origin."""
    return positions - centroid(positions, atom_mask)[..., None, :]


def placed(shape: Tensor, state: State, atom_mask: Tensor) -> Tensor:
    """Centerd structures [B, S, n, 3] turned and moved; padded atoms stay at the origin."""
    moved = shape @ state["rotation"].transpose(-1, -2) + state["translation"][..., None, :]
    return torch.where(atom_mask[:, None, :, None], moved, torch.zeros_like(moved))
