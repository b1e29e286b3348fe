"""Poses proposed by the learned model, ready for the minimizer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from molgen.chem.features.pocket_features import PocketAtoms
from molgen.docking.ligand import Ligand
from molgen.docking.refine import PERMUTATIONS, Refined
from molgen.docking.search import Starts
from molgen.docking.site import Site
from molgen.errors import CheckpointError
from molgen.graphs.batch import batch_graphs
from molgen.graphs.pockets import PocketBatch, batch_pockets
from molgen.metrics.poses import pose_rmsd_matrix
from molgen.metrics.symmetry import automorphisms
from molgen.models.pose_flow.denoising import denoising_errors
from molgen.models.pose_flow.model import PoseModel
from molgen.models.pose_flow.sample import Guide, prior_states, sample_poses, time_grid
from molgen.physics.energy import DockingEnergy
from molgen.runtime.threads import one_thread
from molgen.sampling import euler
from molgen.sampling.guards import finite_rows, warn_not_finite
from molgen.sampling.named import check_score, stepper_of

_GUIDED = 0.7
"""Time below which poses are guided."""
_RESTRAINT = 0.3
"""1 / (kcal/mol), the weight of restraints."""
_CEILING = 1.0
"""Largest energy of an atom in guidance, kcal/mol."""
_STEEPEST = 3.0
"""1 / Angstrom, the largest guiding force on an atom."""


def propose(
    model: PoseModel,
    site: Site,
    ligand: Ligand,
    count: int,
    steps: int,
    rng: torch.Generator,
    *,
    sampler: str = "ode",
    energy: DockingEnergy | None = None,
    guidance: float = 0.0,
    on_step: Callable[[int, Tensor], None] | None = None,
) -> Starts:
    """Sample poses of a ligand in a site.

    Args:
        model: of poses.
        site, ligand: what is docked.
        count: poses; the template conformers are used in turn.
        steps: of the integration.
        rng: of the starting states, and of stochastic samplers.
        sampler: "ode" (Euler's rule: its large steps overshoot, to likelier poses), or one of
            :data:`molgen.sampling.named.SAMPLERS`.
        energy: of the ligand in the site; its restraints guide the sampling.
        guidance: weight of the rest of the energy in the last steps, 1 / (kcal/mol).
        on_step: sees (step, positions [S, n, 3]) of every chunk of S poses.

    Returns:
        as many poses, or fewer where some are not finite.

    Raises:
        CheckpointError: no pose is finite.
        ConfigError: the sampler needs a score, and the model has none.
    """
    is_diffusion = model.config.process == "diffusion"
    check_score(sampler, is_diffusion, "a flow of poses")
    stepper = euler if sampler == "ode" else stepper_of(sampler, exploding=is_diffusion)
    template = torch.arange(count) % len(ligand.templates)
    shapes = ligand.templates[template]
    graph = batch_graphs([ligand.graph]).to(model.device)
    pocket = pocket_batch(site, model.config.pocket_radius).to(model.device)
    center = torch.from_numpy(site.pocket.center).float()
    prior = prior_states(model, shapes, ligand.graph.n_torsions, rng)  # drawn on the CPU, whatever the device
    start = {name: value.to(model.device) for name, value in prior.items()}
    watch = None if on_step is None else lambda step, t, positions: on_step(step, positions.cpu() + center)
    guide = None if energy is None else guide_of(energy, center, guidance)
    shapes = shapes.to(model.device)
    with one_thread():
        poses = sample_poses(
            model, graph, pocket, shapes, start, time_grid(steps), stepper=stepper, rng=rng, guide=guide, on_step=watch
        )
    return finite_starts(poses.cpu() + center, template)


def finite_starts(positions: Tensor, template: Tensor) -> Starts:
    """Poses [S, n, 3] over template conformers [S] as starts, without those that are not finite.

    Raises:
        CheckpointError: none is.
    """
    positions, template = _finite(positions, template)
    return Starts(positions.permute(1, 2, 0).contiguous(), template)


def _finite(positions: Tensor, template: Tensor) -> tuple[Tensor, Tensor]:
    """Drop non-finite poses [S, n, 3] of a diverging model, with a warning that counts them."""
    good = finite_rows(positions)
    if good.all():
        return positions, template
    if not good.any():
        raise CheckpointError("the model of poses diverges: none of its poses is finite")
    warn_not_finite(int((~good).sum()), len(good), "proposed poses were not finite and are left out")
    return positions[good], template[good]


def guide_of(energy: DockingEnergy, center: Tensor, guidance: float) -> Guide | None:
    """The guidance of the sampler: restraints from early on, the softened energy in the last steps.

    Args:
        energy: of the ligand in the site.
        center: [3], of the pocket, Angstrom.
        guidance: weight of the energy, 1 / (kcal/mol); 0 for none.
    """
    if not energy.restraints and not guidance:
        return None
    softened = energy.softened(_CEILING)

    def pulled(positions: Tensor) -> tuple[Tensor, Tensor]:
        placed = positions.detach().cpu() + center[:, None]  # energies are the CPU's, wherever the networks run
        values, gradient = placed.new_zeros(placed.shape[2]), torch.zeros_like(placed)
        for restraint in energy.restraints:
            more, slope = restraint(placed)
            values, gradient = values + _RESTRAINT * more, gradient + _RESTRAINT * slope
        if guidance:
            more, slope = softened.intermolecular(placed)
            values, gradient = values + guidance * more, gradient + guidance * slope
        longest = torch.linalg.vector_norm(gradient, dim=1, keepdim=True).clamp(min=_STEEPEST)
        return values.to(positions), (gradient * (_STEEPEST / longest)).to(positions)

    return Guide(pulled, lambda t: 1.0 if float(t) < _GUIDED else 0.0)


def beside(refined: Refined, ligand: Ligand, proposals: Starts | None) -> Refined:
    """The poses with their RMSDs to the proposals."""
    if proposals is None:
        return refined
    orders = automorphisms(ligand.mol, PERMUTATIONS).permutations
    distances = pose_rmsd_matrix(refined.positions, proposals.positions.permute(2, 0, 1), orders)
    return replace(refined, sampled=distances.float())


@torch.inference_mode()
def denoised(model: PoseModel, site: Site, ligand: Ligand, positions: Tensor) -> Tensor:
    """:func:`denoising_errors` of poses [S, n, 3] in a site."""
    graph, pocket = batch_graphs([ligand.graph]), pocket_batch(site, model.config.pocket_radius)
    centered = (positions.double() - torch.from_numpy(site.pocket.center)).float()
    with one_thread():
        return denoising_errors(model, graph.to(model.device), pocket.to(model.device), centered)


def pocket_batch(site: Site, radius: float) -> PocketBatch:
    """The receptor's atoms around the center of a site's pocket, relative to it."""
    near = site.network_atoms.around(site.pocket.center, radius)
    return batch_pockets([relative(near, site.pocket.center)])


def relative(atoms: PocketAtoms, center: np.ndarray) -> PocketAtoms:
    """The atoms in a frame whose origin is a point [3]."""
    return PocketAtoms(atoms.atoms, atoms.positions - center, atoms.residue)
