"""The network: distributions of the chi angles of every residue, given the backbone, surroundings and some side chains.

Residues are frames, so that what they see of each other does not change when the protein is moved: positions of the
neighbor's atoms in the own frame, distances, sequence separation. Messages pass between the nearest residues. The head
gives each chi angle a distribution over bins that depends on the chi angles before it in the residue.

At a time t of the flow on the torus the network sees noised chi angles, and predicts the distributions of the clean
ones, from which the velocity follows (variational flow matching, Eijkelboom et al. 2024,
arXiv:2406.04843). A diffusion on the torus replaces the flow by configuration; the prediction is the same. At
t = 1 the side chain is hidden.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from molgen.chem.side_chains.geometry import frames, to_frame, virtual_cb
from molgen.chem.side_chains.residues import CHIS, NAMES, SLOTS
from molgen.models.side_chains.config import SideChainModelConfig
from molgen.models.side_chains.graph import OTHER_CHAIN, SideChainGraph
from molgen.processes import TorsionDiffusion, TorsionFlow

_SCALE = 8.0  # Angstrom; positions are divided by it
_WIDTHS = torch.linspace(2.0, 16.0, 12)
_CLASSES = 8
_HARMONICS = 3


class SideChainModel(nn.Module):
    """Distributions of the chi angles of proteins; see the module."""

    def __init__(self, config: SideChainModelConfig) -> None:
        super().__init__()
        self.config = config
        self.process = TorsionFlow() if config.process == "flow" else TorsionDiffusion()
        h = config.hidden
        self.residue = nn.Embedding(len(NAMES), h)
        self.bends = nn.Linear(9, h)
        self.place = nn.Embedding(OTHER_CHAIN + 1, h)
        self.still = nn.Linear(9 * len(_WIDTHS) + 15 + 9, h)
        self.side_chain = nn.Linear(3 * (SLOTS - 5) + 1, h)
        self.neighbor_type = nn.Embedding(len(NAMES), h)
        self.edge = nn.Sequential(nn.SiLU(), nn.Linear(h, h))
        self.element = nn.Embedding(_CLASSES, h)
        self.atom = nn.Linear(3 + len(_WIDTHS), h)
        self.atoms = nn.Sequential(nn.SiLU(), nn.Linear(h, h), nn.SiLU())
        self.own = nn.Linear(CHIS * 2 + 2, h)
        self.layers = nn.ModuleList(_Layer(h) for _ in range(config.layers))
        self.before = nn.Linear((CHIS - 1) * 2 * _HARMONICS, CHIS * h)
        self.heads = nn.Parameter(torch.randn(CHIS, h, h) * h**-0.5)
        self.out = nn.Parameter(torch.zeros(CHIS, h, config.bins))
        self.norm = nn.LayerNorm(h)

    def encode(self, graph: SideChainGraph) -> tuple[Tensor, Tensor]:
        """What does not depend on the side chains: features of residues [R, H] and of edges [R, K, H]."""
        node = self.residue(graph.types) + self.bends(graph.bends)
        distance = torch.linalg.vector_norm(graph.around, dim=-1)
        atom = self.element(graph.elements) + self.atom(torch.cat((graph.around / _SCALE, _radial(distance)), -1))
        node = node + (self.atoms(atom) * graph.seen[..., None]).sum(1)
        with torch.autocast(graph.backbone.device.type, enabled=False):
            edge = _edge_features(graph)
        return node, self.still(edge) + self.place(graph.offsets)

    def trunk(
        self, graph: SideChainGraph, encoded: tuple[Tensor, Tensor], atoms: Tensor, chi: Tensor, t: Tensor
    ) -> Tensor:
        """Features [R, H] of residues.

        Args:
            atoms: [R, 14, 3], with the side chains as they are at time t, Angstrom.
            chi: [R, 4], their chi angles.
            t: [R], 0 where a side chain is given, 1 where it is not known at all.
        """
        node, still = encoded
        shown = (1 - t)[:, None]
        with torch.autocast(atoms.device.type, enabled=False):
            rotation, origin = frames(graph.backbone)
            tails = to_frame(rotation[:, None], origin[:, None], atoms[graph.neighbors][..., 5:, :])
        exists = (atoms[:, 5:].abs().sum(-1) > 0).to(atoms)
        visible = ((t < 1).to(atoms)[:, None] * exists)[graph.neighbors]
        moving = torch.cat(((tails / _SCALE * visible[..., None]).flatten(-2), shown[graph.neighbors]), -1)
        edge = self.edge(still + self.side_chain(moving) + self.neighbor_type(graph.types)[graph.neighbors])
        known = (t < 1).to(chi)[:, None]
        node = node + self.own(torch.cat((chi.sin() * known, chi.cos() * known, shown, known), -1))
        for layer in self.layers:
            node = layer(node, edge, graph.neighbors, graph.near)
        return self.norm(node)

    def head(self, node: Tensor, chi: Tensor) -> Tensor:
        """Logits [R, 4, bins] of every chi angle given those before it, which are taken from ``chi`` [R, 4]."""
        return torch.stack([self.chi_logits(node, chi, k) for k in range(CHIS)], 1)

    def chi_logits(self, node: Tensor, chi: Tensor, k: int) -> Tensor:
        """Logits [..., bins] of chi k (from 0), for features [..., H] and chi angles [..., 4], of which k are used."""
        angles = chi[..., : CHIS - 1, None] * torch.arange(1, _HARMONICS + 1, device=chi.device)
        waves = torch.cat((angles.sin(), angles.cos()), -1)
        used = (torch.arange(CHIS - 1, device=chi.device) < k).to(chi)[:, None]
        h = self.config.hidden
        weight, bias = self.before.weight[k * h : (k + 1) * h], self.before.bias[k * h : (k + 1) * h]
        hidden = node @ self.heads[k] + nn.functional.linear((waves * used).flatten(-2), weight, bias)
        return (nn.functional.silu(hidden) @ self.out[k]).float()

    def forward(self, graph: SideChainGraph, atoms: Tensor, chi: Tensor, t: Tensor, given: Tensor) -> Tensor:
        """Logits [R, 4, bins]; arguments as of :meth:`trunk`, and ``given`` [R, 4] for the chi angles in front."""
        return self.head(self.trunk(graph, self.encode(graph), atoms, chi, t), given)


class _Layer(nn.Module):
    def __init__(self, h: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(h)
        self.receiver, self.sender = nn.Linear(h, h), nn.Linear(h, h, bias=False)
        self.edge = nn.Linear(h, h, bias=False)
        self.message = nn.Linear(h, h)
        self.update = nn.Sequential(nn.LayerNorm(h), nn.Linear(h, 2 * h), nn.SiLU(), nn.Linear(2 * h, h))

    def forward(self, node: Tensor, edge: Tensor, neighbors: Tensor, near: Tensor) -> Tensor:
        x = self.norm(node)
        hidden = nn.functional.silu(self.receiver(x)[:, None] + self.sender(x)[neighbors] + self.edge(edge))
        message = nn.functional.silu(self.message(hidden)) * near[..., None]
        node = node + message.sum(1) / near.shape[1] ** 0.5
        return node + self.update(node)


def _radial(distance: Tensor) -> Tensor:
    """Gaussians of a distance [...], [..., 12]."""
    centers = _WIDTHS.to(distance)
    width = centers[1] - centers[0]
    return torch.exp(-(((distance[..., None] - centers) / width) ** 2))


def _edge_features(graph: SideChainGraph) -> Tensor:
    rotation, origin = frames(graph.backbone)
    cb = virtual_cb(graph.backbone)
    points = torch.cat((graph.backbone, cb[:, None]), 1)
    theirs = points[graph.neighbors]
    local = to_frame(rotation[:, None], origin[:, None], theirs)
    turn = rotation.mT[:, None] @ rotation[graph.neighbors]
    from_cb = torch.linalg.vector_norm(theirs - cb[:, None, None], dim=-1)
    to_cb = torch.linalg.vector_norm(graph.backbone[:, None] - theirs[:, :, 4:], dim=-1)
    distances = _radial(torch.cat((from_cb, to_cb), -1)).flatten(-2)
    return torch.cat((distances, (local / _SCALE).flatten(-2), turn.flatten(-2)), -1)
