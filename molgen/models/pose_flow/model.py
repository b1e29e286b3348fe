"""The model of poses: the field on R^3 x SO(3) x torus, and the coordinates that a state stands for."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from molgen.errors import ConfigError
from molgen.geometry.internal_coordinates import InternalCoordinates
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


def pose_positions(shape: InternalCoordinates, state: State, graph: GraphBatch) -> Tensor:
    """Coordinates [B, S, n, 3], Angstrom, of the states of S poses of each ligand over template conformers."""
    mask = graph.atom_mask[:, None]
    return shape.pose(state["torsion"], state["rotation"], state["translation"], mask)
