"""A tiny training set and configuration for each trainable model."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from small_cartesian import cartesian_entry_of
from small_molecules import entry_of, graph_of
from small_pockets import CONTACT_SIZE, SIZE, placed, prepared_set, random_pocket

from molgen.chem.side_chains.geometry import ideal_residues
from molgen.chem.side_chains.residues import HAS_ATOM
from molgen.datasets.records.cartesian import encode_cartesian
from molgen.datasets.records.complexes import ComplexRecord, PlacedLigand, encode_complexes
from molgen.datasets.records.conformers import encode_conformers
from molgen.datasets.records.decoys import LabeledPoses, encode_decoys
from molgen.datasets.records.side_chains import SideChainEntry, encode_side_chains
from molgen.datasets.records.stored_proteins import stored_protein
from molgen.datasets.sources import SourceConfig
from molgen.models.cartesian.config import CartesianConfig, CartesianModelConfig, CartesianTrainConfig
from molgen.models.pose_confidence.config import ConfidenceConfig, ConfidenceTrainConfig, ConfidenceTraining
from molgen.models.pose_flow.config import DockingTraining, PoseModelConfig, PoseTrainConfig
from molgen.models.side_chains.config import SideChainConfig, SideChainModelConfig, SideChainTrainConfig
from molgen.models.torsion_flow.config import ConformerConfig, ModelConfig, TrainConfig
from molgen.nets.config import BackboneConfig
from molgen.nets.pair_network import PairNetworkConfig

STEPS = 3
TORSION_SIZE = BackboneConfig(
    scalars=6, pseudoscalars=2, vectors=3, pseudovectors=2, edge_channels=6, layers=1, graph_layers=1
)
POSE_SIZE = replace(SIZE, ligand=replace(SIZE.ligand, layers=1, l_max=1), contacts=4)
CLUSTERS, SEARCHED, ADDED = 8, 5, 2


def conformer_training(folder: Path) -> ConformerConfig:
    """Four small molecules, a flow of one layer."""
    names = ("CCOC", "CC(F)COC", "C[C@H](O)CCl", "OCCN")
    source = _stored(folder, encode_conformers([entry_of(s) for s in names], "tiny"))
    settings = TrainConfig(
        (source,), source.path, batch=2, draws=2, warmup=3, steps=STEPS, ema=0.9, validate_every=2, validation_samples=2
    )
    return ConformerConfig(ModelConfig("flow", TORSION_SIZE, 2), settings)


def cartesian_training(folder: Path) -> CartesianConfig:
    """Ten small molecules, one layer; one molecule is held back."""
    names = ("CCOC", "CC(F)CO", "C[C@H](O)CCl", "OCCN", "C/C=C/Cl", "CCN", "CCO", "CCCl", "COC", "CC=O")
    source = _stored(folder, encode_cartesian([cartesian_entry_of(s) for s in names], "tiny"))
    settings = CartesianTrainConfig((source,), 1, batch=2, draws=2, warmup=3, steps=STEPS, ema=0.9, validate_every=2)
    size = PairNetworkConfig(scalars=8, vectors=3, pair_channels=6, graph_layers=1, layers=1, distance_channels=4)
    return CartesianConfig(CartesianModelConfig(network=size), settings)


def docking_training(folder: Path) -> DockingTraining:
    """Two sources: one cluster of two ligands, four clusters of six ligands."""
    names = ("CCOC", "CC(F)CO", "OCCN", "c1ccccc1", "CCN", "CO")
    first, second = (
        _stored(folder / name, encode_complexes(docking_set_of(ligands, clusters), name))
        for name, ligands, clusters in (("two", ("CCOC", "CCO"), 1), ("six", names, 4))
    )
    settings = PoseTrainConfig(
        (first, second), 0.25, batch=2, draws=2, warmup=3, steps=STEPS, ema=0.9, validate_every=2
    )
    return DockingTraining(PoseModelConfig("flow", POSE_SIZE, 2, pocket_radius=9.0), settings)


def docking_set_of(names: tuple[str, ...], clusters: int) -> list[ComplexRecord]:
    rng = np.random.default_rng(1)
    ligands = [placed(name, 30 * rng.normal(size=3), f"c{k % clusters}") for k, name in enumerate(names)]
    return prepared_set(ligands)


def confidence_training(folder: Path) -> ConfidenceTraining:
    """Sixteen ligands of eight clusters, seven poses each."""
    source = _stored(folder, encode_decoys(labeled_decoys(), "synthetic"))
    settings = ConfidenceTrainConfig((source,), folds=2, batch=2, poses=4, warmup=2, steps=STEPS, validate_every=2)
    return ConfidenceTraining(ConfidenceConfig(CONTACT_SIZE), settings)


def labeled_decoys() -> list[LabeledPoses]:
    """Two ligands in each cluster, whose poses get worse the farther they are from the first; two poses are added."""
    items = []
    for seed in range(2 * CLUSTERS):
        rng = np.random.default_rng(seed)
        graph = graph_of(("CCOC(=O)CN", "CC(F)CO")[seed % 2])
        true = 1.5 * rng.normal(size=(graph.n_atoms, 3))
        shifts = np.concatenate([rng.uniform(0.2, 6, SEARCHED), rng.uniform(0.1, 0.5, ADDED)])
        direction = rng.normal(size=3)
        poses = true + shifts[:, None, None] * direction / np.linalg.norm(direction)
        energies = rng.normal(-5, 1, len(shifts)) + 0.3 * shifts
        pocket = random_pocket(40, seed, nearest=3.0)
        order = np.arange(graph.n_atoms, dtype=np.uint8)[None]
        ligand = PlacedLigand(graph, order, true, (-1, -1), f"cluster {seed % CLUSTERS}", f"ligand {seed}")
        items.append(LabeledPoses(stored_protein(pocket, true, 20.0), ligand, poses, energies, shifts, SEARCHED))
    return items


def _stored(folder: Path, part: bytes) -> SourceConfig:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "part-000.safetensors").write_bytes(part)
    return SourceConfig(str(folder))


def side_chain_training(folder: Path) -> SideChainConfig:
    """Three proteins of twelve residues each."""
    proteins = [small_protein(seed) for seed in range(3)]
    source = _stored(folder, encode_side_chains(proteins, "tiny"))
    settings = SideChainTrainConfig(
        (source,), source.path, batch=2, residues=8, warmup=3, steps=STEPS, ema=0.9, validate_every=2
    )
    return SideChainConfig(SideChainModelConfig(hidden=8, layers=1, neighbors=4, surroundings=2), settings)


def small_protein(seed: int) -> SideChainEntry:
    """Twelve residues at random on a line, ideal but for noise."""
    rng = np.random.default_rng(seed)
    types = torch.from_numpy(rng.integers(0, 20, 12))
    backbone = (
        torch.tensor([[1.46, 0, 0], [0, 0, 0], [-0.5, 1.43, 0], [-0.4, 2.0, 1.1]])
        + torch.arange(12.0)[:, None, None] * 4
    )
    atoms = ideal_residues(types, backbone + 0.1 * torch.from_numpy(rng.normal(size=(12, 4, 3))).float()).numpy()
    return SideChainEntry(
        name=f"protein {seed}",
        cluster=f"cluster {seed}",
        types=types.numpy().astype(np.uint8),
        atoms=atoms,
        present=np.asarray(HAS_ATOM[types.numpy()]),
        chains=np.zeros(12, dtype=np.int16),
        numbers=np.arange(12, dtype=np.int32),
        context=rng.normal(size=(3, 3)).astype(np.float32),
        elements=np.zeros(3, dtype=np.uint8),
        optional=np.ones(3, dtype=bool),
    )


SMALL_TRAININGS: dict[str, Callable[[Path], Any]] = {
    "conformers": conformer_training,
    "cartesian": cartesian_training,
    "docking": docking_training,
    "confidence": confidence_training,
    "side-chains": side_chain_training,
}
"""`molgen train` command -> folder to write a set into -> configuration that trains on it."""
