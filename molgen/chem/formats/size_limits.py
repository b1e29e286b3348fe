"""How large a molecule may be, told by its text: RDKit needs hours or all memory for some, and crashes on others.

On an open `C(C(C(...` of 20,000 characters they take 12 s and 2 GiB, both growing with the square; on the rings of 60
atoms that are all bonded to each other 50 s; 80 such atoms end the process. The limits leave room for everything that a
conformer or a pose can be made of, and for the counter-ions and solvents around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from molgen.errors import ParseError

MOST_LETTERS = 5_000
"""Of a SMILES."""
MOST_EXTENSION = 100_000
"""Letters of a SMILES with its extension."""
MOST_ATOMS = 5_000
MOST_RINGS = 300
"""Independent ones: bonds that could be cut before no ring is left. C540 has 271."""

_BRACKET = re.compile(r"\[[^\]]*\]?")
_CLOSURE = re.compile(r"%\(\d+\)|%\d\d|\d")
_V3000_COUNTS = re.compile(r"^M  V30 COUNTS +(\d+)", re.MULTILINE)
_CONTINUED = re.compile(r"-\r?\nM  V30 ")


def check_smiles(text: str) -> None:
    """Raises:
    ParseError: the SMILES is too long, or closes too many rings.
    """
    smiles = "".join(text.split(maxsplit=1)[:1])
    if len(smiles) > MOST_LETTERS:
        raise ParseError(f"a SMILES of {len(smiles)} characters; at most {MOST_LETTERS} are read")
    if len(text) > MOST_EXTENSION:
        raise ParseError(f"a SMILES with an extension of {len(text)} characters; at most {MOST_EXTENSION} are read")
    check_rings(len(_CLOSURE.findall(_BRACKET.sub("", smiles))) // 2)


def check_inchi(text: str) -> None:
    """Raises:
    ParseError: the InChI is too long.
    """
    if len(text) > MOST_LETTERS:
        raise ParseError(f"an InChI of {len(text)} characters; at most {MOST_LETTERS} are read")


def check_molblock(block: str) -> None:
    """Raises:
    ParseError: the SD record has too many atoms or rings.
    """
    counts = _V3000_COUNTS.search(block)
    if counts:
        _check_atoms(counts[1])
        check_rings(_rings(_v3000_bonds(_CONTINUED.sub("", block))))
    else:
        check_rings(_rings(_v2000_bonds(block.split("\n", 2005))))


def check_mol2_block(block: str) -> None:
    """Raises:
    ParseError: the MOL2 record has too many atoms or rings.
    """
    counts = "".join(block.split("\n", 3)[2:3]).split()[:2]
    wrong = next((count for count in counts if not (count.isascii() and count.isdecimal())), None)
    if wrong:  # a negative one has RDKit read 2^32 lines
        raise ParseError(f"{wrong!r} is not a number of atoms or bonds")
    if counts:
        _check_atoms(counts[0])
    check_rings(_rings(_mol2_bonds(block)))


def _check_atoms(count: str) -> None:
    if len(count) > 9 or int(count) > MOST_ATOMS:
        raise ParseError(f"{count} atoms; at most {MOST_ATOMS} are read")


def check_rings(count: int) -> None:
    if count > MOST_RINGS:
        raise ParseError(f"{count} rings; molecules with more than {MOST_RINGS} are not read")


def _rings(bonds: Iterable[tuple[str, str]]) -> int:
    """Bonds that join atoms which are joined already."""
    roots: dict[str, str] = {}

    def root(atom: str) -> str:
        while (above := roots.setdefault(atom, atom)) != atom:
            roots[atom] = atom = roots.setdefault(above, above)
        return atom

    rings = 0
    for begin, end in bonds:
        first, second = root(begin.strip()), root(end.strip())
        rings += first == second
        roots[first] = second
    return rings


def _v2000_bonds(lines: list[str]) -> Iterator[tuple[str, str]]:
    counts = lines[3] if len(lines) > 3 else ""
    atoms, bonds = counts[:3].strip(), counts[3:6].strip()
    if atoms.isdecimal() and bonds.isdecimal():
        first = 4 + int(atoms)
        yield from ((line[:3], line[3:6]) for line in lines[first : first + int(bonds)])


def _v3000_bonds(block: str) -> Iterator[tuple[str, str]]:
    in_bonds = False
    for line in block.split("\n"):
        words = line.split()
        if words[:2] != ["M", "V30"]:
            continue
        if words[2:3] in (["BEGIN"], ["END"]):
            in_bonds = words[2:4] == ["BEGIN", "BOND"]
        elif in_bonds and len(words) >= 6:
            yield words[4], words[5]


def _mol2_bonds(block: str) -> Iterator[tuple[str, str]]:
    in_bonds = False
    for line in block.split("\n"):
        if line.startswith("@<TRIPOS>"):
            in_bonds = line.startswith("@<TRIPOS>BOND")
        elif in_bonds and len(words := line.split()) >= 4:
            yield words[1], words[2]
