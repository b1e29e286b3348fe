"""The configuration of docking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from molgen.chem.covalent.request import CovalentBond
from molgen.config import renamed
from molgen.errors import ConfigError, readable
from molgen.former_names import takes_former_names
from molgen.metrics.interactions import Condition
from molgen.runtime.devices import check_device_name

if TYPE_CHECKING:
    from molgen.docking.search import SearchConfig

MAX_SEED = 2**31 - 3
"""RDKit takes 32-bit seeds, and the embedding counts two up."""

_OPTION_OF = {"sampling_count": "samples", "sampling_steps": "steps"}
_MOST = {"n": 1000, "states": 100, "sampling_count": 10_000, "sampling_steps": 1000, "packings": 100}
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
        effort: of the search: "quick", "normal" or "thorough".
        ph: at which the ligand is protonated; None leaves it as it is given; "auto" is 7.4, except for ligands that
            come with explicit hydrogens: those stay as they are.
        states: protonation states and tautomers to dock, at most; more than one are ranked together.
        stereo: of open stereo dock "one" isomer, or "enumerate" all, ranked together.
        min_rmsd: least symmetric RMSD between two poses, Angstrom.
        keep_conformer: start from the bond lengths, angles and rings of the input structure.
        timeout: CPU seconds for the embedding of the ligand.
        posebusters: the checks of the poses are those of the PoseBusters package instead of our own.
        proposals: where the search starts: "random" poses, "learned" ones (those of the model alone), or "both".
        rank: poses are ordered by the learned "confidence", or by "energy" alone.
        samples: poses that the model proposes; None: 96, or 64 with the quick effort, whose chains more would fill.
        steps: of their integration; None: 10, or with the default model 5, after which poses are as good once they are
            minimized.
        sampler: of the model: "ode" or "heun", or for a diffusion "sde" or "predictor-corrector"; the
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
        torsion_library: how common torsions are in crystals, which counts beside Vina's energy: "default" (ligands of
            the PDB), "none", or a file of `molgen prepare torsions`.
        known_ligands: ligands that bind in the site, near which a pose is likelier right: "auto" (those that lie there
            in the structures that are docked into), a file with more of them, where they lie, or "none".
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
    samples: int | None = None
    steps: int | None = None
    sampler: Literal["ode", "heun", "sde", "predictor-corrector"] = "ode"
    guidance: float = 0.0
    pose_model: str = "default"
    confidence_model: str = "default"
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    covalent: str | None = None
    flex: str = "none"
    packings: int = 4
    torsion_library: str | Path = "default"
    known_ligands: str | Path = "auto"
    device: str = "cpu"

    def __post_init__(self) -> None:
        limits = (("n", 1, Integral), ("seed", 0, Integral), ("min_rmsd", 0.0, Real))
        limits += (
            ("sampling_count", 1, Integral),
            ("sampling_steps", 1, Integral),
            ("states", 1, Integral),
            ("packings", 1, Integral),
            ("guidance", 0.0, Real),
            ("timeout", 0.001, Real),
        )
        for name, least, kind in limits:
            value = getattr(self, name)
            if not isinstance(value, kind) or not float(value) >= least:
                raise ConfigError(f"{_OPTION_OF.get(name, name)} must be at least {least:g}, not {value}")
        for name, most in (("seed", MAX_SEED), *_MOST.items()):
            if getattr(self, name) > most:
                raise ConfigError(f"{_OPTION_OF.get(name, name)} must be at most {most}, not {getattr(self, name)}")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ConfigError(f"{name} must be one of {', '.join(choices)}, not {getattr(self, name)}")
        flex = ",".join(_texts("flex", self.flex)).strip()
        object.__setattr__(self, "require", _texts("require", self.require))
        object.__setattr__(self, "forbid", _texts("forbid", self.forbid))
        object.__setattr__(self, "flex", flex.lower() if flex.lower() in ("auto", "none") else flex)
        check_device_name(self.device)
        if not isinstance(self.torsion_library, (str, Path)):
            raise ConfigError(
                f'torsion_library must be "default", "none" or a file, not {readable(repr(self.torsion_library))}'
            )
        if str(self.known_ligands).strip().lower() in ("auto", "none") and isinstance(self.known_ligands, str):
            object.__setattr__(self, "known_ligands", self.known_ligands.strip().lower())
        if not isinstance(self.known_ligands, (str, Path)) or not str(self.known_ligands).strip():
            raise ConfigError(
                f'known_ligands must be "auto", "none" or a file, not {readable(repr(self.known_ligands))}'
            )
        for text in (*self.require, *self.forbid):
            Condition.parse(text)
        if self.covalent is not None:
            if not isinstance(self.covalent, str):
                raise ConfigError(f"covalent must be a text such as A:CYS:25, not {readable(repr(self.covalent))}")
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
    def sampling_count(self) -> int:
        """Poses that the model proposes."""
        if self.samples is not None:
            return self.samples
        return 64 if self.effort == "quick" else 96

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


def _texts(name: str, value: object) -> tuple[str, ...]:
    """One text or several, as several."""
    texts = (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    if not all(isinstance(text, str) for text in texts):
        raise ConfigError(f"{name} takes texts, not {readable(repr(value))}")
    return tuple(map(str, texts))


@takes_former_names(spacing="min_rmsd")
def config_of(**options) -> DockConfig:
    """A configuration; a wrong name is a ConfigError."""
    try:
        return DockConfig(**options)
    except TypeError as error:
        raise ConfigError(str(error).replace("DockConfig.__init__() ", "")) from error
