"""Sampling poses with the model: template conformers and starting states in, poses out. No RDKit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from molgen.geometry.internal_coordinates import InternalCoordinates, batch_coordinates
from molgen.graphs.batch import GraphBatch
from molgen.graphs.complexes import ComplexBatch
from molgen.graphs.pockets import PocketBatch
from molgen.manifolds import SO3, Torus
from molgen.models.pose_flow.model import PoseModel, State, pose_positions
from molgen.nets.field_model import field_of_states
from molgen.sampling import Stepper, euler, integrate, uniform_grid
from molgen.sampling.guidance import Guidance
from molgen.sampling.pieces import in_pieces

CHUNK, GPU_CHUNK = 16, 256
"""Poses that go through the network together: its arrays fit a processor's cache, or keep a GPU busy."""


@torch.no_grad()
def sample_poses(
    model: PoseModel,
    graph: GraphBatch,
    pocket: PocketBatch,
    template: Tensor,
    start: State,
    times: Tensor,
    *,
    stepper: Stepper = euler,
    rng: torch.Generator | None = None,
    guide: Guide | None = None,
    on_step: Callable[[int, Tensor, Tensor], None] | None = None,
) -> Tensor:
    """Carry S poses of one ligand from the prior to the data.

    Args:
        model: the field.
        graph, pocket: one ligand of n atoms and one pocket (B = 1).
        template: [S, n, 3], the template conformer under each pose, Angstrom.
        start: states of the S poses at times[0], of the process's prior.
        times: descending, from 1 to 0.
        stepper: decides whether the ODE or an SDE is followed.
        rng: of stochastic steppers.
        guide: an energy that is added to the field.
        on_step: sees (step, time, positions [S', n, 3]) of every chunk of S' poses.

    Returns:
        positions [S, n, 3] at times[-1], Angstrom, relative to the center of the pocket.
    """
    batch = ComplexBatch(graph, pocket)
    encoding = model.encode(batch)

    def carried(rows: slice) -> Tensor:
        positions = partial(_positions, batch_coordinates(template[rows][None], graph), graph)
        field = field_of_states(model, batch, encoding, positions)
        guidance = None if guide is None else _guidance(guide, positions, model)
        watch = None if on_step is None else partial(_show, on_step, positions)
        begin = {name: value[rows] for name, value in start.items()}
        final = integrate(
            field, model.process, begin, times, stepper=stepper, rng=rng, guidance=guidance, on_step=watch
        )
        return positions(final)[0]

    return in_pieces(len(template), CHUNK if template.device.type == "cpu" else GPU_CHUNK, carried)


@torch.no_grad()
def sample_together(
    model: PoseModel, graph: GraphBatch, pocket: PocketBatch, template: Tensor, start: State, times: Tensor
) -> Tensor:
    """Carry S poses of each of B ligands from the prior to the data, all at once.

    Args:
        model: the field.
        graph, pocket: B ligands, padded to n atoms and m torsions, and B pockets.
        template: [B, S, n, 3], the template conformer under each pose, Angstrom.
        start: states [B, S, ...] at times[0].
        times: descending, from 1 to 0.

    Returns:
        positions [B, S, n, 3] at times[-1], Angstrom, relative to the centers of the pockets; padded atoms at 0.
    """
    batch = ComplexBatch(graph, pocket)
    encoding, shape = model.encode(batch), batch_coordinates(template, graph)

    def field(state: State, t: Tensor) -> State:
        positions = pose_positions(shape, state, graph)
        return model(batch, encoding, positions, t.to(positions).expand(positions.shape[:2]))

    return pose_positions(shape, integrate(field, model.process, start, times), graph)


def _guidance(guide: Guide, positions: Callable[[State], Tensor], model: PoseModel) -> Guidance:
    """Before the model has seen the pocket, a pose is as uncertain as the prior."""
    spread = {"translation": model.config.spread, "rotation": SO3.scale, "torsion": Torus.scale}
    return Guidance(partial(_energy_of, guide.energy, positions), guide.scale, data_scale=spread)


def _positions(shape: InternalCoordinates, graph: GraphBatch, state: State) -> Tensor:
    """Coordinates [1, S, n, 3] of states of S poses of one ligand."""
    return pose_positions(shape, {name: value[None] for name, value in state.items()}, graph)


def _show(
    on_step: Callable[[int, Tensor, Tensor], None],
    positions: Callable[[State], Tensor],
    step: int,
    t: Tensor,
    state: State,
) -> None:
    on_step(step, t, positions(state)[0])


@dataclass(frozen=True)
class Guide:
    """An energy that guides the sampler.

    Attributes:
        energy: positions [n, 3, S], Angstrom, relative to the center of the pocket -> (energies [S] in kcal/mol,
            gradients [n, 3, S]): the form that the energies of `molgen.physics` have.
        scale: t -> 1 / (kcal/mol), the weight of the energy at that time.
    """

    energy: Callable[[Tensor], tuple[Tensor, Tensor]]
    scale: Callable[[Tensor], float]


class _KnownGradient(torch.autograd.Function):
    """An energy that computes its own gradient, for autograd."""

    @staticmethod
    def forward(ctx: FunctionCtx, positions: Tensor, energy: Callable[[Tensor], tuple[Tensor, Tensor]]) -> Tensor:
        values, gradient = energy(positions)
        ctx.save_for_backward(gradient)
        return values

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> tuple[Tensor, None]:
        (own,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return own * gradients[0], None


def _energy_of(
    energy: Callable[[Tensor], tuple[Tensor, Tensor]], positions: Callable[[State], Tensor], state: State
) -> Tensor:
    return _KnownGradient.apply(positions(state)[0].permute(1, 2, 0), energy)  # type: ignore[return-value]


def prior_states(model: PoseModel, template: Tensor, torsions: int, rng: torch.Generator) -> dict[str, Tensor]:
    """States of the prior for template conformers [S, n, 3] with so many torsions."""
    count = len(template)
    like = {
        "translation": template.new_zeros(count, 3),
        "rotation": torch.eye(3, dtype=template.dtype, device=template.device).expand(count, 3, 3),
        "torsion": template.new_zeros(count, torsions),
    }
    return model.process.prior(like, rng)  # type: ignore[return-value]


def time_grid(steps: int) -> Tensor:
    """The default times of the sampler."""
    return uniform_grid(steps)
