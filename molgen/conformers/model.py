"""The torsional model: backbone + torsion head, and how it is stored."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from molgen.conformers.config import ModelConfig
from molgen.errors import ConfigError
from molgen.geometry.torsions import apply_torsions
from molgen.graphs.batch import GraphBatch
from molgen.nets.backbone import Backbone, Encoding
from molgen.nets.heads import TorsionHead
from molgen.processes import TorsionDiffusion, TorsionFlow


class TorsionModel(nn.Module):
    """The field on the torus of a molecule's rotatable bonds: a velocity (flow) or a score (diffusion)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.process = torsion_process(config.process)
        self.backbone = Backbone(config.backbone)
        self.head = TorsionHead(config.backbone, config.harmonics)

    def encode(self, graph: GraphBatch) -> Encoding:
        """What depends on the molecules alone; once per molecule."""
        return self.backbone.encode(graph)

    def forward(self, graph: GraphBatch, encoding: Encoding, positions: Tensor, t: Tensor) -> Tensor:
        """The field [B, S, m] at conformations [B, S, n, 3] and times [B, S]: radian per unit time, or 1/radian."""
        features = self.backbone(graph, encoding, positions, t)
        return self.head(graph, features, positions, t)


class Conformation(NamedTuple):
    """Torsions of S conformations over fixed local structures.

    Attributes:
        template: [B, S, n, 3], Angstrom.
        start: [B, S, m], the torsions of the template, radian.
    """

    template: Tensor
    start: Tensor

    def positions(self, torsions: Tensor, graph: GraphBatch) -> Tensor:
        """Coordinates [B, S, n, 3] at torsions [B, S, m]."""
        return apply_torsions(self.template, torsions - self.start, graph.torsions[:, None], graph.moving[:, None])


def torsion_process(name: str) -> TorsionFlow | TorsionDiffusion:
    if name == "flow":
        return TorsionFlow()
    if name == "diffusion":
        return TorsionDiffusion()
    raise ConfigError(f'model.process must be "flow" or "diffusion", not "{name}"')
