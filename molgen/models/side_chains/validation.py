"""Validation of the side-chain model on held-back structures, without search."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import chi_difference, table
from molgen.chem.side_chains.residues import HAS_CHI, SYMMETRIC
from molgen.datasets.records.side_chains import SideChainEntry
from molgen.models.side_chains.bins import refined, soft_targets
from molgen.models.side_chains.data import SideChainBatch, side_chain_batch
from molgen.models.side_chains.model import SideChainModel

_RIGHT = torch.pi / 9  # 20 degrees


@torch.no_grad()
def validate(model: SideChainModel, entries: Sequence[SideChainEntry]) -> dict[str, float]:
    """Cross-entropy, and shares of right residues when every side chain is the most likely one at t = 1.

    Returns:
        `cross_entropy`, `recovery` (all chi angles within 20 degrees; residues with any and all atoms), `chi1`.
    """
    device = next(model.parameters()).device
    loss, angles, whole, first, residues = 0.0, 0, 0, 0, 0
    for entry in entries:
        batch = SideChainBatch.of(side_chain_batch([entry], model.config).to(str(device)))
        types, t = batch.graph.types, torch.ones(len(entry), device=device)
        with torch.autocast(device.type, torch.bfloat16, enabled=False):
            node = model.trunk(batch.graph, model.encode(batch.graph), batch.atoms, batch.chi, t)
        logits = model.head(node, batch.chi)
        target = soft_targets(batch.chi, table(SYMMETRIC, types), logits.shape[-1])
        losses = -(target * logits.log_softmax(-1)).sum(-1)
        loss, angles = loss + float(losses[batch.known].sum()), angles + int(batch.known.sum())
        difference = chi_difference(types, most_likely(model, node), batch.chi)
        counted = (batch.known == table(HAS_CHI, types)).all(-1) & batch.known.any(-1)
        right = (difference < _RIGHT) | ~table(HAS_CHI, types)
        whole, first = whole + int((right.all(-1) & counted).sum()), first + int((right[:, 0] & counted).sum())
        residues += int(counted.sum())
    return {
        "cross_entropy": loss / max(angles, 1),
        "recovery": whole / max(residues, 1),
        "chi1": first / max(residues, 1),
    }


def most_likely(model: SideChainModel, node: Tensor) -> Tensor:
    """Chi angles [R, 4], each the most likely one given those before it, for features [R, H]."""
    chi = node.new_zeros(len(node), 4)
    for k in range(4):
        score = model.chi_logits(node, chi, k).log_softmax(-1)
        chi[:, k] = refined(score, score.argmax(-1), score.shape[-1])
    return chi
