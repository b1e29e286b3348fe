"""Breaks in the chains of a structure: where residues are missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from molgen.chem.proteins.structure import Protein, Residue

_LONGEST_PEPTIDE_BOND = 2.5  # Angstrom; a break in the chain beyond


@dataclass(frozen=True)
class Gap:
    """A break in a chain between two residues that follow each other in the file.

    Attributes:
        chain: its id.
        before, after: labels of the residues at both ends.
        missing: residues between them by their numbers; 0 where the numbers go on, and the distance tells.
    """

    chain: str
    before: str
    after: str
    missing: int

    def __str__(self) -> str:
        """`SER:A:544 to PHE:A:548 (3 missing)`."""
        return f"{self.before} to {self.after}" + (f" ({self.missing} missing)" if self.missing else "")


def gaps(protein: Protein) -> Iterator[Gap]:
    """Where the link atoms are too far apart; where these are missing (CA traces), where a number is left out.

    A jump of the numbers across an intact peptide bond (antibodies, chymotrypsin) is no gap.
    """
    for _, run in groupby(protein.of_kind("polymer"), key=lambda residue: residue.chain):
        for before, after in pairwise(run):
            jump = after.number - before.number
            length = _link_length(protein, before, after)
            is_broken = jump not in (0, 1) if length is None else length > _LONGEST_PEPTIDE_BOND
            if is_broken:
                yield Gap(before.chain, before.label, after.label, max(0, jump - 1))


def _link_length(protein: Protein, before: Residue, after: Residue) -> float | None:
    """Distance of C to N, or of O3' to P, in Angstrom; None where one is missing."""
    for end, start in (("C", "N"), ("O3'", "P"), ("O3*", "P")):
        first, second = _position(protein, before, end), _position(protein, after, start)
        if first is not None and second is not None:
            return float(np.linalg.norm(first - second))
    return None


def _position(protein: Protein, residue: Residue, name: str) -> np.ndarray | None:
    names = protein.atom_names[residue.start : residue.stop]
    return protein.positions[residue.start + names.index(name)] if name in names else None
