"""A prepared set as a source of the training mixture of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from molgen.datasets.parts.part_files import find_parts
from molgen.errors import ConfigError
from molgen.limits import above

ROOM = 298.15
"""Kelvin, the temperature of the Boltzmann factors in prepared sets."""


@dataclass(frozen=True)
class SourceConfig:
    """One prepared set in the training mixture.

    Attributes:
        path: folder or file written by `molgen prepare`.
        share: relative number of records drawn from this set. Within a set molecules are equally likely; complexes and
            decoys by one over the root of the size of their sequence cluster.
        weights: how the conformers of a molecule are drawn. "source": by the weights in the set, whatever they are;
            "boltzmann": the same, and a set without Boltzmann factors is refused; "equal": all alike.
        temperature: kelvin, with weights "boltzmann": the factors of 298 K, which is what sets hold, are drawn as those
            of this temperature. A force field's energies are good to a few kcal/mol, so 298 K trusts them too much.
    """

    path: str = ""
    share: float = 1.0
    weights: Literal["source", "boltzmann", "equal"] = "source"
    temperature: float = ROOM

    def __post_init__(self) -> None:
        above(self, 0, "share", "temperature")

    def parts(self) -> list[Path]:
        """The part files of the set.

        Raises:
            ConfigError: there is no path.
            InputError: there are no part files.
        """
        if not self.path:
            raise ConfigError("train.sources: a source has no path")
        return find_parts(self.path)


def parts_of(sources: Sequence[SourceConfig]) -> list[list[Path]]:
    """The part files of every set that a training names.

    Raises:
        ConfigError: it names none, or one without a path.
        InputError: a set has no part files.
    """
    if not sources:
        raise ConfigError("train.sources: there is no prepared set to train on")
    return [source.parts() for source in sources]
