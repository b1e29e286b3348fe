"""Samples of the model of coordinates: nothing is embedded, and samples with wrong stereo are redrawn."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.features.polar_features import PolarGraph, polar_graph
from molgen.chem.features.stereo_marks import stereo_is_right
from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.config import GenerateConfig
from molgen.conformers.coordinates.hydrogens import with_hydrogens
from molgen.conformers.force_field import ConformerField
from molgen.conformers.samples import Samples, with_strain
from molgen.errors import ConfigError, EmbeddingError
from molgen.graphs.stereo_batch import batch_stereo_graphs
from molgen.metrics.stereo import stereo_mask
from molgen.models.cartesian.model import CartesianModel
from molgen.models.cartesian.sample import sample_coordinates, time_grid
from molgen.runtime.devices import device_of
from molgen.sampling.guards import MoleculeWarning
from molgen.sampling.named import check_score, stepper_of

STEPS = 5
"""Default number of network evaluations; more do not help (see the model card)."""
FEWEST, PER_CONFORMER = 40, 2
"""Least number of samples, and samples per requested conformer."""
ROUNDS = 4
"""Most rounds of sampling until enough samples have the right stereo."""
STRAIN_STEPS = 40
"""MMFF94s steps, at least, before the strain of a sample is measured: bonds and angles as drawn are all strained."""
METHOD = "cartesian model"


def coordinate_samples(mol: Chem.Mol, model: CartesianModel, config: GenerateConfig) -> Samples:
    """Coordinates sampled, the other hydrogens added, and the strain of the result.

    Args:
        mol: with explicit hydrogens and complete stereo.
        config: how many, and the steps.

    Raises:
        EmbeddingError: no sample has the stereo of the molecule.
    """
    polar = polar_graph(mol)
    count = max(FEWEST, PER_CONFORMER * config.n) if config.samples is None else max(config.samples, config.n)
    drawn = _right_samples(model, polar, count, config)
    field = ConformerField(mol, device=device_of(config.device))
    positions = with_hydrogens(mol, polar.atoms, drawn)
    longer = replace(config, strain_steps=max(STRAIN_STEPS, config.strain_steps))
    positions, energies = with_strain(field, positions, longer)
    kept = np.flatnonzero(stereo_mask(mol, with_conformers(mol, positions)) & np.isfinite(positions).all((1, 2)))
    if not len(kept):
        raise EmbeddingError("no sample of the model of coordinates has the right stereo")
    energies = replace(energies, values=energies.values[kept])
    return Samples(mol, positions[kept], energies, np.zeros(len(kept), dtype=int), METHOD, field)


def check_options(model: CartesianModel, config: GenerateConfig) -> None:
    """Check that the model of coordinates supports the options.

    Raises:
        ConfigError: it does not.
    """
    if config.is_restrained or config.boltzmann is not None:
        request = "Boltzmann weights need" if config.boltzmann is not None else "restraints need"
        raise ConfigError(f"{request} torsions over template conformers, which the model of coordinates does not have")
    check_score(config.sampler, model.config.process == "diffusion", "a flow of coordinates")


def _right_samples(model: CartesianModel, polar: PolarGraph, count: int, config: GenerateConfig) -> np.ndarray:
    """Samples [at most count, n, 3] of the right stereo, Angstrom."""
    molecule = batch_stereo_graphs([polar.graph], [polar.marks]).to(model.device)
    rng = torch.Generator().manual_seed(config.seed)
    times, stepper = time_grid(config.steps or STEPS), stepper_of(config.sampler)
    accepted: list[np.ndarray] = []
    missing = drawn = 0
    for _ in range(ROUNDS):
        missing = count - sum(map(len, accepted))
        if missing <= 0:
            break
        samples = sample_coordinates(model, molecule, missing, rng, times=times, stepper=stepper).cpu().numpy()
        samples = samples[np.isfinite(samples).all((1, 2))]
        drawn += missing
        accepted.append(samples[stereo_is_right(samples, polar.marks)])
    right = np.concatenate(accepted)
    if not len(right):
        raise EmbeddingError(f"none of {drawn} samples of the model of coordinates has the right stereo")
    if len(right) < min(count, config.n):
        warnings.warn(
            f"{len(right)} of {drawn} samples of the model of coordinates have the right stereo",
            MoleculeWarning,
            stacklevel=3,
        )
    return right
