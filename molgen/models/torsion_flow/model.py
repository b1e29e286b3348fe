"""The torsional model: the field on the torus of a molecule's rotatable bonds, and molgen's network for it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from molgen.errors import ConfigError
from molgen.graphs.batch import GraphBatch
from molgen.models.torsion_flow.config import ModelConfig
from molgen.nets.backbone import Backbone, Encoding
from molgen.nets.config import BackboneConfig
from molgen.nets.features import time_features
from molgen.nets.field_model import FieldModel, score_scale
from molgen.nets.heads import TorsionHead
from molgen.nets.protocol import FieldNetwork
from molgen.processes import TorsionDiffusion, TorsionFlow

_EARLIER_NAMES = {name: f"network.{name}" for name in ("backbone.", "head.", "jump.")}


class TorsionModel(FieldModel):
    """The field on the torus of a molecule's rotatable bonds: a velocity (flow) or a score (diffusion).

    With ``config.jumps`` it is a flow map as well: asked for the way from t to s, it answers with the mean velocity on
    that way, so that one evaluation jumps from t to s.

    Args:
        network: of a user's own, in place of :class:`TorsionNetwork`.
    """

    config: ModelConfig
    process: TorsionFlow | TorsionDiffusion

    def __init__(self, config: ModelConfig, network: FieldNetwork[GraphBatch, Any, Tensor] | None = None) -> None:
        process = torsion_process(config.process)
        super().__init__(config, process, TorsionNetwork(config) if network is None else network, _EARLIER_NAMES)

    @property
    def jumps(self) -> bool:
        """Whether it is a flow map."""
        return self.config.jumps


class TorsionNetwork(nn.Module):
    """Backbone and torsion head."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.backbone = Backbone(config.backbone, TorsionHead.READS)
        self.head = TorsionHead(config.backbone, config.harmonics)
        self.jump = JumpConditioning(config.backbone) if config.jumps else None
        process = torsion_process(config.process)
        self.diffusion = process if isinstance(process, TorsionDiffusion) else None

    def encode(self, graph: GraphBatch) -> Encoding:
        """What depends on the molecules alone; once per molecule."""
        return self.backbone.encode(graph)

    def forward(
        self, graph: GraphBatch, encoding: Encoding, positions: Tensor, t: Tensor, s: Tensor | None = None
    ) -> Tensor:
        """The field [B, S, m] at conformations [B, S, n, 3] and times t [B, S]: radian per unit time, or 1/radian.

        With times s [B, S] <= t, the mean velocity on the way from t to s; at s = t and without s, the field itself.
        """
        shift = None
        if s is not None:
            if self.jump is None:
                raise ValueError("the model knows no jumps; train one with model.jumps")
            shift = self.jump(t, s)
        features = self.backbone(graph, encoding, positions, t, shift)
        field = self.head(graph, features, positions, t)
        return field if self.diffusion is None else field * score_scale(self.diffusion, t)[..., None]


class JumpConditioning(nn.Module):
    """What the network is told of the length t - s of a jump: nothing where it is 0, nothing before training."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.channels = config.time_channels
        self.hidden = nn.Linear(2 * config.time_channels, config.scalars)
        self.node = nn.Linear(config.scalars, config.scalars, bias=False)
        self.edge = nn.Linear(config.scalars, config.edge_channels, bias=False)
        for last in (self.node, self.edge):
            nn.init.zeros_(last.weight)

    def forward(self, t: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
        """t, s [B, S] -> additions to the features of the atoms [B, S, scalars] and of the edges [B, S, channels]."""
        gap = t - s
        known = torch.cat([time_features(t, self.channels), time_features(gap, self.channels)], -1)
        hidden = gap[..., None] * nn.functional.silu(self.hidden(known))
        return self.node(hidden), self.edge(hidden)


def torsion_process(name: str) -> TorsionFlow | TorsionDiffusion:
    if name == "flow":
        return TorsionFlow()
    if name == "diffusion":
        return TorsionDiffusion()
    raise ConfigError(f'model.process must be "flow" or "diffusion", not "{name}"')
