"""Samples of a trained model, drawn again by their energies: a self-training set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rdkit import Chem

from molgen.conformers.config import GenerateConfig
from molgen.conformers.samples import Samples, sample_conformers
from molgen.conformers.selection.candidates import boltzmann_shares, low_strain
from molgen.former_names import renamed, with_former_names
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import load_model

STRAIN_SCALE = 4.5
GAS_PHASE_SCALE = 8.0
"""kcal/mol; energies with charges of samples that are not minimized scatter more."""


@with_former_names
@dataclass(frozen=True)
class ResampleConfig:
    """How the conformers of ``kind="resampled"`` are drawn.

    Attributes:
        model: a checkpoint, or "default".
        samples: drawn per molecule; templates: template conformers under them.
        gas_phase: part of the weights that goes by energies with charges, the rest by strain.
    """

    model: str = "default"
    samples: int = 100
    templates: int = 4
    gas_phase: float = renamed("vacuum", 0.5)

    def __post_init__(self) -> None:
        if min(self.samples, self.templates) < 1 or not 0 <= self.gas_phase <= 1:
            raise ValueError("resample: samples and templates must be 1 or more, gas_phase from 0 to 1")


def resampled_conformers(
    mol: Chem.Mol, config: ResampleConfig, count: int, *, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """``count`` draws, by strain and by energy with charges, from the samples of a model.

    A model that is trained on them comes nearer to its density times these weights (reward-weighted regression;
    Peters and Schaal 2007).

    Args:
        mol: with explicit hydrogens and complete stereo.
        count: draws.

    Returns:
        positions [k, atoms, 3] of the samples drawn, Angstrom, and how often each was, [k].

    Raises:
        MolgenError: nothing could be embedded.
    """
    own = {"samples": config.samples, "templates": config.templates, "seed": seed, "torsion_library": "none"}
    options = GenerateConfig(n=1, template_steps=40, **own)
    samples = sample_conformers(mol, trained_model(config.model), options)
    kept = low_strain(samples, options.energy_window)
    times = np.random.default_rng(seed).multinomial(count, importance(samples, kept, config.gas_phase))
    return samples.positions[kept[times > 0]], times[times > 0]


def importance(samples: Samples, kept: np.ndarray, gas_phase: float) -> np.ndarray:
    """How much each of the kept samples counts: a mixture of two distributions, one by strain and one by energies with
    charges."""
    by_strain = boltzmann_shares(samples.energies.values[kept], STRAIN_SCALE)
    by_energy = boltzmann_shares(samples.field.energies(samples.positions[kept]).values, GAS_PHASE_SCALE)
    return (1 - gas_phase) * by_strain + gas_phase * by_energy


@lru_cache(maxsize=1)
def trained_model(name: str) -> TorsionModel:
    """A model, loaded once per process."""
    return load_model(name)
