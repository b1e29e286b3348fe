"""The model of poses: the field on R^3 x SO(3) x torus, molgen's network for it, and a state's coordinates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from molgen.errors import ConfigError
from molgen.geometry.internal_coordinates import InternalCoordinates
from molgen.graphs.batch import GraphBatch
from molgen.graphs.complexes import ComplexBatch
from molgen.models.pose_flow.config import PoseModelConfig
from molgen.nets.backbone import Backbone, Encoding
from molgen.nets.field_model import FieldModel, score_scale
from molgen.nets.heads import RigidHead, TorsionHead
from molgen.nets.protocol import FieldNetwork
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


_EARLIER_NAMES = {
    "backbone.graph.": "network.backbone.encoder.",
    "backbone.pocket.": "network.backbone.context.encoder.",
    "backbone.pocket_vectors.": "network.backbone.context.directions.",
    "backbone.center_vectors.": "network.backbone.context.center.",
    **{f"backbone.contact_{x}.": f"network.backbone.context.{x}." for x in ("receiver", "sender", "distance", "mix")},
    **{name: f"network.{name}" for name in ("backbone.", "rigid.", "torsion.")},
}


class PoseModel(FieldModel):
    """The field at poses in a pocket: velocities (flow) or scores (diffusion), one per part of the state.

    Args:
        network: replaces :class:`PoseNetwork`.
    """

    config: PoseModelConfig
    process: ProductProcess

    def __init__(self, config: PoseModelConfig, network: FieldNetwork[ComplexBatch, Any, State] | None = None) -> None:
        process = pose_process(config)
        super().__init__(config, process, PoseNetwork(config) if network is None else network, _EARLIER_NAMES)


class PoseNetwork(nn.Module):
    """Backbone in a pocket, with a rigid and a torsion head."""

    def __init__(self, config: PoseModelConfig) -> None:
        super().__init__()
        self.config = config
        self.process = pose_process(config)
        own = config.backbone.ligand
        self.backbone = Backbone(own, pocket=config.backbone)
        self.rigid = RigidHead(own)
        self.torsion = TorsionHead(own, config.harmonics)

    def encode(self, batch: ComplexBatch) -> Encoding:
        """Pose-independent features of ligands and pockets."""
        return self.backbone.encode(batch.graph, batch.pocket)

    def forward(self, batch: ComplexBatch, encoding: Encoding, positions: Tensor, t: Tensor) -> dict[str, Tensor]:
        """The field at S poses of each of B ligands.

        Args:
            positions: [B, S, n, 3], Angstrom, relative to the center of the pocket.
            t: [B, S], time in [0, 1].

        Returns:
            translation [B, S, 3], rotation [B, S, 3] (world frame), torsion [B, S, m], in the units of the process.
        """
        graph = batch.graph
        features = self.backbone(graph, encoding, positions, t)
        translation, rotation = self.rigid(features, positions, graph.atom_mask)
        scale = self._scale(t[..., None])
        return {
            "translation": translation * self.config.spread * scale["translation"],
            "rotation": rotation * scale["rotation"],
            "torsion": self.torsion(graph, features, positions, t) * scale["torsion"],
        }

    def _scale(self, t: Tensor) -> dict[str, Tensor | float]:
        """A score grows as 1/sigma where the noise is small; a velocity keeps its size."""
        parts = self.process.parts
        translation, rotation, torsion = parts["translation"], parts["rotation"], parts["torsion"]
        if not isinstance(rotation, RotationDiffusion) or not isinstance(torsion, TorsionDiffusion):
            return {"translation": 1.0, "rotation": 1.0, "torsion": 1.0}
        sigma = translation.path(t, t).sigma
        return {
            "translation": -1.0 / (sigma * self.config.spread),
            "rotation": score_scale(rotation, t),
            "torsion": score_scale(torsion, t),
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
