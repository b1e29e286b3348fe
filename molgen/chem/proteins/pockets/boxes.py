"""Boxes: how large the one around something is, and those that are named by numbers."""

from __future__ import annotations

import re

import numpy as np

from molgen.chem.formats.mmcif.atom_site import MAX_COORDINATE
from molgen.chem.formats.parsing import one_line
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.errors import InputError

DEFAULT_EDGE = 22.5
"""Edge of a search box, Angstrom, unless something asks for a larger one."""
LEAST_EDGE, MOST_EDGE = 4.0, 126.0
_OUTSIDE = 6.0  # Angstrom from the box to the nearest protein atom, at most


def box_edges(spread: np.ndarray, least: float) -> np.ndarray:
    """Edge lengths [3] of a box for something of this spread [3], margins included; each at least `least`.

    Raises:
        InputError: the box would be larger than any that is searched.
    """
    size = np.maximum(spread, least)
    if size.max() > MOST_EDGE:
        raise InputError(f"what names the pocket needs a box of {size.max():.0f} A; the largest is {MOST_EDGE:g} A")
    return size


def box_pocket(text: str, protein: Protein, least: float) -> Pocket:
    """The box of a text "X,Y,Z[,SIZE]" or "X,Y,Z,SX,SY,SZ", in Angstrom; `least` is the edge of one without a size.

    Raises:
        InputError: the text has another form, an edge is impossible, or there is no protein near.
    """
    try:
        numbers = np.array([float(part) for part in re.split(r"[,;\s]+", text) if part])
    except ValueError as error:
        raise InputError(f"box: {one_line(error)}; the form is box:X,Y,Z[,SIZE] or box:X,Y,Z,SX,SY,SZ") from error
    if len(numbers) not in (3, 4, 6) or not np.isfinite(numbers).all():
        raise InputError(f"box: 3, 4 or 6 finite numbers are needed, not '{one_line(text)}'")
    if np.abs(numbers).max() > MAX_COORDINATE:
        raise InputError(f"box: no structure has coordinates beyond {MAX_COORDINATE:.0f} A")
    center, size = numbers[:3], np.broadcast_to(numbers[3:] if len(numbers) > 3 else least, 3).astype(np.float64)
    if size.min() < LEAST_EDGE or size.max() > MOST_EDGE:
        raise InputError(f"box: edges are {LEAST_EDGE:g} to {MOST_EDGE:g} A, not {', '.join(f'{s:g}' for s in size)}")
    outside = np.maximum(np.abs(protein.positions - center) - size / 2, 0)
    away = float(np.linalg.norm(outside, axis=1).min())
    if away > _OUTSIDE:
        reason = f"the box is {away:.0f} A away from the nearest protein atom: another frame?"
        raise InputError(reason, source=protein.source or None)
    return Pocket(center, size, "box")
