"""What a pose must or must not do, as a user writes it: `hbond:A:ILE:9`, `salt_bridge:A:32`, `metal`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from molgen.chem.atom_types.interaction_types import is_metal
from molgen.chem.formats.parsing import one_line, shortened
from molgen.chem.proteins.structure import Protein, Residue
from molgen.errors import ConfigError, InputError
from molgen.metrics.interactions.records import KINDS, Interaction

_NUMBER = re.compile(r"^-?\d+[A-Za-z]?$")
_OTHER_NAMES = {"hydrogen_bond": "hbond", "h_bond": "hbond", "pi_cation": "cation_pi", "saltbridge": "salt_bridge"}


@dataclass(frozen=True)
class Condition:
    """An interaction that is asked for.

    Attributes:
        text: as the user wrote it.
        kind: one of `KINDS`, or "any".
        chain, name, number: of the residue ("57A" with an insertion code); without a number it is any residue, without
            a name any with that number.
    """

    text: str
    kind: str
    chain: str = ""
    name: str = ""
    number: str = ""

    @classmethod
    def parse(cls, text: str) -> Condition:
        """From "KIND[:CHAIN[:NAME]:NUMBER]"; "KIND:NAME:CHAIN:NUMBER", the label of a residue, is taken too.

        Raises:
            ConfigError: the text has another form.
        """
        parts = [part.strip() for part in one_line(text).split(":")]
        kind = _kind(parts[0], text)
        residue = parts[1:]
        if not residue:
            return cls(text, kind)
        if len(residue) not in (2, 3) or not _NUMBER.match(residue[-1]):
            raise ConfigError(f"{one_line(text)!r} is not KIND[:CHAIN[:NAME]:NUMBER], e.g. hbond:A:ILE:9")
        return cls(text, kind, residue[0], residue[1].upper() if len(residue) == 3 else "", residue[-1].upper())

    def names(self, residue: Residue) -> bool:
        """Whether a residue is the one that is asked for."""
        if not self.number:
            return True
        if _number(residue) != self.number:
            return False
        straight = residue.chain == self.chain and self.name in ("", residue.name.upper())
        swapped = residue.chain.upper() == self.name and residue.name.upper() == self.chain.upper()
        return straight or swapped

    def includes(self, other: Condition) -> bool:
        """Whether whatever meets another condition meets this one."""
        narrower = self.kind in ("any", other.kind)
        return narrower and (not self.number or self._residue == other._residue)

    @property
    def _residue(self) -> tuple[str, str, str]:
        return self.chain, self.name, self.number

    def met(self, interactions: Iterable[Interaction]) -> bool:
        """Whether one of some interactions is of this kind and with this residue."""
        return any(
            self.kind in ("any", interaction.kind) and self.names(interaction.residue) for interaction in interactions
        )


def check_residues(conditions: Sequence[Condition], protein: Protein) -> None:
    """Check that every condition names a residue of the receptor.

    Raises:
        InputError: one does not.
    """
    for condition in conditions:
        if any(condition.names(residue) for residue in protein.residues):
            continue
        there = [residue for residue in protein.residues if _number(residue) == condition.number]
        numbered = [f"{residue.chain}:{residue.name}:{_number(residue)}" for residue in there]
        hint = f"; there is {shortened(numbered, 4)}" if numbered else ""
        raise InputError(f"{condition.text}: the receptor has no such residue{hint}", source=protein.source or None)


def check_possible(require: Sequence[Condition], forbid: Sequence[Condition], protein: Protein) -> None:
    """Check that what is required is not forbidden too, and that the receptor has the metal or water that it takes.

    Raises:
        InputError: one cannot be met by any pose.
    """
    metal = bool(is_metal(protein.elements).any())
    water = any(residue.kind == "water" for residue in protein.residues)
    for condition in require:
        against = next((other for other in forbid if other.includes(condition)), None)
        if against is not None:
            raise InputError(f"{condition.text} is required, and {against.text} forbids it")
        if condition.kind == "metal" and not metal:
            raise InputError(f"{condition.text}: the receptor has no metal", source=protein.source or None)
        if condition.kind == "water_bridge" and not water:
            reason = f"{condition.text}: the receptor has no water; --keep waters takes those of the file along"
            raise InputError(reason, source=protein.source or None)


def unmet(
    require: Sequence[Condition], forbid: Sequence[Condition], interactions: Sequence[Interaction]
) -> tuple[str, ...]:
    """The conditions that a pose fails: texts of those required and missing, and of those forbidden and there."""
    missing = [condition.text for condition in require if not condition.met(interactions)]
    return (*missing, *(f"not {condition.text}" for condition in forbid if condition.met(interactions)))


def _kind(given: str, text: str) -> str:
    name = given.lower().replace("-", "_").replace(" ", "_")
    name = _OTHER_NAMES.get(name, name)
    if name in (*KINDS, "any"):
        return name
    close = difflib.get_close_matches(name, KINDS, 1)
    hint = f"did you mean {close[0]}?" if close else f"kinds are {', '.join(KINDS)} and any"
    raise ConfigError(f"{one_line(text)!r}: there is no interaction {one_line(given)!r}; {hint}")


def _number(residue: Residue) -> str:
    return f"{residue.number}{residue.insertion}".upper()
