"""One SMILES or one mol block -> RDKit Mol, or a `ParseError` that says why in one line.

RDKit reports problems on its own log; here the log is silent and its text becomes the reason. Atom numbers in reasons
count from 1. The capture of RDKit's log is process-wide, so parsing holds a lock; messages that other threads provoke
outside this file at the same moment are swallowed with it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rdkit import Chem, rdBase

from molgen.chem.formats.size_limits import check_inchi, check_molblock, check_smiles
from molgen.errors import ParseError

_LOG_LOCK = threading.RLock()
_TIMESTAMP = re.compile(r"^\[\d\d:\d\d:\d\d\]\s*")
_NOISE = re.compile(r"^(\*+|-+|.*condition Violation|moving to the beginning.*)?$")

_NO_SMILES = (
    (re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z](\s|$)"), "an InChIKey does not hold the molecule that it stands for"),
    (re.compile(r"[^\s>]*(?<!-)>"), "a reaction is no molecule; give its reactants or products"),
)


def parse_smiles(text: str) -> Chem.Mol:
    """A sanitized molecule from a SMILES or CXSMILES, without explicit hydrogens.

    Raises:
        ParseError: syntax, valence, aromaticity, no atoms at all, or far too many.
    """
    check_smiles(text)
    odd = next((letter for letter in "".join(text.split()[:1]) if not letter.isascii()), None)
    if odd is not None:
        raise ParseError(f"the character {odd!a} cannot be in a SMILES")
    for foreign, reason in _NO_SMILES:
        if foreign.match(text):
            raise ParseError(reason)
    return _parse(
        lambda sanitize: Chem.MolFromSmiles(text, sanitize=sanitize), "not a SMILES, or its |...| extension is broken"
    )


def parse_inchi(text: str) -> Chem.Mol:
    """A sanitized molecule from an InChI, without explicit hydrogens.

    Raises:
        ParseError: it is broken, or far too long.
    """
    check_inchi(text)
    return _parse(lambda sanitize: Chem.MolFromInchi(text, sanitize=sanitize, removeHs=sanitize), "not an InChI")


def parse_molblock(block: str) -> Chem.Mol:
    """A sanitized molecule from one SD record; hydrogens and properties are kept, stereo comes from 3D or wedges.

    Raises:
        ParseError: broken or truncated record, valence, aromaticity, no atoms at all, or far too many.
    """
    check_molblock(block)
    supplier = Chem.SDMolSupplier()

    def read(sanitize: bool) -> Chem.Mol | None:
        supplier.SetData(block, sanitize=sanitize, removeHs=False)
        return supplier[0]

    return _parse(read, "not a mol block")


def sanitization_problem(mol: Chem.Mol) -> str | None:
    """The first reason why RDKit cannot sanitize `mol`, e.g. `valence 5 of N at atom 2`; None when it can."""
    with silent_rdkit():
        try:
            problems = Chem.DetectChemistryProblems(mol)
        except (RuntimeError, ValueError):  # invariants of RDKit, on groups that it cannot clean up
            return "the molecule is broken beyond what can be named"
    return _explain_problem(mol, problems[0]) if problems else None


def one_line(text: object) -> str:
    """`text` without control characters and line breaks, spaces collapsed: safe as a title line or a table cell."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(text)).split())


def atom_name(atom: Chem.Atom) -> str:
    """Symbol and number from 1, as in `C3`."""
    return f"{atom.GetSymbol()}{atom.GetIdx() + 1}"


def shortened(names: list[str], most: int = 4) -> str:
    """`a, b, c, d and 3 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


@contextmanager
def silent_rdkit() -> Iterator[Any]:
    """Keep RDKit's log off the terminal; yields an object whose `messages` holds its error log."""
    with _LOG_LOCK, rdBase.BlockLogs(), rdBase.CaptureErrorLog() as log:
        yield log


def _parse(read: Callable[[bool], Chem.Mol | None], otherwise: str) -> Chem.Mol:
    with silent_rdkit() as log:
        mol = _attempt(read, True)
        raw = _attempt(read, False) if mol is None else None
        messages = messages_of(log)
    if mol is None:
        problem = sanitization_problem(raw) if raw is not None else None
        raise ParseError(problem or _explain_log(messages) or otherwise)
    if mol.GetNumAtoms() == 0:
        raise ParseError("the molecule has no atoms")
    return mol


def _attempt(read: Callable[[bool], Chem.Mol | None], sanitize: bool) -> Chem.Mol | None:
    try:
        return read(sanitize)
    except (RuntimeError, ValueError, LookupError, OSError):  # RDKit invariants, undecodable text, empty records
        return None


def messages_of(log: Any) -> str:
    """What RDKit said in a `silent_rdkit` block."""
    try:
        return log.messages
    except UnicodeDecodeError:  # RDKit cuts long input in the middle of a character
        return ""


def _explain_problem(mol: Chem.Mol, problem: Any) -> str:
    if problem.GetType() == "AtomValenceException":
        atom = mol.GetAtomWithIdx(problem.GetAtomIdx())
        valence = re.search(r", (\d+), is greater", problem.Message())
        number = f" {valence[1]}" if valence else ""
        return f"valence{number} of {atom.GetSymbol()} at atom {atom.GetIdx() + 1} is greater than permitted"
    if problem.GetType() == "KekulizeException":
        atoms = ", ".join(str(index + 1) for index in problem.GetAtomIndices())
        return f"the aromatic ring of atoms {atoms} has no alternating single and double bonds"
    return one_line(re.sub(r"atom #? ?(\d+)", lambda match: f"atom {int(match[1]) + 1}", problem.Message()))


def _explain_log(messages: str) -> str | None:
    lines = [re.sub(r"^(ERROR|SMILES Parse Error): ", "", _TIMESTAMP.sub("", line)) for line in messages.splitlines()]
    lines = [line for line in lines if not _NOISE.match(line)]
    if not lines:
        return None
    reason = re.split(r" while parsing:| for input:", lines[0])[0]
    position = re.search(r"check for mistakes around position (\d+)", messages)
    return one_line(reason) + (f" at character {position[1]}" if position else "")
