"""One atom record of a structure file, as it stands there; what PDB and mmCIF have in common."""

from __future__ import annotations

import math
from typing import NamedTuple

from molgen.errors import ParseError

MAX_COORDINATE = 1e5
"""Angstrom; no structure reaches so far, shifted columns do."""


class AtomSite(NamedTuple):
    """One atom record.

    Fields:
        name: atom name, e.g. "CA".
        altloc: label of the alternative location, "" for none.
        residue: component id, e.g. "ALA".
        chain, number, insertion: of the author; "" for no chain or no insertion code.
        x, y, z: Angstrom.
        occupancy: 1 where the file has none.
        element: atomic number, 1 for all isotopes of hydrogen.
        hetero: whether it is a HETATM record.
        in_sequence: whether the file says that the residue is part of a polymer; None where it does not say.
        charge: formal charge; None where the file does not say.
        b_factor: what stands in that column; 0 where the file has none.
        model: number of the model, for files with several.
    """

    name: str
    altloc: str
    residue: str
    chain: str
    number: int
    insertion: str
    x: float
    y: float
    z: float
    occupancy: float
    element: int
    hetero: bool
    in_sequence: bool | None = None
    charge: int | None = None
    b_factor: float = 0.0
    model: int = 1

    @property
    def label(self) -> str:
        """`ALA:A:12`, as of the residue."""
        return f"{self.residue}:{self.chain}:{self.number}{self.insertion}"


def coordinate(text: str, axis: str, place: str) -> float:
    """A coordinate in Angstrom.

    Raises:
        ParseError: at `place`, where it is no number, not finite, or beyond `MAX_COORDINATE`.
    """
    try:
        value = math.nan if "_" in text else float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= MAX_COORDINATE:
        problem = "is too large" if abs(value) > MAX_COORDINATE else "is not a number"
        raise ParseError(f"the {axis} coordinate {text.strip()!r} {problem}", place=place)
    return value


def occupancy(text: str) -> float:
    """An occupancy; 1 for a blank, and for what is not a number: it only ranks alternative locations."""
    return _finite(text, 1.0)


def b_factor(text: str) -> float:
    """What stands in the column of the B factors; 0 for a blank, and for what is not a number."""
    return _finite(text, 0.0)


def _finite(text: str, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if math.isfinite(value) else default
