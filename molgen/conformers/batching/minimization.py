"""Minimization of conformers of many molecules at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import torch
from torch import Tensor

from molgen.conformers.batching.memory import in_halves
from molgen.physics.lbfgs import COLUMNS, minimize_batch
from molgen.physics.mmff import MMFFEnergy
from molgen.physics.mmff.lanes import minimize_in_lanes
from molgen.physics.shape_restraints import ShapeRestraints

PIECE_PAIRS, GPU_PAIRS = 250_000, 60_000_000
"""Conformers go through torch in pieces of about so many pairs of atoms: what fits the cache of a core, or keeps a
GPU busy in about 5 GB of its memory."""
_CPU = torch.device("cpu")
WIDTH, WIDEN = 64, 1.5
"""Conformers of a molecule that stand side by side, at most; more are shared out over several blocks. Blocks go
together whose widths differ by no larger factor than the second; others do as long as they are few, a third of a piece,
since then a call costs more than what fills them up."""


@dataclass(frozen=True, eq=False)
class Minimization:
    """A request to minimize conformers of one molecule.

    Attributes:
        energy: of the molecule.
        preconditioner: float32 [n, n], see :func:`molgen.physics.lbfgs.graph_preconditioner`.
        positions: float32 [n, 3, B], Angstrom.
        steps: at most; 0 for the energies alone.
        max_force: kcal/mol/Angstrom, where a conformer is done.
        device: where they are minimized; a CPU where there are restraints or a bias.
        restraints: besides; no part of the energies that come back.
        bias: what is minimized in place of the energies that come back.
    """

    energy: MMFFEnergy
    preconditioner: Tensor
    positions: Tensor
    steps: int
    max_force: float
    device: torch.device = _CPU
    restraints: ShapeRestraints | None = None
    bias: MMFFEnergy | None = None

    @property
    def kind(self) -> tuple[str, int, float, bool]:
        """A key that requests of one batch share."""
        return str(self.device), self.steps, self.max_force, self.energy.charges

    @property
    def cost(self) -> float:
        """CPU time, in any unit."""
        return self.pairs * self.positions.shape[2] * (self.steps + 1)

    @property
    def pairs(self) -> int:
        """Interacting pairs of atoms."""
        return max(1, self.energy.pairs.shape[1])


@dataclass(frozen=True, eq=False)
class _Block:
    """Some of the conformers of a request, columns ``begin`` to ``end``."""

    request: Minimization
    begin: int
    end: int

    @property
    def width(self) -> int:
        """Number of columns, padding included."""
        return -(-(self.end - self.begin) // COLUMNS) * COLUMNS


Minimized = tuple[Tensor, Tensor]
"""Positions float32 [n, 3, B] and energies [B]; a conformer that became non-finite is as it was."""


@torch.inference_mode()
def minimize_together(requests: Sequence[Minimization]) -> list[Minimized]:
    """Minimize all requests; each result is independent of the rest of the batch.

    On a CPU molecules go one by one through compiled code, on other devices many at once through torch.
    """
    compiled = [request.device.type == "cpu" for request in requests]
    batched = iter(minimize_batched([request for request, own in zip(requests, compiled, strict=True) if not own]))
    return [_in_lanes(request) if own else next(batched) for request, own in zip(requests, compiled, strict=True)]


def _in_lanes(request: Minimization) -> Minimized:
    energy, start, force = request.energy, request.preconditioner, request.max_force
    if request.steps == 0 or (request.restraints is None and request.bias is None):
        return minimize_in_lanes(energy, request.positions, request.steps, start, force)
    bias = energy if request.bias is None else request.bias
    moved, _ = minimize_in_lanes(bias, request.positions, request.steps, start, force, request.restraints)
    return minimize_in_lanes(energy, moved, 0, start, force)


@torch.inference_mode()
def minimize_batched(requests: Sequence[Minimization]) -> list[Minimized]:
    """The same by torch, on the devices of the requests."""
    blocks = sorted(
        (block for request in requests for block in _blocks(request)),
        key=lambda block: (block.request.kind, block.width, block.request.positions.shape[0]),
    )
    parts: dict[int, list[tuple[int, Minimized]]] = {id(request): [] for request in requests}
    for _, same in groupby(blocks, key=lambda block: block.request.kind):
        for group in _groups(same):
            for block, minimized in zip(group, in_halves(_minimized, group), strict=True):
                parts[id(block.request)].append((block.begin, minimized))
    return [_joined(request, sorted(parts[id(request)], key=itemgetter(0))) for request in requests]


def _blocks(request: Minimization) -> Iterator[_Block]:
    """The conformers of a request in blocks of about equal width."""
    count = request.positions.shape[2]
    blocks = -(-count // WIDTH)
    for k in range(blocks):
        yield _Block(request, k * count // blocks, (k + 1) * count // blocks)


def _joined(request: Minimization, parts: list[tuple[int, Minimized]]) -> Minimized:
    if not parts:
        return request.positions, request.positions.new_zeros(0)
    positions, energies = zip(*(part for _, part in parts), strict=True)
    return torch.cat(positions, -1), torch.cat(energies, -1)


def _groups(blocks: Iterable[_Block]) -> Iterator[list[_Block]]:
    """Blocks of one kind, the narrowest first, in groups that go together."""
    group: list[_Block] = []
    pairs = 0
    for block in blocks:
        pairs += block.request.pairs
        most = PIECE_PAIRS if block.request.device.type == "cpu" else GPU_PAIRS
        if block.width > WIDEN * (group or [block])[0].width:
            most //= 3
        if group and block.width * pairs > most:
            yield group
            group, pairs = [], block.request.pairs
        group.append(block)
    if group:
        yield group


def _minimized(group: Sequence[_Block]) -> list[Minimized]:
    """The blocks of a group, minimized."""
    requests = [block.request for block in group]
    atoms, width = max(request.positions.shape[0] for request in requests), max(block.width for block in group)
    device = requests[0].device
    energy = MMFFEnergy.joined([request.energy for request in requests], atoms, device)
    x = requests[0].positions.new_zeros(len(group), atoms, 3, width)
    start = x.new_zeros(len(group), atoms, atoms)
    for index, block in enumerate(group):
        own = block.request.positions[..., block.begin : block.end]
        n, _, count = own.shape
        start[index, :n, :n] = block.request.preconditioner
        x[index, :n, :, :count] = own
        x[index, :n, :, count:] = own[..., :1]
    moved, values = (part.cpu() for part in _solved(energy, x.to(device), start.to(device), requests[0]))
    return [_own(block, moved[index], values[index]) for index, block in enumerate(group)]


def _solved(energy: MMFFEnergy, positions: Tensor, start: Tensor, like: Minimization) -> Minimized:
    """Conformers [M, n, 3, B] after minimization, and their energies [M, B]."""
    if not like.steps:
        return positions, energy(positions)[0]
    x, e = minimize_batch(energy, positions, like.steps, start, until=like.max_force)
    lost = ~torch.isfinite(e) | ~torch.isfinite(x).flatten(1, 2).all(1)
    x = torch.where(lost[:, None, None], positions, x)
    return x, torch.where(lost, energy(positions)[0], e) if lost.any() else e


def _own(block: _Block, positions: Tensor, energies: Tensor) -> Minimized:
    count = block.end - block.begin
    return positions[: block.request.positions.shape[0], :, :count], energies[:count]
