"""The configuration and the results of packing."""

from __future__ import annotations

from dataclasses import dataclass

from molgen.chem.proteins.structure import Protein
from molgen.errors import ConfigError, readable

MOST_SAMPLES = 100


@dataclass(frozen=True)
class PackConfig:
    """Which side chains are packed, and how.

    Attributes:
        residues: names of residues, "A:57,A:102-105"; empty for all.
        around: residues with an atom within ``reach`` of this group ("TQD:A:200"), of all groups of a name, or of a
            residue ("A:57"), instead of named ones.
        reach: Angstrom.
        only_incomplete: only side chains of which the structure lacks atoms.
        mutate: "A:57:ALA", one text each, or one alone.
        samples: packings to return, the best one first, the others drawn by their probability.
        seed: of the draws.
        model: "default", or a weights file of `molgen train side-chains`.
    """

    residues: str = ""
    around: str = ""
    reach: float = 5.0
    only_incomplete: bool = False
    mutate: tuple[str, ...] = ()
    samples: int = 1
    seed: int = 0
    model: str = "default"

    def __post_init__(self) -> None:
        if isinstance(self.mutate, str):
            object.__setattr__(self, "mutate", (self.mutate,))
        for name in ("residues", "around"):
            if not isinstance(getattr(self, name), str):
                raise ConfigError(f'{name} is a text such as "A:57,A:102", not {readable(repr(getattr(self, name)))}')
        if not isinstance(self.mutate, tuple | list) or not all(isinstance(text, str) for text in self.mutate):
            raise ConfigError(f'mutate is a text such as "A:57:ALA", or several, not {readable(repr(self.mutate))}')
        if not isinstance(self.samples, int) or not 1 <= self.samples <= MOST_SAMPLES:
            raise ConfigError(f"samples is from 1 to {MOST_SAMPLES}, not {readable(repr(self.samples))}")


@dataclass(frozen=True)
class PackedResidue:
    """A residue whose side chain was packed.

    Attributes:
        label: `HIS:A:57`, after a mutation with the new name.
        chi: its chi angles, radian.
        before: the original ones, None where atoms were missing or the residue was another one.
        chi1_probability: that chi 1 is within 20 degrees of that of a crystal structure.
        probability: that all chi angles are.
        reason: "packed", "incomplete" or "mutated from HIS".
    """

    label: str
    chi: tuple[float, ...]
    before: tuple[float, ...] | None
    chi1_probability: float
    probability: float
    reason: str


@dataclass(frozen=True)
class Packing:
    """A structure with packed side chains.

    Attributes:
        protein: the best packing: all atoms of the structure, in its order; completed where atoms were missing.
        residues: those that were packed.
        b_factors: a number for every atom of ``protein``: 100 times the probability of its residue; 0 elsewhere.
        alternatives: other packings, with the same atoms.
        notes: decisions of the preparation, one line each.
    """

    protein: Protein
    residues: tuple[PackedResidue, ...]
    b_factors: tuple[float, ...]
    alternatives: tuple[Protein, ...]
    notes: tuple[str, ...]
