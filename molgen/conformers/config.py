"""How conformers are generated and selected: the options of the pipeline, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Literal

from molgen.errors import ConfigError, readable
from molgen.former_names import renamed, with_former_names
from molgen.runtime.devices import check_device_name

MAX_SEED = 2**31 - 3
"""RDKit takes 32-bit seeds, and the embedding counts two up."""
_LEAST: dict[str, int | float] = {"n": 1, "steps": 1, "seed": 0, "samples": 1, "templates": 1} | {
    "template_steps": 0,
    "strain_steps": 0,
    "minimize_steps": 0,
    "gas_phase_steps": 0,
    "energy_window": 0.0,
    "min_rmsd": 0.0,
    "strain_scale": 1e-3,
    "gas_phase": 0.0,
    "gas_phase_scale": 1e-3,
    "timeout": 1e-3,
    "boltzmann": 1.0,
    "library_share": 0.0,
}
_MOST = {"seed": MAX_SEED, "gas_phase": 1, "library_share": 1, "n": 10_000, "templates": 10_000, "samples": 100_000}
"""Distances between all conformers are held in memory: 10,000 of them take a gigabyte and more."""
_CHOICES = {
    "environment": ("bound", "gas-phase"),
    "minimize_with": ("none", "mmff", "gfn2"),
    "sort": ("coverage", "energy"),
    "unique": ("rmsd", "minima"),
    "sampler": ("ode", "heun", "sde", "predictor-corrector"),
}
EMBEDDING_TIMEOUT, EMBEDDING_SHARE = 60.0, 0.8
_SWITCHES = ("align", "keep_conformer")
_OPTIONAL = ("steps", "timeout", "samples", "templates", "boltzmann", "gas_phase", "library_share")
_MORE_SAMPLES = 2.0
"""In the gas phase, where no crystal says which torsions are likely."""


@with_former_names
@dataclass(frozen=True)
class GenerateConfig:
    """How conformers are generated and selected.

    Attributes:
        n: conformers to return, at most. n and templates are 10,000 at most, samples 100,000.
        seed: same seed and molecule -> same conformers, whatever else is in the batch.
        steps: of the integration; None: 3 for a flow of torsions (2 of one or two torsions), 5 for a diffusion and for
            coordinates.
        sampler: "ode" (one network evaluation a step), "heun" (two), or for a diffusion "sde" (one) or
            "predictor-corrector" (two).
        environment: what the shapes are for: "bound" to a protein, in a crystal or in solution; or "gas-phase", the
            molecule alone, whose hydrogen bonds and dispersion fold it: with gas-phase minima, without the torsions of
            crystals that ship, with up to twice as many samples, and energies in vacuum.
        samples: per molecule; None: 30 + n (0.3 + m^2 / 12) with m rotatable bonds, at most 30 + 7 n; 20 + n / 13.5
            with one and 30 + 4 n / 13.5 with two; at least n from three on, two for each template conformer, and 4 n if
            a ring has 9 or more atoms; twice as many in the gas phase; never more than both n and 16 m for each
            template conformer.
        templates: template conformers; None: 6 without flexible rings (4 with one or two rotatable bonds, 2 with none),
            10 with one, 18 with more of them or one of more than six atoms, some of which are embedded and the others
            made of them (n when a ring has 9 or more atoms or no bond turns). Up to half as many more have a cis amide.
        template_steps: MMFF94s steps on each template conformer, twice as many where it takes n of them. Steps are
            those of :class:`molgen.conformers.force_field.ConformerField`, here and below.
        strain_steps: MMFF94s steps on each sample before its strain is measured.
        minimize_steps: further MMFF94s steps, electrostatics included, that make a candidate of a sample; 0 leaves the
            samples as they are.
        gas_phase_steps: further steps, after which a low candidate counts as a gas-phase minimum; 0: no minima.
        energy_window: conformers further above the lowest are dropped, kcal/mol: by the energies that are written, and
            before by the strain of samples (MMFF94s without electrostatics) and the energy of gas-phase minima.
        strain_scale: a sample has the weight exp(-strain / strain_scale) in the selection, kcal/mol.
        gas_phase: share of the weight, from 0 to 1, that gas-phase minima have in the selection: shapes that hydrogen
            bonds and dispersion fold. 0 saves their time. None: 0.8 in the gas phase; else 0.1, as few ligands fold in
            a pocket, but 0.6 where the lowest energies or minima are asked for.
        gas_phase_scale: a gas-phase minimum has the weight exp(-energy / gas_phase_scale), kcal/mol.
        min_rmsd: least symmetric heavy-atom RMSD between two conformers, Angstrom.
        sort: "coverage", which makes the first k the best k, whatever k; or "energy": the lowest of all is among the
            selection, which is ordered by the energies that are written.
        unique: "rmsd", conformers that are min_rmsd apart; or "minima": distinct minima of the field, minimized to the
            end (with MMFF94s where minimize_with is "none").
        minimize_with: "none", or what minimizes the selection: "mmff" (MMFF94s) or "gfn2" (GFN2-xTB).
        timeout: CPU seconds that a molecule may take in all, four fifths of them for the embedding; None: no limit, and
            60 for the embedding.
        align: superpose the conformers on the first, by their heavy atoms.
        core: what stays in place: a file or a Mol with 3D coordinates, of which the largest common part counts; or a
            SMARTS, whose atoms stay where the input has them.
        coord_map: atom -> (x, y, z), Angstrom, further atoms of the core; atoms count from 0.
        torsions: what turns only within a range: four atoms (from 0), or a SMARTS of four atoms -> an angle or a pair
            (low, high), degrees.
        keep_conformer: the conformers of the input, with their rings, bonds and angles, are the template conformers.
        boltzmann: kelvin; n samples with Boltzmann weights in place of a selection (see
            :mod:`molgen.conformers.boltzmann`).
        torsion_library: torsions that crystals of like molecules have: "default" (ligands of the PDB), "none", a file
            of `molgen prepare torsions`, or a loaded library. Not used with the model "uniform", with coordinates, nor
            with Boltzmann weights.
        library_share: share of the samples that take their torsions from it where it knows like bonds, from 0 to 1;
            None: 0.5, but 0 in the gas phase with "default".
        device: where the network runs, conformers are minimized and (with CUDA) compared: "cpu", "cuda", "cuda:1",
            "mps", or "auto" for a GPU where there is one. A model that is given loaded stays where it is. The embedding
            and what is restrained are the CPU's.

    Raises:
        ConfigError: a value is out of range or of another type.
        InputError: the file of a core cannot be read.
    """

    n: int = 50
    seed: int = 0
    steps: int | None = None
    sampler: Literal["ode", "heun", "sde", "predictor-corrector"] = "ode"
    environment: Literal["bound", "gas-phase"] = "bound"
    samples: int | None = renamed("pool", None)
    templates: int | None = None
    template_steps: int = renamed("template_relax", 50)
    strain_steps: int = renamed("settle", 8)
    minimize_steps: int = renamed("polish", 20)
    gas_phase_steps: int = renamed("minimize", 200)
    energy_window: float = 20.0
    strain_scale: float = 4.5
    gas_phase: float | None = renamed("vacuum", None)
    gas_phase_scale: float = renamed("vacuum_scale", 4.0)
    min_rmsd: float = renamed("spacing", 0.1)
    sort: Literal["coverage", "energy"] = "coverage"
    unique: Literal["rmsd", "minima"] = "rmsd"
    minimize_with: Literal["none", "mmff", "gfn2"] = renamed("relax", "none")
    timeout: float | None = None
    align: bool = False
    core: Any = None
    coord_map: Mapping[int, Sequence[float]] | None = None
    torsions: Mapping[Any, Any] | None = None
    keep_conformer: bool = False
    boltzmann: float | None = None
    torsion_library: Any = "default"
    library_share: float | None = None
    device: str = "cpu"

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is None and name in _OPTIONAL:
                continue
            wanted = Real if isinstance(least, float) else Integral
            is_switch = isinstance(value, bool)
            if not isinstance(value, wanted) or is_switch or not _is_at_least(value, least):
                is_number = isinstance(value, wanted) and not is_switch
                kind = "a whole number of " if wanted is Integral else "" if is_number else "a number of "
                raise ConfigError(f"{name} must be {kind}at least {least:g}, not {value if is_number else repr(value)}")
        object.__setattr__(self, "seed", int(self.seed))  # RDKit and torch know no numpy integers
        for name, most in _MOST.items():
            value = getattr(self, name)
            if value is not None and value > most:
                raise ConfigError(f"{name} must be at most {most}, not {readable(value)}")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                listed = " or ".join((", ".join(f'"{choice}"' for choice in choices[:-1]), f'"{choices[-1]}"'))
                raise ConfigError(f'{name} must be {listed}, not "{getattr(self, name)}"')
        if not _names_library(self.torsion_library):
            raise ConfigError(
                'torsion_library must be "default", "none", a file or a library, not '
                f"{readable(repr(self.torsion_library))}"
            )
        if self.unique == "minima" and self.minimize_with == "none":
            object.__setattr__(self, "minimize_with", "mmff")
        check_device_name(self.device)
        check_switches(**{name: getattr(self, name) for name in _SWITCHES})
        if self.is_restrained:
            from molgen.conformers.restraint_options import (
                check_restraint_options,
            )  # RDKit, which --help has no use for

            check_restraint_options(self.core, self.coord_map, self.torsions)
        if self.boltzmann is not None and self.is_restrained:
            raise ConfigError("Boltzmann weights hold for free molecules, not for restrained ones")
        if self.boltzmann is not None and (self.minimize_with, self.sort) != ("none", "coverage"):
            raise ConfigError("Boltzmann weights hold for samples as they are, not for minimized ones or by energy")
        if self.boltzmann is not None and self.environment != "bound":
            raise ConfigError("Boltzmann weights are those of the force field whatever the environment: leave that out")

    @property
    def weight_of_minima(self) -> float:
        """`gas_phase`, or what it is where it is None."""
        if self.gas_phase is not None:
            return self.gas_phase
        if self.environment == "gas-phase":
            return 0.8
        return 0.6 if self.sort == "energy" or self.unique == "minima" else 0.1

    @property
    def in_vacuum(self) -> bool:
        """Whether the energies that are written are those in vacuum, where the selection is not minimized."""
        return self.sort == "energy" or self.environment == "gas-phase"

    @property
    def share_of_library(self) -> float:
        """`library_share`, or what it is where it is None."""
        if self.library_share is not None:
            return self.library_share
        return 0.0 if self.environment == "gas-phase" and self.torsion_library == "default" else 0.5

    @property
    def more_samples(self) -> float:
        """What the number of samples is multiplied by."""
        return _MORE_SAMPLES if self.environment == "gas-phase" else 1.0

    @property
    def is_restrained(self) -> bool:
        """Whether template conformers are given, or something of them is."""
        return self.core is not None or bool(self.coord_map) or bool(self.torsions) or self.keep_conformer

    @property
    def is_batched(self) -> bool:
        """Whether molecules of a library are worked on many at a time."""
        return self.boltzmann is None

    @property
    def embedding_timeout(self) -> float:
        """CPU seconds for the embedding."""
        return EMBEDDING_TIMEOUT if self.timeout is None else EMBEDDING_SHARE * self.timeout


def _names_library(value: object) -> bool:
    return isinstance(value, (str, Path)) or type(value).__name__ == "TorsionLibrary"  # which torch would be read for


def _is_at_least(value: Any, least: float) -> bool:
    return bool(value >= least)  # nan is not at least anything; an int may be larger than any float


def check_switches(**switches: object) -> None:
    """Check that options are switches.

    Raises:
        ConfigError: one of them is neither True nor False.
    """
    for name, value in switches.items():
        if not isinstance(value, bool):
            raise ConfigError(f"{name} must be True or False, not {readable(repr(value))}")


def checked_config(**options) -> GenerateConfig:
    """The options as a config.

    Raises:
        ConfigError: a value is out of range, or a name is unknown.
    """
    try:
        return GenerateConfig(**options)
    except TypeError as error:
        raise ConfigError(str(error).replace("GenerateConfig.__init__() ", "")) from error
