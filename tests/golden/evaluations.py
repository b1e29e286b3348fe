"""Numbers that every processor gives: of networks, samplers and energies at stored or computed inputs.

No embedding, no minimizer, no search and no selection, which amplify the last digits, is between input and number.
"""

from types import SimpleNamespace

import numpy as np
import torch
from complexes import protein_of
from golden.cases import charged_ligand, molecule, site, stored, with_positions
from torch import Tensor

from molgen.chem.features.molecule_features import molecule_graph
from molgen.docking import ranking
from molgen.docking.proposals import pocket_batch
from molgen.docking.refine import Refined
from molgen.docking.rescore import rescore
from molgen.graphs.batch import batch_graphs
from molgen.graphs.complexes import ComplexBatch
from molgen.graphs.pockets import PocketBatch
from molgen.models.pose_confidence.task import load_confidence
from molgen.models.pose_flow.sample import sample_poses
from molgen.models.pose_flow.sample import time_grid as time_grid_of_poses
from molgen.models.pose_flow.task import load_pose_model
from molgen.models.torsion_flow.sample import sample_torsions, time_grid
from molgen.models.torsion_flow.task import load_model
from molgen.sampling import torus_points

SAMPLES, STEPS = 8, 4
TIMES = (1.0, 0.5, 0.1)
"""At which fields are evaluated."""
SCORED = 2
"""Poses of a complex that are scored."""


@torch.no_grad()
def torsion_field(name: str) -> np.ndarray:
    """The model's field at the stored conformers and all TIMES, [times * k, m]."""
    positions, t = at_all_times(torch.from_numpy(stored("structures")[f"conformers.{name}"]))
    model, graph = load_model(), batch_graphs([molecule_graph(molecule(name))])
    return model(graph, model.encode(graph), positions, t)[0].numpy()


def at_all_times(positions: Tensor) -> tuple[Tensor, Tensor]:
    """Structures [k, n, 3] -> [1, times * k, n, 3] and times [1, times * k]."""
    t = torch.tensor(TIMES).repeat_interleave(len(positions))
    return positions.repeat(len(TIMES), 1, 1)[None], t[None]


def sampled(name: str, dtype: torch.dtype = torch.float32, rows: slice = slice(None), steps: int = STEPS) -> np.ndarray:
    """Torsions after the first steps of the sampler, radian [SAMPLES, m] or some rows, on a helix."""
    record = molecule_graph(molecule(name))
    index = torch.arange(record.n_atoms, dtype=dtype)
    helix = torch.stack([1.2 * index, (2.3 * index).sin(), (2.3 * index).cos()], -1)
    template = helix.expand(SAMPLES, -1, -1)[rows]
    start = torus_points(SAMPLES, record.n_torsions, seed=3).to(dtype)[rows]
    model = load_model().to(dtype)
    times = time_grid(model, STEPS)[: steps + 1]
    return sample_torsions(model, batch_graphs([record]), template, start, times=times).numpy()


def start_of(code: str) -> tuple[Tensor, dict[str, Tensor]]:
    """Stored template conformers [SAMPLES, n, 3] and states of the prior."""
    arrays = stored("structures")
    state = {name: torch.from_numpy(arrays[f"{name}.{code}"]) for name in ("translation", "rotation", "torsion")}
    return torch.from_numpy(arrays[f"templates.{code}"]), state


@torch.no_grad()
def pose_field(code: str) -> dict[str, np.ndarray]:
    """The model's fields at the stored poses and all TIMES, [times * k, 3] and [times * k, m]."""
    poses = stored("structures")[f"docked.{code}"] - site(code).pocket.center
    positions, t = at_all_times(torch.from_numpy(poses).float())
    model, _ = load_pose_model()
    graph = batch_graphs([molecule_graph(charged_ligand(code))])
    batch = ComplexBatch(graph, pocket_of(code, model.config.pocket_radius))
    field = model(batch, model.encode(batch), positions, t)
    return {name: value[0].numpy() for name, value in field.items()}


def pocket_of(code: str, radius: float, dtype: torch.dtype = torch.float32) -> PocketBatch:
    batch = pocket_batch(site(code), radius)
    return PocketBatch(**{k: v.to(dtype) if v.is_floating_point() else v for k, v in vars(batch).items()})


def proposed(code: str, dtype: torch.dtype = torch.float32, steps: int = STEPS) -> np.ndarray:
    """Poses after the first steps of the sampler, from the center of the pocket, [SAMPLES, n, 3], Angstrom."""
    templates, start = start_of(code)
    model = load_pose_model()[0].to(dtype)
    graph = batch_graphs([molecule_graph(charged_ligand(code))])
    pocket = pocket_of(code, model.config.pocket_radius, dtype)
    state = {name: value.to(dtype) for name, value in start.items()}
    times = time_grid_of_poses(STEPS)[: steps + 1]
    return sample_poses(model, graph, pocket, templates.to(dtype), state, times).numpy()


def confidences(code: str) -> dict[str, np.ndarray]:
    """What the confidence makes of the stored poses with energies 0.4 kcal/mol apart: logits and probabilities [k]."""
    poses = torch.from_numpy(stored("structures")[f"docked.{code}"])
    energies, none = 0.4 * torch.arange(len(poses)) - 8.0, torch.zeros(len(poses))
    refined = Refined(poses, none.long(), energies, none, none, none)
    graph = SimpleNamespace(graph=molecule_graph(charged_ligand(code)))
    logits, probabilities = ranking.confidences(load_confidence()[0], graph, [(site(code), refined)])
    return {"logits": logits.numpy(), "probabilities": probabilities.numpy()}


def energies(code: str) -> np.ndarray:
    """Score, parts and terms of the first stored poses, [SCORED, 3 + terms], kcal/mol."""
    rows = []
    for positions in stored("structures")[f"docked.{code}"][:SCORED]:
        (pose,) = rescore(protein_of(code), with_positions(charged_ligand(code), positions[None])).poses
        rows.append([pose.score, pose.intermolecular, pose.intramolecular, *pose.terms.values()])
    return np.array(rows, dtype=np.float32)
