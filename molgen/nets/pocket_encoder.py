"""The pocket encoder: features of the protein atoms around a ligand, once per pocket."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from molgen.chem.features.pocket_features import POCKET_COLUMNS
from molgen.graphs.pockets import PocketBatch
from molgen.nets.encoder import normed_mlp
from molgen.nets.features import distance_features, smooth_cutoff


class PocketEncoder(nn.Module):
    """Classes and surroundings of pocket atoms -> scalars [B, k, channels]."""

    def __init__(self, channels: int, layers: int, distance_channels: int = 12, radius: float = 6.0) -> None:
        super().__init__()
        self.radius, self.distance_channels = radius, distance_channels
        self.tables = nn.ModuleList(nn.Embedding(size, channels) for size in POCKET_COLUMNS.values())
        self.sender = nn.ModuleList(nn.Linear(channels, channels) for _ in range(layers))
        self.distance = nn.ModuleList(nn.Linear(distance_channels, channels) for _ in range(layers))
        self.update = nn.ModuleList(normed_mlp(2 * channels, channels) for _ in range(layers))

    def forward(self, pocket: PocketBatch) -> Tensor:
        x = torch.stack([table(pocket.atoms[..., k]) for k, table in enumerate(self.tables)]).sum(0)
        size, count = x.shape[:2]
        flat = (pocket.neighbors + torch.arange(size, device=x.device)[:, None, None] * count).flatten()
        positions = pocket.positions.flatten(0, 1)
        gap = positions.index_select(0, flat).view(size, count, -1, 3) - pocket.positions[:, :, None]
        length = gap.square().sum(-1).clamp_min(1e-12).sqrt()
        gauss = distance_features(length.flatten(), self.radius, self.distance_channels)
        near = smooth_cutoff(length, self.radius)[..., None] * (length > 0.1)[..., None]
        for sender, distance, update in zip(self.sender, self.distance, self.update, strict=True):
            sent = sender(x).flatten(0, 1).index_select(0, flat).view(*length.shape, -1)
            message = (nn.functional.silu(sent) * distance(gauss).view_as(sent) * near).sum(2) / 3.0
            x = x + update(torch.cat([x, message], -1))
        return x
