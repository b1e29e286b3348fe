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
        second_pka: of another such atom on the same second atom of the SMARTS; None for the same pKa.
    """

    name: str
    kind: Literal["acid", "base"]
    pka: float
    smarts: str
    second_pka: float | None = None

    @property
    def pattern(self) -> Chem.Mol:
        """The compiled SMARTS."""
        return _compiled(self.smarts)


@cache
def _compiled(smarts: str) -> Chem.Mol:
    return Chem.MolFromSmarts(smarts)
