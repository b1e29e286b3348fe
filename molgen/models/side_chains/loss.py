"""The training loss of the side-chain model."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import set_chi, table
from molgen.chem.side_chains.residues import HAS_CHI, SYMMETRIC
from molgen.models.side_chains.bins import soft_targets
from molgen.models.side_chains.config import SideChainTrainConfig
from molgen.models.side_chains.data import SideChainBatch
from molgen.models.side_chains.model import SideChainModel

_EARLIEST = 0.05


def side_chain_loss(
    model: SideChainModel, batch: SideChainBatch, rng: torch.Generator, settings: SideChainTrainConfig
) -> Tensor:
    """Cross-entropy of the chi angles of the unknown side chains, averaged over angles.

    Each structure is drawn in one of three ways: all side chains unknown; some given, the others unknown; some given,
    the others noised to a time of the flow.
    """
    t = drawn_times(batch, rng, settings)
    on_way = model.process.corrupt(batch.chi, t[:, None], rng).x_t
    wrong = (torch.rand(len(t), generator=rng, device=rng.device).to(t) < settings.wrong) & (t == 0)
    shown = torch.where(wrong[:, None], model.process.prior(batch.chi, rng), on_way)
    atoms = set_chi(batch.graph.types, batch.atoms, shown)
    logits = model(batch.graph, atoms, shown, t, batch.chi)
    target = soft_targets(batch.chi, table(SYMMETRIC, batch.graph.types), logits.shape[-1])
    losses = -(target * logits.log_softmax(-1)).sum(-1)
    counted = (batch.known & (t > 0)[:, None]).to(losses)
    return (losses * counted).sum() / counted.sum().clamp(min=1)


def drawn_times(batch: SideChainBatch, rng: torch.Generator, settings: SideChainTrainConfig) -> Tensor:
    """A time [R] for every residue: 0 where its side chain is given, 1 where it is unknown, between where it is noised.

    Side chains with missing atoms are never given.
    """
    structures = int(batch.structure.max()) + 1
    way, share, time = torch.rand(3, structures, generator=rng, device=rng.device).to(batch.chi)[:, batch.structure]
    given = torch.rand(len(way), generator=rng, device=rng.device).to(way) < share
    packed, noised = settings.packed, settings.packed + settings.noised
    unknown = torch.where((way >= packed) & (way < noised), _EARLIEST + (1 - _EARLIEST) * time, 1.0)
    complete = (batch.known | ~table(HAS_CHI, batch.graph.types)).all(-1)
    return torch.where(complete, torch.where(given & (way >= packed), 0.0, unknown), 1.0)
