"""Synthetic pockets, prepared sets and small models of docking for tests."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from small_molecules import graph_of, heavy_positions
from torch import Tensor

from molgen.chem.features.pocket_features import POCKET_COLUMNS, PocketAtoms
from molgen.datasets.records.complexes import ComplexRecord, PlacedLigand, complex_record
from molgen.datasets.records.stored_proteins import stored_protein
from molgen.docking.site import Site
from molgen.geometry.rotations import random_rotation
from molgen.models.pose_confidence.config import ConfidenceConfig
from molgen.models.pose_confidence.model import ConfidenceModel
from molgen.models.pose_flow.config import PoseModelConfig
from molgen.models.pose_flow.model import PoseModel
from molgen.nets.config import BackboneConfig, PoseBackboneConfig
from molgen.nets.contacts import ContactConfig

LIGAND_SIZE = BackboneConfig(
    scalars=8,
    pseudoscalars=4,
    vectors=4,
    pseudovectors=3,
    edge_channels=8,
    graph_layers=1,
    layers=2,
    radius=4.0,
    hops=2,
)
SIZE = PoseBackboneConfig(LIGAND_SIZE, pocket_layers=1, contacts=8, contact_radius=8.0)
CONTACT_SIZE = ContactConfig(channels=8, edge_channels=6, graph_layers=1, pocket_layers=1, distance_channels=8)


def random_pocket(count: int = 40, seed: int = 0, nearest: float = 4.0, farthest: float = 8.0) -> PocketAtoms:
    """Atoms of random classes around the origin, five to a residue; some are as near to each other as if bonded."""
    rng = np.random.default_rng(seed)
    points: list[np.ndarray] = []
    while len(points) < count:
        point = rng.normal(size=3)
        point *= rng.uniform(nearest, farthest) / np.linalg.norm(point)
        if all(np.linalg.norm(point - other) > 1.3 for other in points):
            points.append(point)
    atoms = np.stack([rng.integers(0, size, count) for size in POCKET_COLUMNS.values()], 1).astype(np.uint8)
    return PocketAtoms(atoms, np.array(points).reshape(-1, 3), np.arange(count, dtype=np.int32) // 5)


def moved(pocket: PocketAtoms, motion: Tensor, shift: Sequence[float] | Tensor = (0.0, 0.0, 0.0)) -> PocketAtoms:
    """The pocket turned (or mirrored) by a matrix [3, 3], then shifted."""
    positions = pocket.positions @ motion.numpy().T.astype(np.float64) + np.asarray(shift, dtype=np.float64)
    return replace(pocket, positions=positions)


def elsewhere(site: Site, turn: Tensor, shift: np.ndarray) -> Site:
    """The same site after its protein and the center of its pocket were turned and shifted."""
    center = turn.numpy() @ site.pocket.center + shift
    protein = site.receptor.protein
    positions = protein.positions @ turn.numpy().T.astype(np.float64) + np.asarray(shift, dtype=np.float64)
    receptor = replace(site.receptor, protein=replace(protein, positions=positions))
    return replace(site, pocket=replace(site.pocket, center=center), receptor=receptor)


def motions(count: int = 2) -> list[Tensor]:
    """float64 rotations, and as many rotations with a reflection after them."""
    rng = torch.Generator().manual_seed(5)
    turns = random_rotation((count,), rng, dtype=torch.float64)
    return [*turns, *-turns]


def pose_model(process: str = "flow", seed: int = 0, **options) -> PoseModel:
    """A random model in eval mode, float32."""
    torch.manual_seed(seed)
    return PoseModel(PoseModelConfig(process, SIZE, harmonics=2, **options)).eval()


def confidence_model(seed: int = 0, members: int = 1, **options: bool) -> ConfidenceModel:
    """A random model in eval mode, float32, that reads contacts eagerly, with a curve as of a calibration."""
    torch.manual_seed(seed)
    model = ConfidenceModel(ConfidenceConfig(CONTACT_SIZE, members=members, **options)).eval()
    for member in model.members:
        torch.nn.init.normal_(member.atom[-1].weight, std=5.0)  # type: ignore[union-attr, index]
    steps = torch.rand(len(model.curve_values), generator=torch.Generator().manual_seed(seed))
    model.curve_values = steps.cumsum(0) / (steps.sum() + 1)
    return model


def blind(model: ConfidenceModel) -> ConfidenceModel:
    """The model with networks that add nothing."""
    for member in model.members:
        torch.nn.init.zeros_(member.atom[-1].weight)  # type: ignore[union-attr, index]
        torch.nn.init.zeros_(member.atom[-1].bias)  # type: ignore[union-attr, index]
    return model


def physics_of(model: ConfidenceModel) -> tuple[float, float]:
    """Slope and offset of the energy in the logit."""
    (member,) = model.members
    return float(member.slope.detach()), float(member.offset.detach())  # type: ignore[arg-type]


def placed(smiles: str, at: Sequence[float], cluster: str, excluded: tuple[int, int] = (-1, -1)) -> PlacedLigand:
    """A ligand whose centroid is at a point."""
    positions = heavy_positions(smiles)[0]
    order = np.arange(len(positions), dtype=np.uint8)[None]
    name = f"{smiles} in {cluster}"
    return PlacedLigand(graph_of(smiles), order, positions - positions.mean(0) + at, excluded, cluster, name)


def prepared_set(ligands: Sequence[PlacedLigand]) -> list[ComplexRecord]:
    """Every ligand in a pocket of its own, far from the origin of the file."""
    records = []
    for seed, ligand in enumerate(ligands):
        pocket = random_pocket(60, seed, farthest=11.0)
        center = ligand.positions.mean(0)
        whole = replace(pocket, positions=pocket.positions + center)
        records.append(complex_record(stored_protein(whole, ligand.positions, 20.0), ligand))
    return records
