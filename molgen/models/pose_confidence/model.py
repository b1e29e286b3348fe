"""The learned confidence: the probability that a minimized pose lies within 2 A of the true one.

Two levels. Networks read each pose on its own: its contacts and its energy above the best pose. A meta-classifier with
a handful of weights then looks at all poses of the ligand together: how much of the networks' and of the energy's vote
falls on poses near this one, how good the energy is for a ligand of this size. Several networks, each trained without a
part of the clusters, vote together; the meta-classifier was fitted to what each said about the part held back from it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from molgen.graphs.batch import GraphBatch
from molgen.graphs.pockets import PocketBatch
from molgen.models.pose_confidence.agreement import near_each_other, share_nearby
from molgen.models.pose_confidence.config import ConfidenceConfig
from molgen.models.pose_confidence.curve import interpolated, untrained
from molgen.models.pose_confidence.known import KnownSupport
from molgen.models.pose_confidence.support import Support
from molgen.nets.contacts import ContactNet, Contacts, contacts_of

META_FEATURES = ("logit", "share nearby", "energy gap", "energy", "size", "energy share nearby")
"""What the meta-classifier looks at."""
_FORMER_NAMES = {"judge_weights": "meta_weights", "judge_offset": "meta_offset"}
"""Weights that earlier versions wrote under other names."""
_GAP_UNIT = 3.0
_TEMPERATURE = 0.6


class Member(nn.Module):
    """One network: poses and their energies -> logits.

    The logit is that of the physics, minus the energy above the best pose in learned units, plus a sum over the
    ligand's atoms of what the network reads from their contacts.
    """

    def __init__(self, config: ConfidenceConfig) -> None:
        super().__init__()
        c = config.contacts.channels
        self.net = ContactNet(config.contacts)
        self.dropout = nn.Dropout(config.dropout)
        self.atom = nn.Sequential(nn.LayerNorm(c), nn.Linear(c, c), nn.SiLU(), nn.Linear(c, 1))
        self.slope, self.offset = nn.Parameter(torch.tensor(-3.0)), nn.Parameter(torch.tensor(0.5))

    def forward(self, graph: GraphBatch, pocket: PocketBatch, contacts: Contacts, gap: Tensor) -> Tensor:
        """Logits [B, S]; arguments as of :class:`ConfidenceModel`, whose poses have these contacts."""
        features = self.net(self.net.encode(graph, pocket), contacts)
        mask = graph.atom_mask[:, None].to(features.dtype)
        read = (self.atom(self.dropout(features)).squeeze(-1) * mask).sum(-1) / mask.sum(-1).sqrt()
        return self.slope * gap / _GAP_UNIT + self.offset + read


class ConfidenceModel(nn.Module):
    """The networks, the meta-classifier and the calibration curve.

    Attributes:
        support: a second meta-classifier, for poses that the pose model was asked about; None where there is none.
        known: what the overlap with known ligands adds to it; None where that was not fitted.
    """

    meta_weights: Tensor
    meta_offset: Tensor
    curve_logits: Tensor
    curve_values: Tensor

    def __init__(self, config: ConfidenceConfig) -> None:
        super().__init__()
        self.config = config
        self.members = nn.ModuleList(Member(config) for _ in range(config.members))
        weights = torch.zeros(len(META_FEATURES))
        weights[0] = 1.0
        self.register_buffer("meta_weights", weights)
        self.register_buffer("meta_offset", torch.zeros(()))
        at, values = untrained()
        self.register_buffer("curve_logits", at)
        self.register_buffer("curve_values", values)
        self.support = Support(len(META_FEATURES)) if config.support else None
        self.known = KnownSupport() if config.known else None
        self.register_load_state_dict_pre_hook(_with_present_names)

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        return self.meta_weights.device

    def forward(self, graph: GraphBatch, pocket: PocketBatch, positions: Tensor, gap: Tensor) -> Tensor:
        """The networks' logits [B, S], their mean over the members.

        Args:
            graph, pocket: B ligands and pockets.
            positions: [B, S, n, 3], Angstrom, minimized poses.
            gap: [B, S], energy above the best pose of the ligand, kcal/mol.
        """
        contacts = contacts_of(graph, pocket, positions, self.config.contacts)
        return torch.stack([member(graph, pocket, contacts, gap) for member in self.members]).mean(0)

    def meta_logits(self, logits: Tensor, positions: Tensor, energies: Tensor) -> Tensor:
        """The meta-classifier's logits [S] of all poses of one ligand; arguments as of :func:`meta_features`."""
        return self.meta_logits_of(meta_features(logits, positions, energies))

    def meta_logits_of(self, features: Tensor) -> Tensor:
        """The same for :func:`meta_features` [S, len(META_FEATURES)]."""
        return features @ self.meta_weights.to(features) + self.meta_offset.to(features)

    def probability(self, logits: Tensor) -> Tensor:
        """Probabilities for the meta-classifier's logits: linear between the points of the curve, level beyond."""
        return interpolated(logits, self.curve_logits.to(logits), self.curve_values.to(logits))


def _with_present_names(module: nn.Module, state: dict[str, Tensor], prefix: str, *_: object) -> None:
    """Rename what earlier versions wrote under other names, before it is loaded."""
    for formerly, name in _FORMER_NAMES.items():
        if prefix + formerly in state:
            state[prefix + name] = state.pop(prefix + formerly)


def meta_features(logits: Tensor, positions: Tensor, energies: Tensor) -> Tensor:
    """What the meta-classifier looks at, [S, len(META_FEATURES)].

    Args:
        logits: [S], of the networks.
        positions: [S, n, 3], Angstrom, the poses of one ligand.
        energies: [S], kcal/mol: with the receptor, within the ligand and of its torsions.
    """
    near = near_each_other(positions)
    gap = energies - energies.min()
    size = float(positions.shape[1])
    columns = (logits, share_nearby(logits, near), -gap, -energies / size**0.5, torch.full_like(gap, size / 30.0))
    return torch.stack([*columns, share_nearby(-gap / _TEMPERATURE, near)], dim=1)
