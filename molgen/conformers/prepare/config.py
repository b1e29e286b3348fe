"""Settings of the preparation of conformers."""

from __future__ import annotations

from dataclasses import dataclass, field

from molgen.chem.molecules.xtb import METHODS
from molgen.conformers.prepare.gas_phase import GasPhaseConfig
from molgen.conformers.prepare.reflow import ReflowConfig
from molgen.conformers.prepare.resample import ResampleConfig
from molgen.former_names import warn_former, with_former_names
from molgen.limits import at_least

KINDS = ("ensemble", "reference", "gas-phase", "resampled", "reflow")
_FORMER_KINDS = {"vacuum": "gas-phase"}


@with_former_names
@dataclass(frozen=True)
class PrepareConfig:
    """What to make of every molecule.

    Attributes:
        kind: "ensemble" (SMILES or structures whose coordinates are ignored: ETKDGv3 + MMFF94s), "reference" (the
            structures of an SDF or a GEOM folder, matched on to template geometry by turning torsions), "gas-phase"
            (the lowest of many samples of a trained model, as ``gas_phase`` says), "resampled" (samples of a trained
            model, drawn again by their energies, as ``resample`` says) or "reflow" (trajectories of a trained flow over
            a prepared set, as ``reflow`` says).
        conformers: per molecule, of an ensemble or in the gas phase; resampled: draws; reference: templates.
        relax_iterations: MMFF94s steps on the embedded conformers.
        electrostatics: keep the charges in the relaxation; in vacuum they fold molecules on to themselves.
        relax: "mmff" alone, or on top of it at most ``relax_iterations`` steps of "gfn2" or "gfn1" (xTB; needs tblite),
            whose energies then weight the ensemble.
        solvent: implicit solvent of xTB, such as "water"; empty: none.
        boltzmann: weight an ensemble by exp(-E / kT) at 298 K; otherwise all conformers count the same.
        merge: ensemble conformers nearer than this RMSD (Angstrom) are kept once, with their weights added up, or with
            the larger one if Boltzmann's; 0 keeps all. At 0.1 less than half of 30 conformers are left.
        match_tolerance: references that no template matches to this RMSD (Angstrom) keep their own geometry.
        matches: reference: at most so many templates within that RMSD are kept for each, the nearest ones, so that its
            torsions are learned on more than one template conformer.
        max_heavy_atoms: larger molecules are left out, as named failures.
        block: input records per part file.
        seed: of the embedding, or of the starts of trajectories.
        gas_phase, resample, reflow: the settings of these kinds.
    """

    kind: str = "ensemble"
    conformers: int = 10
    relax_iterations: int = 200
    electrostatics: bool = False
    boltzmann: bool = False
    relax: str = "mmff"
    solvent: str = ""
    merge: float = 0.0
    match_tolerance: float = 0.4
    matches: int = 1
    max_heavy_atoms: int = 60
    block: int = 100
    seed: int = 0
    gas_phase: GasPhaseConfig = field(default_factory=GasPhaseConfig, metadata={"formerly": "vacuum"})
    resample: ResampleConfig = field(default_factory=ResampleConfig)
    reflow: ReflowConfig = field(default_factory=ReflowConfig)

    def __post_init__(self) -> None:
        if self.kind in _FORMER_KINDS:
            warn_former(self.kind, _FORMER_KINDS[self.kind])
            object.__setattr__(self, "kind", _FORMER_KINDS[self.kind])
        if self.kind not in KINDS:
            raise ValueError(f'kind must be one of {", ".join(KINDS)}, not "{self.kind}"')
        if self.relax not in ("mmff", *METHODS):
            raise ValueError(f'relax must be one of mmff, gfn1, gfn2, not "{self.relax}"')
        at_least(self, 1, "conformers", "matches", "max_heavy_atoms", "block")
        at_least(self, 0, "relax_iterations", "merge", "match_tolerance", "seed")
