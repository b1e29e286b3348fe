"""One kind of group that gains or loses a proton."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from rdkit import Chem


@dataclass(frozen=True)
class IonizableGroup:
    """A group in its neutral form.

    Attributes:
        name: for notes.
        kind: an acid loses a proton, a base gains one.
        pka: of the acid, or of the conjugate acid of the base.
        smarts: its first atom is the one that loses or gains the proton.
        later_pkas: of the second, third, ... such atom on the same second atom of the SMARTS; empty for the same pKa.
        shifts: SMARTS of substituents, from the atom that loses or gains the proton on, and what each match adds to the
            pKa.
        anion_shift: what an anion of the same group within four bonds adds to the pKa.
    """

    name: str
    kind: Literal["acid", "base"]
    pka: float
    smarts: str
    later_pkas: tuple[float, ...] = ()
    shifts: tuple[tuple[str, float], ...] = ()
    anion_shift: float = 0.0

    @property
    def pattern(self) -> Chem.Mol:
        """The compiled SMARTS."""
        return _compiled(self.smarts)

    def pka_at(self, mol: Chem.Mol, atom: int) -> float:
        """The pKa at an atom of this group, with the shifts by the substituents there."""
        return self.pka + sum(shift * _matches_at(mol, smarts, atom) for smarts, shift in self.shifts)


def _matches_at(mol: Chem.Mol, smarts: str, atom: int) -> int:
    """How many sets of atoms match a SMARTS that begins at an atom."""
    matches = mol.GetSubstructMatches(_compiled(smarts), uniquify=False, maxMatches=10_000)
    return len({frozenset(match) for match in matches if match[0] == atom})


@cache
def _compiled(smarts: str) -> Chem.Mol:
    return Chem.MolFromSmarts(smarts)
