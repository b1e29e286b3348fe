"""One rotamer for every residue: belief propagation, then descent."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.packing.search.energy import PairTable

_DAMPING = 0.5


def marginals(unary: Tensor, pairs: PairTable, iterations: int = 20) -> Tensor:
    """Approximate log probabilities [R, B] of the rotamers, by loopy sum-product belief propagation.

    Pearl 1988; for side chains Yanover and Weiss 2002.

    Args:
        unary: [R, B], energies in units of kT.
        pairs: energies in units of kT.
    """
    send = torch.cat((pairs.first, pairs.second))
    receive = torch.cat((pairs.second, pairs.first))
    energy = torch.cat((pairs.energy, pairs.energy.mT))
    half = len(pairs.first)
    back = torch.cat((torch.arange(half) + half, torch.arange(half))).to(send)
    message = torch.zeros_like(energy[:, 0])
    belief = -unary
    for _ in range(iterations):
        outgoing = belief[send] - message[back]
        new = torch.logsumexp(outgoing[:, :, None] - energy, 1)
        new = new - new.amax(-1, keepdim=True)
        message = _DAMPING * message + (1 - _DAMPING) * new
        belief = (-unary).index_add(0, receive, message)
    return belief.log_softmax(-1)


def descend(choice: Tensor, unary: Tensor, pairs: PairTable, rounds: int = 10) -> Tensor:
    """Change one residue after the other to its best rotamer until nothing changes; int64 [R]."""
    neighbors: list[list[tuple[int, Tensor]]] = [[] for _ in range(len(unary))]
    for p, (a, b) in enumerate(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)):
        neighbors[a].append((b, pairs.energy[p]))
        neighbors[b].append((a, pairs.energy[p].mT))
    chosen = choice.tolist()
    for _ in range(rounds):
        changed = False
        for i, around in enumerate(neighbors):
            if not around:
                continue
            total = unary[i] + torch.stack([energy[:, chosen[j]] for j, energy in around]).sum(0)
            best = int(total.argmin())
            changed |= best != chosen[i]
            chosen[i] = best
        if not changed:
            break
    return torch.tensor(chosen, device=choice.device)
