"""The largest part that two molecules have in common, by a search whose end does not depend on the clock."""

from __future__ import annotations

from dataclasses import dataclass

from rdkit import Chem
from rdkit.Chem import rdFMCS

STEPS = 400_000
"""Of the search, about ten CPU seconds; the part that was largest then is taken."""
_NO_LIMIT = 1_000_000
"""Seconds on the wall, which is what RDKit's own limit counts."""


@dataclass(frozen=True)
class CommonPart:
    """What two molecules have in common.

    Attributes:
        pattern: its atoms and bonds; None for nothing.
        whole: the search came to its end; False: there may be a larger one.
    """

    pattern: Chem.Mol | None
    whole: bool


def common_part(first: Chem.Mol, second: Chem.Mol, steps: int = STEPS) -> CommonPart:
    """The largest common part by elements and bond orders; ring atoms match ring atoms, and rings are whole.

    Args:
        first, second: without explicit hydrogens, unless these are to match.
        steps: of the search, at most.
    """
    options = rdFMCS.MCSParameters()
    options.Timeout = _NO_LIMIT
    options.AtomCompareParameters.RingMatchesRingOnly = True
    options.BondCompareParameters.RingMatchesRingOnly = True
    options.BondCompareParameters.CompleteRingsOnly = True
    options.ProgressCallback = _Steps(steps)
    common = rdFMCS.FindMCS([first, second], options)
    return CommonPart(Chem.MolFromSmarts(common.smartsString) if common.numAtoms else None, not common.canceled)


class _Steps(rdFMCS.MCSProgress):
    """Stops a search after so many steps."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.left = most

    def __call__(self, *_: object) -> bool:
        self.left -= 1
        return self.left > 0
