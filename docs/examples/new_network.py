"""A network written with torch_geometric as the field of molgen's torsional flow: trained, stored, loaded and sampled.

python docs/examples/new_network.py runs/path                      # a minute on the toy set of data/
python docs/examples/new_network.py runs/path train.steps=5000 "train.sources=[{path: prepared/mine}]"
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing
from torch_geometric.utils import scatter

import molgen
from molgen.chem.features.molecule_graph import ATOM_COLUMNS
from molgen.config import override
from molgen.geometry.torsions import dihedral_angles
from molgen.graphs import GraphBatch, MoleculeData, pad_samples, unpad_molecules, unpad_samples
from molgen.models.torsion_flow.config import TrainConfig
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import training_data
from molgen.training import Task

READ = [name for name in ATOM_COLUMNS if name != "chirality"]  # the last column
HOPS = 4
"""Atoms this many bonds apart, or fewer, send each other messages."""


class Encoding(NamedTuple):
    """What the network knows before it sees coordinates: N atoms and E pairs of them.

    Attributes:
        molecules: the batch end to end, as torch_geometric reads it.
        atoms: [N, channels].
        pairs: int64 [2, E], sender and receiver.
        gaps: [E, channels], from the number of bonds in between.
    """

    molecules: MoleculeData
    atoms: Tensor
    pairs: Tensor
    gaps: Tensor


class PathNetwork(nn.Module):
    """Messages over distances, then for every four-atom path a sine series in its dihedral angle.

    Distances are the same in the mirror image, sines change their sign: so does the field. R and S labels, which would
    swap there, are not read.
    """

    def __init__(self, channels: int, layers: int, harmonics: int) -> None:
        super().__init__()
        self.columns = nn.ModuleList(nn.Embedding(ATOM_COLUMNS[name], channels) for name in READ)
        self.gap = nn.Embedding(HOPS + 1, channels)
        self.distance = nn.Linear(16, channels)
        self.time = nn.Linear(2, channels)
        self.layers = nn.ModuleList(DistanceConv(channels) for _ in range(layers))
        self.series = nn.Sequential(nn.Linear(2 * channels, channels), nn.SiLU(), nn.Linear(channels, harmonics))

    def encode(self, graph: GraphBatch) -> Encoding:
        """Once per batch."""
        molecules = unpad_molecules(graph)
        b, i, j = ((graph.path_length > 0) & (graph.path_length <= HOPS)).nonzero(as_tuple=True)
        pairs = molecules.ptr[b] + torch.stack([j, i])
        columns = [table(molecules.x[:, k]) for k, table in enumerate(self.columns)]
        return Encoding(molecules, torch.stack(columns).sum(0), pairs, self.gap(graph.path_length[b, i, j]))

    def forward(self, graph: GraphBatch, encoding: Encoding, positions: Tensor, t: Tensor) -> Tensor:
        """The velocity [B, S, m] of every torsion, at positions [B, S, n, 3] in Angstrom and times [B, S]."""
        molecules = encoding.molecules
        pos = unpad_samples(positions, graph.atom_mask)
        time = self.time(torch.stack([t, t.square()], -1))[molecules.batch]
        j, i = encoding.pairs
        edges = encoding.gaps[:, None] + self.distance(bumps((pos[j] - pos[i]).norm(dim=-1)))
        x = encoding.atoms[:, None] + time
        for layer in self.layers:
            x = layer(x, encoding.pairs, edges)
        a, b, c, d = molecules.paths.T
        angles = dihedral_angles(pos.transpose(0, 1), molecules.paths).T
        ends = torch.cat([x[a] + x[d], x[b] + x[c]], -1)
        series = self.series(ends)
        waves = torch.sin(angles[..., None] * torch.arange(1, series.shape[-1] + 1))
        field = scatter(
            (series * waves).sum(-1), molecules.path_torsion, dim_size=len(molecules.torsions), reduce="mean"
        )
        return pad_samples(field, graph.torsion_mask)


class DistanceConv(MessagePassing):
    """One round of messages between atoms with S samples each: x [N, S, channels], edges [E, S, channels]."""

    def __init__(self, channels: int) -> None:
        super().__init__(aggr="mean", node_dim=0)
        self.sent = nn.Sequential(nn.Linear(3 * channels, channels), nn.SiLU(), nn.Linear(channels, channels))
        self.update_atoms = nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, channels), nn.SiLU())

    def forward(self, x: Tensor, pairs: Tensor, edges: Tensor) -> Tensor:
        return x + self.update_atoms(self.propagate(pairs, x=x, edges=edges))

    def message(self, x_i: Tensor, x_j: Tensor, edges: Tensor) -> Tensor:
        return self.sent(torch.cat([x_i, x_j, edges], -1))


def bumps(distance: Tensor) -> Tensor:
    """Gaussians every 0.5 Angstrom: [...] -> [..., 16]."""
    return torch.exp(-(2 * distance[..., None] - torch.arange(16)).square())


@dataclass(frozen=True)
class PathConfig:
    """Section `model` of the configuration: size of the network, and what `TorsionModel` asks for."""

    channels: int = 32
    layers: int = 3
    harmonics: int = 3
    process: str = "flow"
    jumps: bool = False


@dataclass(frozen=True)
class PathTraining:
    """The configuration of a training: that of `molgen train conformers`, with another section `model`."""

    model: PathConfig = field(default_factory=PathConfig)
    train: TrainConfig = field(default_factory=TrainConfig)


def build(config: PathConfig) -> TorsionModel:
    return TorsionModel(config, PathNetwork(config.channels, config.layers, config.harmonics))


TASK = Task("path_network", PathTraining, build, training_data)


TOY = (
    "train.sources=[{path: data/training/conformers}]",
    "train.validation=data/training/conformers",
    *("train.batch=6", "train.draws=4", "train.steps=400", "train.warmup=20", "train.validate_every=200"),
)
"""Settings for the toy set of data/."""


def main(output: str, *assignments: str) -> None:
    config = override(PathTraining(), [*TOY, *assignments])
    result = TASK.train(config, output)
    print(f"{result.steps} steps, held-back recall {result.metrics['amr_recall']:.2f} A")
    model, _ = TASK.load(result.weights)
    mol = molgen.generate_conformers("CCOC(=O)c1ccccc1", 5, model=model)
    print(f"{mol.GetNumConformers()} conformers of ethyl benzoate")


if __name__ == "__main__":
    main(*sys.argv[1:])
