"""Torsions sampled by the network, for many molecules at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.molecule_graph import MoleculeGraph, shortest_paths
from molgen.conformers.batching.memory import in_halves
from molgen.graphs.batch import LONGEST_PATH, batch_graphs
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.sample import sample_molecules, sample_torsions
from molgen.sampling import Stepper
from molgen.sampling.named import STOCHASTIC, stepper_of

WIDTH = 64
"""Most samples of a molecule in one row of the batch."""
GPU_EDGES = 1_000_000
"""Edges, about 14 per atom, of one pass through the network."""


@dataclass(frozen=True, eq=False)
class FlowRequest:
    """A request for S sets of torsions of one molecule.

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

    @property
    def cost(self) -> float:
        """CPU time, in any unit."""
        return len(self.start) * self.record.n_atoms * len(self.times)

    @property
    def is_unbatched(self) -> bool:
        """Whether it is not batched: on the CPU, where one molecule fills the cache, and for stochastic samplers."""
        return self.model.device.type == "cpu" or self.model.jumps or self.sampler in STOCHASTIC or self.is_rigid

    def stepper(self) -> Stepper:
        """The stepper of the sampler."""
        return stepper_of(self.sampler, exploding=self.model.config.process == "diffusion")

    @property
    def is_rigid(self) -> bool:
        """Whether the molecule has no torsion."""
        return self.start.shape[1] == 0


@dataclass(frozen=True, eq=False)
class _Block:
    """Rows of a request that go through the network together, and its shortest paths [n, n]."""

    request: FlowRequest
    rows: slice
    paths: np.ndarray


def flow_together(requests: Sequence[FlowRequest]) -> list[Tensor]:
    """The torsions [S, m] of each, on the CPU."""
    blocks = [block for request in requests if not request.is_unbatched for block in _blocks(request)]
    blocks.sort(key=lambda block: block.request.record.n_atoms)
    parts: dict[int, list[tuple[int, Tensor]]] = {id(request): [] for request in requests}
    for group in _groups(blocks):
        for block, torsions in zip(group, in_halves(_carried, group), strict=True):
            parts[id(block.request)].append((block.rows.start, torsions))
    return [
        _alone(request) if request.is_unbatched else torch.cat([part for _, part in sorted(parts[id(request)])])
        for request in requests
    ]


def _alone(request: FlowRequest) -> Tensor:
    device = request.model.device
    return sample_torsions(
        request.model,
        batch_graphs([request.record]).to(device),
        request.template.to(device),
        request.start.to(device),
        times=request.times,
        stepper=request.stepper,
        rng=torch.Generator().manual_seed(request.seed),
    ).cpu()


def _blocks(request: FlowRequest) -> Iterator[_Block]:
    paths = shortest_paths(request.record.bond_index, request.record.n_atoms, LONGEST_PATH)
    count = len(request.start)
    blocks = -(-count // WIDTH)
    for k in range(blocks):
        yield _Block(request, slice(k * count // blocks, (k + 1) * count // blocks), paths)


def _groups(blocks: Sequence[_Block]) -> Iterator[list[_Block]]:
    """Blocks, the smallest molecules first, as many as go together: of one model, with one grid of times."""
    group: list[_Block] = []
    for block in blocks:
        request = block.request
        edges = 14 * request.record.n_atoms * WIDTH * (len(group) + 1)
        if group and (edges > GPU_EDGES or _kind(request) != _kind(group[0].request)):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _kind(request: FlowRequest) -> tuple[int, str, tuple[float, ...]]:
    return id(request.model), request.sampler, tuple(request.times.tolist())


def _carried(group: Sequence[_Block]) -> list[Tensor]:
    """The torsions of every block, on the CPU."""
    first = group[0].request
    device = first.model.device
    graph = batch_graphs([block.request.record for block in group], [block.paths for block in group])
    size, n, m = graph.atoms.shape[0], graph.atoms.shape[1], graph.torsions.shape[1]
    width = max(block.rows.stop - block.rows.start for block in group)
    template, start = torch.zeros(size, width, n, 3), torch.zeros(size, width, m)
    for index, block in enumerate(group):
        own, begin = block.request.template[block.rows], block.request.start[block.rows]
        template[index, : len(own), : own.shape[1]] = own
        template[index, len(own) :, : own.shape[1]] = own[:1]
        start[index, : len(own), : begin.shape[1]] = begin
    sampled = sample_molecules(
        first.model, graph.to(device), template.to(device), start.to(device), times=first.times, stepper=first.stepper()
    ).cpu()
    return [
        sampled[index, : block.rows.stop - block.rows.start, : block.request.start.shape[1]]
        for index, block in enumerate(group)
    ]
