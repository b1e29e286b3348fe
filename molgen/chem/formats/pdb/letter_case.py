"""Records and names that programs wrote in lower case: those of the PDB are in upper case."""

from __future__ import annotations

import re
from collections.abc import Sequence

from molgen.chem.formats.ion_names import ion_symbols
from molgen.chem.formats.mmcif.atom_site import AtomSite
from molgen.chem.formats.residue_names import ADDITIVES, COFACTORS, GLYCANS, LIPIDS, WATERS, is_standard

_ATOM = re.compile(r"^(?:atom  |hetatm)(?=.{24}[ \d.+-]{24})", re.MULTILINE)
_OTHERS = re.compile(r"^(?:model |endmdl|end|ter)\b", re.MULTILINE)
_NUMBER = slice(22, 26)
"""Columns of the residue number, which may be hybrid-36: there letter case has a meaning."""
_GROUPS = ADDITIVES | COFACTORS | GLYCANS | LIPIDS | WATERS


def with_upper_case_records(text: str) -> str:
    """The text of a PDB file, with atom records in upper case where they are in lower case.

    All of a line is, chain ids too, unless it has upper-case letters.
    """
    if not _ATOM.search(text):
        return text
    named = _OTHERS.sub(lambda match: match.group().upper(), text)
    return "\n".join(_upper(line) if _ATOM.match(line) else line for line in named.split("\n"))


def _upper(line: str) -> str:
    if not line.islower():
        return line[:6].upper() + line[6:]
    upper = line.upper()
    return upper[: _NUMBER.start] + line[_NUMBER] + upper[_NUMBER.stop :]


def with_upper_case_names(atoms: Sequence[AtomSite]) -> Sequence[AtomSite]:
    """Atoms in which amino acids, nucleotides, water, ions and other known groups have the names that the PDB gives.

    Other groups keep theirs, and the names of their atoms.
    """
    pairs = {(atom.residue, atom.name) for atom in atoms}
    names = {pair: (pair[0].upper(), pair[1].upper()) for pair in pairs if _is_known(pair[0].upper())}
    if all(pair == upper for pair, upper in names.items()):
        return atoms
    return [_named(atom, *names.get((atom.residue, atom.name), (atom.residue, atom.name))) for atom in atoms]


def _named(atom: AtomSite, residue: str, name: str) -> AtomSite:
    return atom if (residue, name) == (atom.residue, atom.name) else atom._replace(residue=residue, name=name)


def _is_known(name: str) -> bool:
    return is_standard(name) or name in _GROUPS or name in ion_symbols()
