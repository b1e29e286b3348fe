"""How conformers are made and chosen: the options of the pipeline, checked."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal

from molgen.errors import ConfigError

MAX_SEED = 2**31 - 3
"""RDKit takes 32-bit seeds, and the embedding counts two up."""
_LEAST: dict[str, int | float] = {"n": 1, "steps": 1, "seed": 0, "pool": 1, "templates": 1} | {
    "template_relax": 0,
    "settle": 0,
    "polish": 0,
    "minimize": 0,
    "energy_window": 0.0,
    "spacing": 0.0,
    "strain_scale": 1e-3,
    "vacuum": 0.0,
    "vacuum_scale": 1e-3,
    "timeout": 1e-3,
    "boltzmann": 1.0,
}


@dataclass(frozen=True)
class GenerateConfig:
    """How conformers are made and chosen.

    Attributes:
        n: conformers to return, at most.
        seed: same seed and molecule -> same conformers, whatever else is in the batch.
        steps: network evaluations per sample.
        pool: samples to choose from; None: 30 + n (0.3 + m^2 / 12) with m rotatable bonds, at most 30 + 7 n; at least
            4 n if a ring has 9 or more atoms; never more than 16 m for each template.
        templates: template conformers; None: 6 without flexible rings, 9 with one and 12 with more of them (n when a
            ring has 9 or more atoms or no bond turns).
        template_relax: MMFF94s steps on each template, twice as many where it takes n of them. Steps are those of
            :class:`molgen.conformers.force_field.ConformerField`, here and below.
        settle: MMFF94s steps on each sample before its strain is measured.
        polish: MMFF94s steps, electrostatics included, on each sample; 0 leaves the samples as they are.
        minimize: further steps, after which a low sample counts as a minimum in vacuum; 0: no minima.
        energy_window: dropped are samples whose strain is this far above the best one's (MMFF94s without
            electrostatics, before the polish), and minima whose energy is; kcal/mol.
        strain_scale: a sample counts exp(-strain / strain_scale) when the chosen ones are to cover the pool, kcal/mol.
        vacuum: the part of the choice, from 0 to 1, that goes to minima in vacuum in place of samples: shapes that
            hydrogen bonds and dispersion fold. 0 where only solvent or a pocket matters.
        vacuum_scale: a minimum counts exp(-energy / vacuum_scale), kcal/mol.
        spacing: least symmetric heavy-atom RMSD between two conformers, Angstrom.
        relax: "none", "mmff" (MMFF94s minimization of the chosen ones) or "gfn2" (GFN2-xTB).
        timeout: seconds for the embedding.
        boltzmann: kelvin; n samples with Boltzmann weights in place of a choice (see `molgen.conformers.boltzmann`).
    """

    n: int = 50
    seed: int = 0
    steps: int = 3
    pool: int | None = None
    templates: int | None = None
    template_relax: int = 50
    settle: int = 8
    polish: int = 20
    minimize: int = 80
    energy_window: float = 20.0
    strain_scale: float = 4.5
    vacuum: float = 0.6
    vacuum_scale: float = 4.0
    spacing: float = 0.1
    relax: Literal["none", "mmff", "gfn2"] = "none"
    timeout: float = 60.0
    boltzmann: float | None = None

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is None and name in ("pool", "templates", "boltzmann"):
                continue
            wanted = Real if isinstance(least, float) else Integral
            if not isinstance(value, wanted) or not float(value) >= least:  # nan is not at least anything
                whole = "a whole number of " if wanted is Integral else ""
                raise ConfigError(f"{name} must be {whole}at least {least:g}, not {value}")
        object.__setattr__(self, "seed", int(self.seed))  # RDKit and torch know no numpy integers
        if self.seed > MAX_SEED:
            raise ConfigError(f"seed must be at most {MAX_SEED}, not {self.seed}")
        if self.vacuum > 1:
            raise ConfigError(f"vacuum must be at most 1, not {self.vacuum}")
        if self.relax not in ("none", "mmff", "gfn2"):
            raise ConfigError(f'relax must be "none", "mmff" or "gfn2", not "{self.relax}"')
        if self.boltzmann is not None and self.relax != "none":
            raise ConfigError("boltzmann weights hold for samples as they are drawn, not for relaxed ones")


def checked_config(**options) -> GenerateConfig:
    """The options as a config; an unknown name is a ConfigError too."""
    try:
        return GenerateConfig(**options)
    except TypeError as error:
        raise ConfigError(str(error).replace("GenerateConfig.__init__() ", "")) from error
