"""The network: the velocity of a flow on the sphere."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from molgen.manifolds import Sphere
from molgen.processes import GeodesicFlow

from .config import DirectionModelConfig


class DirectionModel(nn.Module):
    """Points [B, 3] on the sphere and times [B] -> velocities [B, 3], tangents at the points."""

    def __init__(self, config: DirectionModelConfig) -> None:
        super().__init__()
        self.config = config
        self.process = GeodesicFlow(Sphere())
        h = config.hidden
        self.net = nn.Sequential(nn.Linear(4, h), nn.SiLU(), nn.Linear(h, h), nn.SiLU(), nn.Linear(h, 3))

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return self.process.manifold.project_tangent(x, self.net(torch.cat([x, t[:, None]], -1)))
