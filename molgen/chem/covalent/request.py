"""What a user asks for: the atom of the residue, and how the ligand is bonded to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rdkit import Chem

from molgen.chem.covalent.nucleophiles import Nucleophile, component, nucleophile
from molgen.chem.covalent.reactions import ADDUCT, NAMES
from molgen.chem.formats.parsing import one_line, silent_rdkit
from molgen.errors import InputError

FORM = (
    "CHAIN:RESIDUE:NUMBER[:ATOM][=REACTION | =SMARTS | =REACTION@SMARTS], e.g. A:CYS:25 or A:CYS:25:SG=nitrile-addition"
)
_NUMBER = re.compile(r"(-?\d{1,9})([A-Za-z]?)")
_MOST_LETTERS = 2000


@dataclass(frozen=True)
class CovalentBond:
    """A bond of a ligand to a residue, as it is asked for.

    Attributes:
        chain, number, insertion: of the residue.
        residue: its name as it was given.
        atom: of the residue.
        reaction: name of the reaction, "adduct" for a ligand that is one; None: recognized.
        smarts: whose first atom is bonded; None: recognized.
    """

    chain: str
    residue: str
    number: int
    insertion: str
    atom: str
    reaction: str | None = None
    smarts: str | None = None

    @classmethod
    def parse(cls, text: str) -> CovalentBond:
        """From `FORM`; `CYS:A:25`, as residues are labeled elsewhere, is read too.

        Raises:
            InputError: the text has another form, no ligand is bonded to such a residue, the reaction is unknown, or
                the SMARTS is none.
        """
        site, equals, how = text.strip().partition("=")
        if "," in site:
            raise InputError(f"a ligand is bonded to one residue, not to {one_line(site)}")
        parts = [part.strip() for part in site.split(":")]
        if len(parts) not in (3, 4) or (equals and not how.strip()):
            raise InputError(f"{one_line(text)!r} names no bond; the form is {FORM}")
        chain, residue = parts[0], parts[1]
        if not _is_reactive(residue) and _is_reactive(chain):
            chain, residue = residue, chain
        number = _NUMBER.fullmatch(parts[2])
        if number is None:
            raise InputError(f"{one_line(parts[2])!r} is no number of a residue; the form is {FORM}")
        atom = nucleophile(residue, parts[3] if len(parts) == 4 else None).atom
        reaction, smarts = _how(how.strip())
        return cls(chain, residue.upper(), int(number[1]), number[2].upper(), atom, reaction, smarts)

    @property
    def nucleophile(self) -> Nucleophile:
        """The atom and what is around it."""
        return nucleophile(self.residue, self.atom)

    @property
    def label(self) -> str:
        """`SG of CYS:A:25`."""
        return f"{self.atom} of {component(self.residue)}:{self.chain}:{self.number}{self.insertion}"


def _is_reactive(name: str) -> bool:
    try:
        nucleophile(name)
    except InputError:
        return False
    return True


def _how(text: str) -> tuple[str | None, str | None]:
    """Name of the reaction and SMARTS of what follows the equals sign."""
    if not text:
        return None, None
    known = (*NAMES, ADDUCT)
    name, at, smarts = text.partition("@")
    if name.strip().lower() in known:
        return name.strip().lower(), _checked(smarts.strip()) if at else None
    if re.fullmatch(r"[a-z]+(-[a-z]+)+", text):
        raise InputError(f"there is no reaction {text}; the reactions are {', '.join(known)}")
    return None, _checked(text)


def _checked(smarts: str) -> str:
    pattern = None
    with silent_rdkit():
        try:
            pattern = Chem.MolFromSmarts(smarts) if len(smarts) <= _MOST_LETTERS else None
        except (RuntimeError, ValueError):
            pattern = None
    if pattern is None or not pattern.GetNumAtoms():
        raise InputError(f"{one_line(smarts)} is neither a SMARTS pattern nor a reaction ({', '.join(NAMES)})")
    return smarts
