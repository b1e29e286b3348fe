"""What docking is asked for and what it gives back."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rdkit import Chem

from molgen.chem.covalent.request import CovalentBond
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.config import renamed
from molgen.devices import check_device_name
from molgen.docking.covalent.result import DockedBond
from molgen.errors import ConfigError
from molgen.metrics.interactions import Condition, Interaction, UnsatisfiedAtom
from molgen.views import viewer

if TYPE_CHECKING:
    from molgen.docking.search import SearchConfig

MAX_SEED = 2**31 - 3
"""RDKit takes 32-bit seeds, and the embedding counts two up."""

_CHOICES = {
    "effort": ("quick", "normal", "thorough"),
    "proposals": ("both", "learned", "random"),
    "rank": ("confidence", "energy"),
    "stereo": ("one", "enumerate"),
    "sampler": ("ode", "heun", "sde", "predictor-corrector"),
}


@dataclass(frozen=True)
class DockConfig:
    """How a ligand is docked.

    Attributes:
        n: poses to return, at most.
        seed: same seed and input -> same poses.
        effort: "quick", "normal" or "thorough": how much is searched.
        ph: at which the ligand is protonated; None leaves it as it is given; "auto" is 7.4, except for ligands that
            come with explicit hydrogens: those stay as they are.
        states: protonation states and tautomers to dock, at most; more than one are ranked together.
        stereo: of stereo that the input leaves open dock "one" isomer, or "enumerate" all, ranked together.
        min_rmsd: least symmetric RMSD between two poses, Angstrom.
        keep_conformer: start from the bond lengths, angles and rings of the input structure.
        timeout: CPU seconds for the embedding of the ligand.
        posebusters: the checks of the poses are those of the PoseBusters package instead of our own.
        proposals: where the search starts: "random" poses, "learned" ones (those of the model alone), or "both".
        rank: poses are ordered by the learned "confidence", or by "energy" alone.
        samples, steps: poses that the model proposes, and steps of their integration; None: 10, or with the default
            model 5, after which poses are as good once they are minimized.
        sampler: how the model is followed: "ode" or "heun", or for a diffusion "sde" or "predictor-corrector"; the
            second and the last take two network evaluations a step.
        guidance: weight of the energy in the last of these steps, 1 / (kcal/mol).
        pose_model: "default" (a flow), "diffusion" or a weights file.
        confidence_model: "default" or a weights file.
        require, forbid: interactions that a pose must have, or must not, e.g. "hbond:A:ILE:9"
            (:class:`molgen.metrics.interactions.Condition`); poses that fail one are left out.
        covalent: a bond to a residue that the ligand is docked through, e.g. "A:CYS:25"
            (:class:`molgen.chem.covalent.request.CovalentBond`).
        flex: side chains that may move: "none", "auto" (those that line the pocket), or "A:57,A:102-105".
        packings: of these side chains that are docked into besides the structure's own, at most.
        device: where the networks run: "cpu", "cuda", "cuda:1", "mps", or "auto" for a GPU where there is one. The
            search and the energies are the CPU's, but with CUDA for the ligands of a file, which are searched together.
    """

    n: int = 9
    seed: int = 0
    effort: Literal["quick", "normal", "thorough"] = "normal"
    ph: float | Literal["auto"] | None = "auto"
    states: int = 1
    stereo: Literal["one", "enumerate"] = "one"
    min_rmsd: float = renamed("spacing", 1.0)
    keep_conformer: bool = False
    timeout: float = 60.0
    posebusters: bool = False
    proposals: Literal["both", "learned", "random"] = "both"
    rank: Literal["confidence", "energy"] = "confidence"
    samples: int = 96
    steps: int | None = None
    sampler: Literal["ode", "heun", "sde", "predictor-corrector"] = "ode"
    guidance: float = 0.0
    pose_model: str = "default"
    confidence_model: str = "default"
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    covalent: str | None = None
    flex: str = "none"
    packings: int = 6
    device: str = "cpu"

    def __post_init__(self) -> None:
        limits = (("n", 1, Integral), ("seed", 0, Integral), ("min_rmsd", 0.0, Real), ("samples", 1, Integral))
        limits += (
            ("sampling_steps", 1, Integral),
            ("states", 1, Integral),
            ("packings", 1, Integral),
            ("guidance", 0.0, Real),
        )
        for name, least, kind in limits:
            value = getattr(self, name)
            if not isinstance(value, kind) or not float(value) >= least:
                raise ConfigError(f"{name.removeprefix('sampling_')} must be at least {least:g}, not {value}")
        if self.seed > MAX_SEED:
            raise ConfigError(f"seed must be at most {MAX_SEED}, not {self.seed}")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ConfigError(f"{name} must be one of {', '.join(choices)}, not {getattr(self, name)}")
        object.__setattr__(self, "require", tuple(self.require))
        object.__setattr__(self, "forbid", tuple(self.forbid))
        if self.flex.strip().lower() in ("auto", "none"):
            object.__setattr__(self, "flex", self.flex.strip().lower())
        check_device_name(self.device)
        for text in (*self.require, *self.forbid):
            Condition.parse(text)
        if self.covalent is not None:
            CovalentBond.parse(self.covalent)
            if self.flex != "none":
                raise ConfigError("a ligand that is bonded to a residue needs it to stay: --covalent and --flex")
            if self.keep_conformer:
                raise ConfigError("a ligand that reacts cannot keep its conformer: --covalent and --keep-conformer")
        if self.ph not in (None, "auto") and not (isinstance(self.ph, Real) and 0 <= self.ph <= 14):
            raise ConfigError(f"ph must be between 0 and 14, not {self.ph}")
        if self.ph is None and self.states > 1:
            raise ConfigError("states of protonation need a pH: --states and --protonate no exclude each other")

    @property
    def sampling_steps(self) -> int:
        """Steps of the integration of proposals."""
        if self.steps is not None:
            return self.steps
        return 5 if self.pose_model == "default" else 10

    @property
    def search(self) -> SearchConfig:
        """The amount of search of this effort."""
        from molgen.docking.search import EFFORT  # imports torch, which a check of options need not wait for

        search = EFFORT[self.effort]
        return replace(search, starts=0) if self.proposals == "learned" else search


def config_of(**options) -> DockConfig:
    """A configuration; a wrong name is a ConfigError."""
    if "spacing" in options:
        warnings.warn("spacing is now min_rmsd", DeprecationWarning, stacklevel=3)
        options = {"min_rmsd": options["spacing"], **{name: options[name] for name in options if name != "spacing"}}
    try:
        return DockConfig(**options)
    except TypeError as error:
        raise ConfigError(str(error).replace("DockConfig.__init__() ", "")) from error


@dataclass(frozen=True)
class Pose:
    """One pose of a ligand.

    Attributes:
        rank: from 1.
        conformer: its id in the molecule of the result, or of its variant.
        score: Vina's affinity, kcal/mol: (inter + intra - intra of the pose of lowest energy) x rotor factor. As a
            binding free energy it is rough.
        intermolecular, intramolecular: kcal/mol, before the rotor factor.
        terms: weighted parts of the intermolecular energy, kcal/mol.
        strain: energy above the best free conformer, kcal/mol (MMFF94s without electrostatics); nan if unknown.
        checks: name of a validity check -> passed.
        rmsd: symmetric heavy-atom RMSD to the reference ligand, Angstrom; None without one.
        pocket: name of its pocket.
        confidence: probability that the pose is near-native, within 2 Angstrom; None where it was not predicted.
        interactions: with the receptor, by kind and residue; atoms of the ligand are those of the result's molecule.
        unsatisfied: donors and acceptors of the ligand without a partner.
        interaction_similarity: Tanimoto similarity of the interaction fingerprint to the reference's; None without one.
        variant: index of the state that it is of, where several were docked.
        bond_length: of the covalent bond to the receptor, Angstrom; None without one.
        structure: index of the receptor's structure that it is in (:attr:`DockingResult.structures`).
        moved: residues whose side chains are elsewhere there than in the file.
        packing_energy: of that packing above the structure's own, kcal/mol; 0 where none has moved.
    """

    rank: int
    conformer: int
    score: float
    intermolecular: float
    intramolecular: float
    terms: Mapping[str, float]
    strain: float
    checks: Mapping[str, bool]
    rmsd: float | None
    pocket: str
    confidence: float | None = None
    interactions: tuple[Interaction, ...] = ()
    unsatisfied: tuple[UnsatisfiedAtom, ...] = ()
    interaction_similarity: float | None = None
    variant: int = 0
    bond_length: float | None = None
    structure: int = 0
    moved: tuple[str, ...] = ()
    packing_energy: float = 0.0

    @property
    def valid(self) -> bool:
        """All checks are passed."""
        return all(self.checks.values())

    @property
    def failed(self) -> tuple[str, ...]:
        """The checks that are not."""
        return tuple(name for name, passed in self.checks.items() if not passed)


@dataclass(frozen=True)
class DockingResult:
    """Poses of one ligand, best first.

    Attributes:
        mol: the ligand as it was docked, with explicit hydrogens and one conformer per pose; of several variants
            that of the best pose.
        poses: in rank order.
        pockets: that were searched.
        receptor: the structure that took part; that of the best pose, where there are several.
        kept, dropped: groups of the file that are part of the receptor, or not.
        notes: what was decided about the ligand (protonation, stereo), one line each.
        seconds: wall time, without reading the protein.
        config: how it was docked.
        variants: the states that have poses, each as `mol`, where several were docked.
        bond: to a residue of the receptor, where the ligand was docked through one.
        structures: all structures that poses are in: of an ensemble, or with other packings of side chains.
        receptor_notes: what was decided about the structure and its pockets, and what is missing near these.
    """

    mol: Chem.Mol
    poses: tuple[Pose, ...]
    pockets: tuple[Pocket, ...]
    receptor: Protein = field(repr=False)
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float
    config: DockConfig
    receptor_notes: tuple[str, ...] = ()
    variants: tuple[Chem.Mol, ...] = ()
    bond: DockedBond | None = None
    structures: tuple[Protein, ...] = field(default=(), repr=False)

    def receptor_of(self, pose: Pose) -> Protein:
        """The structure that a pose is in."""
        return self.structures[pose.structure] if self.structures else self.receptor

    def mol_of(self, pose: Pose) -> Chem.Mol:
        """The molecule whose conformer `pose.conformer` is the pose."""
        return self.variants[pose.variant] if self.variants else self.mol

    @property
    def link(self) -> tuple[int, int] | None:
        """Atoms of the receptor and of the ligand with a covalent bond between them."""
        return None if self.bond is None else (self.bond.receptor_atom, self.bond.ligand_atom)

    def to_dataframe(self) -> Any:
        """One row a pose, as a pandas DataFrame (:func:`molgen.docking.tables.pose_rows`).

        Raises:
            ConfigError: pandas is not installed.
        """
        from molgen.docking.tables import pose_frame

        return pose_frame(self)

    def save(self, path: str | Path, name: str = "ligand") -> None:
        """Write the poses as an SD or PDBQT file, .sdf or .pdbqt (also .gz), under this title.

        Raises:
            InputError: the file cannot be written.
        """
        from molgen.docking.output import sdf_records
        from molgen.docking.pose_files import write_pose_file

        write_pose_file(path, sdf_records(self, name))

    def view(self, pose: int | Pose = 1, *, surface: bool | str = False, height: int = 450) -> Any:
        """A pose in its pocket with its interactions, to turn around, as an `ipymolstar` widget.

        Args:
            pose: its rank, or the pose.
            surface: draw that of the receptor; "surface_hydrophobic" and "surface_charge" color it.
            height: in pixels.

        Raises:
            ConfigError: there is no such pose, or ipymolstar is not installed.
        """
        rank = pose if isinstance(pose, int) else pose.rank
        return viewer("pose_view")(self, rank, surface=surface, height=height)

    def _repr_html_(self) -> str:
        from molgen.docking.tables import pose_html

        return pose_html(self)


def with_note(result: DockingResult, note: str) -> DockingResult:
    """The result with one more note in front; the result itself where the note is empty."""
    return replace(result, notes=(note, *result.notes)) if note else result
