"""How structures are analyzed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from molgen.errors import ConfigError

Mode = Literal["conformers", "poses"]

ENERGY_FIELDS = ("molgen_score", "molgen_energy", "minimizedAffinity", "docking_score", "r_i_docking_score", "energy")
"""Data fields that are looked for, in this order; the first two and most others are in kcal/mol."""
CONFIDENCE_FIELD = "molgen_confidence"


@dataclass(frozen=True)
class AnalysisConfig:
    """How structures are analyzed.

    Attributes:
        mode: "conformers" are superposed on the references, "poses" are compared where they lie.
        threshold: Angstrom, below which a conformer covers a reference, or up to which a pose is near-native; None is
            0.75 for conformers and 2.0 for poses.
        first: of how many first poses the best counts, besides the very first.
        energy_field, confidence_field: names of data fields; None looks for the usual ones.
        validity: run molgen's own validity checks.
        posebusters: run the PoseBusters package instead.
        pairs: structures of one molecule that are compared with each other, when there is a reference; without one all.
        seconds: CPU time that the RMSDs of one molecule may take; then they are upper bounds.
        work: pairs of structures times symmetries per molecule; beyond it fewer symmetries are tried (24 at least).
        seed: of the bootstrap.
    """

    mode: Mode = "conformers"
    threshold: float | None = None
    first: int = 5
    energy_field: str | None = None
    confidence_field: str | None = None
    validity: bool = True
    posebusters: bool = False
    pairs: int = 200
    seconds: float = 60.0
    work: int = 15_000_000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.mode not in ("conformers", "poses"):
            raise ConfigError(f"mode must be conformers or poses, not {self.mode}")
        for name, least in (("first", 1), ("pairs", 2), ("work", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} must be at least {least}, not {getattr(self, name)}")
        if not self.limit > 0 or not self.seconds > 0:
            raise ConfigError("threshold and seconds must be positive")

    @property
    def limit(self) -> float:
        """The threshold in force, Angstrom."""
        return self.threshold if self.threshold is not None else (2.0 if self.mode == "poses" else 0.75)
