"""How the model samples a pose, frame by frame, for a viewer."""

from __future__ import annotations

from pathlib import Path

import torch
from rdkit import Chem
from torch import Tensor

from molgen.chem.features.molecule_features import without_hydrogens
from molgen.chem.molecules.positions import with_conformers
from molgen.docking.dock import energy_of
from molgen.docking.learned import learned_of
from molgen.docking.ligand import Ligand
from molgen.docking.proposals import propose
from molgen.docking.records import DockConfig
from molgen.docking.site import Site
from molgen.errors import ConfigError
from molgen.files import write_atomically


def sampling_frames(site: Site, ligand: Ligand, config: DockConfig) -> Tensor:
    """The way of the proposed pose that ends lowest in energy: float32 [steps, n, 3], heavy atoms, Angstrom.

    Raises:
        ConfigError: the configuration does without the model.
        CheckpointError: its weights cannot be read.
    """
    model = learned_of(config).poses
    if model is None:
        raise ConfigError("a trajectory needs proposals both or learned, not random")
    chunks: list[list[Tensor]] = []

    def seen(step: int, positions: Tensor) -> None:
        if step == 0:
            chunks.append([])
        chunks[-1].append(positions.clone())

    rng = torch.Generator().manual_seed(config.seed)
    energy = energy_of(site, ligand)
    settings = {"sampler": config.sampler, "energy": energy, "guidance": config.guidance, "on_step": seen}
    propose(model, site, ligand, config.sampling_count, config.sampling_steps, rng, **settings)
    frames = torch.cat([torch.stack(chunk) for chunk in chunks], dim=1)
    values, _ = energy.cartesian(frames[-1].permute(1, 2, 0).contiguous())
    return frames[:, int(values.argmin())]


def write_trajectory(path: str | Path, ligand: Ligand, frames: Tensor) -> None:
    """Write frames [k, n, 3] of the heavy atoms as the models of one PDB file, atomically."""
    moving = with_conformers(without_hydrogens(ligand.mol), frames.double().numpy())
    with write_atomically(path) as file:
        file.write(Chem.MolToPDBBlock(moving))
