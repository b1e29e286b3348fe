"""Torsions sampled by the network, for many molecules at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.graphs.batch import batch_graphs
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import sample_torsions
from molgen.sampling.named import stepper_of


@dataclass(frozen=True, eq=False)
class FlowRequest:
    """S sets of torsions of one molecule that are to be sampled.

    Attributes:
        model: the network.
        record: the heavy-atom graph, with n atoms and m torsions.
        template: float32 [S, n, 3], the template conformer under each, Angstrom.
        start: float32 [S, m], torsions at t = 1, radian.
        times: [steps + 1], descending, from 1 to 0.
        sampler: see :func:`molgen.sampling.named.stepper_of`.
        seed: of stochastic samplers.
    """

    model: TorsionModel
    record: MoleculeGraph
    template: Tensor
    start: Tensor
    times: Tensor
    sampler: str
    seed: int


def flow_together(requests: Sequence[FlowRequest]) -> list[Tensor]:
    """The torsions [S, m] of each, on the CPU. There molecules go one by one, in pieces that fit its cache."""
    return [_sampled(request) for request in requests]


def _sampled(request: FlowRequest) -> Tensor:
    device = request.model.device
    return sample_torsions(
        request.model,
        batch_graphs([request.record]).to(device),
        request.template.to(device),
        request.start.to(device),
        times=request.times,
        stepper=lambda: stepper_of(request.sampler),
        rng=torch.Generator().manual_seed(request.seed),
    ).cpu()
