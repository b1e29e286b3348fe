"""Gas-phase minima from samples of a trained model, which force-field ensembles from embedding lack."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rdkit import Chem

from molgen.chem.molecules.xtb import METHODS, check_xtb, minimize_xtb
from molgen.conformers.config import GenerateConfig
from molgen.conformers.prepare.resample import trained_model
from molgen.conformers.samples import sample_conformers
from molgen.errors import MolgenError
from molgen.former_names import renamed, with_former_names


@with_former_names
@dataclass(frozen=True)
class GasPhaseConfig:
    """How the conformers of ``kind="gas-phase"`` are found.

    Attributes:
        model: that draws them: a checkpoint, or "default".
        samples: drawn per molecule.
        minimize_steps: of MMFF94s, charges included, on each: enough to close hydrogen bonds. More of them lead away
            from DFT minima (see the model card).
        window: those farther above the lowest are dropped, kcal/mol of MMFF94s.
        energies: weights come from single points by "gfn2" or "gfn1" (xTB, needs tblite), or from "mmff".
    """

    model: str = "default"
    samples: int = 120
    minimize_steps: int = renamed("polish", 20)
    window: float = 8.0
    energies: str = "gfn2"

    def __post_init__(self) -> None:
        if self.energies not in ("mmff", *METHODS):
            raise ValueError(f'gas_phase.energies must be one of mmff, gfn1, gfn2, not "{self.energies}"')
        if self.samples < 1 or self.minimize_steps < 0 or not self.window > 0:
            raise ValueError("gas_phase: samples must be 1 or more, minimize_steps 0 or more and window positive")


def check_gas_phase(config: GasPhaseConfig) -> None:
    """Check that the model and the program for the energies are available, before long work.

    Raises:
        CheckpointError, ConfigError.
    """
    trained_model(config.model)
    if config.energies != "mmff":
        check_xtb()


def gas_phase_conformers(
    mol: Chem.Mol, config: GasPhaseConfig, count: int, *, seed: int = 0, solvent: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """The lowest of many minimized samples.

    Args:
        mol: with explicit hydrogens and complete stereo.
        count: conformers to keep, at most.
        solvent: implicit solvent of the xTB energies; empty: none.

    Returns:
        positions [k, atoms, 3], Angstrom, and energies [k], kcal/mol.

    Raises:
        MolgenError: nothing could be embedded, or the energy of no conformer is known.
    """
    options = GenerateConfig(n=min(count, config.samples), samples=config.samples, seed=seed, torsion_library="none")
    samples = sample_conformers(mol, trained_model(config.model), options)
    positions, energies = samples.field.minimize(samples.positions, config.minimize_steps)
    values = energies.values
    if not np.isfinite(values).any():
        raise MolgenError("no energy: MMFF94s and UFF know no parameters for it")
    order = np.argsort(values, kind="stable")[:count]
    kept = positions[order[values[order] <= np.nanmin(values) + config.window]]
    if config.energies == "mmff":
        return kept, values[order[: len(kept)]]
    return kept, minimize_xtb(mol, kept, config.energies, 0, solvent)[1].values
