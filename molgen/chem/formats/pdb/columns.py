"""Columns of PDB lines that programs have moved."""

from __future__ import annotations

import re

_COORDINATES = re.compile(r"(?<![\d.])(-?\d{1,4}\.\d{3})\s*(-?\d{1,4}\.\d{3})\s*(-?\d{1,4}\.\d{3})(?!\d)")
_ENDS = (38, 46, 54)
"""Columns after x, y and z."""


def shifted_columns(line: str) -> int:
    """By how many columns the coordinates of an ATOM line stand right (or, negative, left) of their place.

    0 where they are in place, and where there are no three numbers of three decimals that are moved by the same amount:
    such a line is broken in another way.
    """
    match = _COORDINATES.search(line)
    if match is None:
        return 0
    shifts = {match.end(group) - end for group, end in zip((1, 2, 3), _ENDS, strict=True)}
    return shifts.pop() if len(shifts) == 1 else 0
