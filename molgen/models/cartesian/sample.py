"""Sampling coordinates with the model: a graph and its stereo in, structures out. No RDKit."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.graphs.stereo_batch import StereoBatch
from molgen.models.cartesian.model import CartesianModel
from molgen.sampling import Stepper, euler, integrate, power_grid
from molgen.sampling.pieces import in_pieces

CHUNK_PAIRS, GPU_PAIRS = 20_000, 1_000_000
"""Structures go through the network in pieces of about this many pairs of atoms."""
GRID_POWER = 0.5


@torch.no_grad()
def sample_coordinates(
    model: CartesianModel,
    molecule: StereoBatch,
    count: int,
    rng: torch.Generator,
    *,
    times: Tensor,
    stepper: Stepper = euler,
    start: Tensor | None = None,
) -> Tensor:
    """Structures of one molecule, from the prior to the data.

    Args:
        model: the field.
        molecule: one molecule (B = 1) with n atoms.
        count: S.
        rng: of the prior and of stochastic steppers, on the CPU.
        times: descending, to 0.
        stepper: decides whether the ODE or the SDE is followed.
        start: [S, n, 3], states at times[0]; None: of the prior.

    Returns:
        positions [S, n, 3] at times[-1], Angstrom, centered.
    """
    encoding, process = model.encode(molecule), model.process_of(molecule)
    n = molecule.graph.atoms.shape[1]
    like = molecule.graph.atom_mask.new_zeros((1, count, n, 3), dtype=torch.float32)
    states = process.prior(like, rng) if start is None else start[None]

    def field(state: Tensor, t: Tensor) -> Tensor:
        return model(molecule, encoding, state, t.to(state).expand(state.shape[:2]))

    def carried(rows: slice) -> Tensor:
        return integrate(field, process, states[:, rows], times, stepper=stepper, rng=rng)[0]

    pairs = CHUNK_PAIRS if like.device.type == "cpu" else GPU_PAIRS
    return in_pieces(count, max(1, pairs // n**2), carried)


@torch.no_grad()
def refined(
    model: CartesianModel, molecule: StereoBatch, positions: Tensor, rng: torch.Generator, *, begin: float, steps: int
) -> Tensor:
    """Structures [S, n, 3] noised to the time ``begin`` and denoised: small features change, large ones stay.

    After Meng et al. 2022, "SDEdit" (arXiv:2108.01073).
    """
    process = model.process_of(molecule)
    noised = process.corrupt(positions[None], begin, rng).x_t[0]
    times = begin * time_grid(steps)
    return sample_coordinates(model, molecule, len(positions), rng, times=times, start=noised)


def time_grid(steps: int) -> Tensor:
    """The default times of the sampler: steps that grow shorter towards the data."""
    return power_grid(steps, GRID_POWER)
