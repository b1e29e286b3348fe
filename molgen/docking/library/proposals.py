"""Poses of many ligands proposed by the learned model at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import torch
from torch import Tensor

from molgen.docking.ligand import Ligand
from molgen.docking.proposals import finite_starts, pocket_batch
from molgen.docking.search import Starts
from molgen.docking.site import Site
from molgen.graphs.batch import batch_graphs
from molgen.graphs.pockets import PocketBatch
from molgen.models.pose_flow.model import PoseModel
from molgen.models.pose_flow.sample import prior_states, sample_together, time_grid
from molgen.sampling.pieces import in_pieces

PIECE = 32
"""Ligands that go through the network together, with all their poses."""


def propose_together(
    model: PoseModel, site: Site, ligands: Sequence[Ligand], count: int, steps: int, seed: int
) -> list[Starts]:
    """Sample poses of ligands in a site, as :func:`molgen.docking.proposals.propose` does for each of them.

    Args:
        model: of poses.
        site, ligands: what is docked.
        count: poses of each; its template conformers take turns.
        steps: of the integration.
        seed: of the starting states of each, which are drawn on the CPU.

    Raises:
        CheckpointError: no pose of a ligand is finite.
    """
    pocket = pocket_batch(site, model.config.pocket_radius).to(model.device)
    center = torch.from_numpy(site.pocket.center).float()
    template = [torch.arange(count) % len(own.templates) for own in ligands]
    atoms = max(own.graph.n_atoms for own in ligands)

    def sampled(rows: slice) -> Tensor:
        graph = batch_graphs([own.graph for own in ligands[rows]]).to(model.device)
        size, torsions = graph.atom_mask.shape[1], graph.torsions.shape[1]
        shapes = [own.templates[index] for own, index in zip(ligands[rows], template[rows], strict=True)]
        priors = [
            prior_states(model, shape, own.graph.n_torsions, torch.Generator().manual_seed(seed))
            for own, shape in zip(ligands[rows], shapes, strict=True)
        ]
        start = {name: [prior[name] for prior in priors] for name in priors[0]}
        start["torsion"] = [_padded(angles, -1, torsions) for angles in start["torsion"]]
        positions = sample_together(
            model,
            graph,
            _repeated(pocket, len(graph)),
            torch.stack([_padded(shape, -2, size) for shape in shapes]).to(model.device),
            {name: torch.stack(values).to(model.device) for name, values in start.items()},
            time_grid(steps),
        )
        return _padded(positions, -2, atoms)

    poses = in_pieces(len(ligands), PIECE, sampled).cpu() + center
    return [
        finite_starts(positions[:, : own.graph.n_atoms], index)
        for own, positions, index in zip(ligands, poses, template, strict=True)
    ]


def _padded(values: Tensor, axis: int, size: int) -> Tensor:
    """Values with zeros at the end of an axis, counted from the last."""
    return torch.nn.functional.pad(values, (*(0, 0) * (-1 - axis), 0, size - values.shape[axis]))


def _repeated(pocket: PocketBatch, count: int) -> PocketBatch:
    """One pocket so many times."""
    values = {field.name: getattr(pocket, field.name) for field in fields(pocket)}
    return PocketBatch(**{name: value.expand(count, *value.shape[1:]) for name, value in values.items()})
