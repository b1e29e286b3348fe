"""Pockets that residues line: which residues a text names, and where the lumen is that their side chains point to."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from molgen.chem.formats.parsing import one_line, shortened
from molgen.chem.proteins.pockets.boxes import box_edges
from molgen.chem.proteins.structure import Pocket, Protein, Residue
from molgen.errors import InputError

_MARGIN = 10.0  # Angstrom, of both sides together
_TO_LUMEN = 5.0

_RESIDUE_ITEM = re.compile(
    r"(?:(?P<chain>[^:\s]*):)?(?P<name>[A-Za-z]{1,3})?(?P<first>-?\d{1,9})(?P<code>[A-Za-z]?)"
    r"(?:-(?P<last>-?\d{1,9})(?P<end>[A-Za-z]?))?"
)


def lined_by_residues(text: str, protein: Protein, least: float) -> Pocket:
    """The pocket that residues A:57,A:102-105 line; `least` is the least edge of its box.

    Raises:
        InputError: the text has another form, or a residue or its chain is not there; with what is.
    """
    chosen = named_residues(text, protein)
    if not chosen:
        raise InputError("no residues are named; the form is residues:A:57,A:102-105")
    center = np.mean([_towards_lumen(protein, residue) for residue in chosen], axis=0)
    spread = np.ptp(protein.positions[protein.atoms_of(chosen)], axis=0) + _MARGIN
    return Pocket(center, box_edges(spread, least), "residues")


def named_residues(text: str, protein: Protein) -> list[Residue]:
    """The residues that a list A:57,A:102-105 names, each once.

    Raises:
        InputError: an item has another form, or a residue or its chain is not there; with what is.
    """
    chosen: list[Residue] = []
    chain = None
    for item in filter(None, re.split(r"[,;\s]+", text)):
        wanted = _residue_item(item, chain, protein)
        chain = wanted.chain
        chosen.extend(residue for residue in _residues(wanted, protein) if residue not in chosen)
    return chosen


def _towards_lumen(protein: Protein, residue: Residue) -> np.ndarray:
    """The point 5 Angstrom from CA in the direction of the centroid of the side chain.

    Side chains that line a pocket point into it. Over 140 crystal complexes the mean of these points, for 5 residues
    drawn from those within 4.5 Angstrom of the ligand, is a median 3.2 Angstrom from its centroid (all atoms of the
    residues: 3.6; CA: 3.8), for all of them 1.8 (2.0; 2.3).
    """
    positions = protein.positions[residue.start : residue.stop]
    names = protein.atom_names[residue.start : residue.stop]
    if "CA" not in names:
        return positions.mean(axis=0)
    alpha = positions[names.index("CA")]
    side = [name not in ("N", "CA", "C", "O", "OXT") for name in names]
    if not any(side):
        return alpha
    direction = positions[side].mean(axis=0) - alpha
    return alpha + _TO_LUMEN * direction / max(float(np.linalg.norm(direction)), 0.1)


@dataclass(frozen=True)
class _ResidueItem:
    """One item of `residues:`; number and insertion code of the first and the last residue."""

    text: str
    chain: str
    name: str
    first: tuple[int, str]
    last: tuple[int, str] | None


def _residue_item(item: str, chain: str | None, protein: Protein) -> _ResidueItem:
    """`chain` is that of the item before, which holds for an item that has none."""
    match = _RESIDUE_ITEM.fullmatch(item)
    if match is None:
        raise InputError(f"'{one_line(item)}' is no residue; write A:57, A:57B, A:HIS57 or A:57-60")
    chains = list(dict.fromkeys(other.chain for other in protein.residues if other.kind != "water"))
    named = match["chain"] if match["chain"] is not None else chain
    if named is None:
        of_polymer = list(dict.fromkeys(other.chain for other in protein.of_kind("polymer"))) or chains
        if len(of_polymer) > 1:
            raise InputError(f"'{item}' names no chain; the chains are {_names(of_polymer)}")
        named = of_polymer[0] if of_polymer else ""
    if named not in chains:
        matching = [other for other in chains if other.lower() == named.lower()]
        if not matching:
            reason = f"there is no chain '{one_line(named)}' for '{item}'; the chains are {_names(chains)}"
            raise InputError(reason, source=protein.source or None)
        named = matching[0]
    first = (int(match["first"]), match["code"].upper())
    last = (int(match["last"]), match["end"].upper()) if match["last"] else None
    if last is not None and last < first:
        raise InputError(f"the range '{one_line(item)}' ends before it begins")
    return _ResidueItem(item, named, (match["name"] or "").upper(), first, last)


def _names(chains: list[str]) -> str:
    return shortened([chain or "''" for chain in chains], 20)


def _residues(wanted: _ResidueItem, protein: Protein) -> list[Residue]:
    """The residues of one item; of a chain where there are such, else other groups."""
    inside = [residue for residue in protein.residues if residue.kind != "water" and residue.chain == wanted.chain]
    polymer = [residue for residue in inside if residue.kind == "polymer"]
    matches = _matching(wanted, polymer) or _matching(wanted, inside)
    if not matches:
        numbers = [residue.number for residue in polymer or inside]
        span = f"has {min(numbers)} to {max(numbers)}"
        reason = f"there is no residue {wanted.text}: chain {wanted.chain or chr(39) * 2} {span}"
        raise InputError(reason, source=protein.source or None)
    other = next((residue for residue in matches if wanted.name and residue.name != wanted.name), None)
    if other is not None:
        raise InputError(f"residue {wanted.text} is {other.name}, not {wanted.name}", source=protein.source or None)
    return matches


def _matching(wanted: _ResidueItem, residues: list[Residue]) -> list[Residue]:
    last = wanted.last or wanted.first
    return [residue for residue in residues if wanted.first <= (residue.number, residue.insertion.upper()) <= last]
