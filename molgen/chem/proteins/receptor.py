"""Which groups of a structure file take part when a ligand is docked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from molgen.chem.formats.parsing import one_line, shortened
from molgen.chem.formats.residue_names import ADDITIVES
from molgen.chem.proteins.structure import Pocket, Protein, Residue
from molgen.errors import InputError

REACH = 12.0
"""Angstrom from the box of the pocket within which groups are taken along."""

WORDS = ("waters", "ions", "additives", "all")


@dataclass(frozen=True)
class Receptor:
    """What a ligand is docked to.

    Attributes:
        protein: the atoms that take part.
        kept: metals and other groups that do, e.g. "HEM:A:201" or "214 waters"; chains are not listed.
        dropped: groups of the file that do not.
    """

    protein: Protein
    kept: tuple[str, ...]
    dropped: tuple[str, ...]


def receptor(
    protein: Protein, pocket: Pocket | None, *, keep: Collection[str] = (), drop: Collection[str] = ()
) -> Receptor:
    """The chains and metals of `protein` and the cofactors near the pocket; no water, ions or additives.

    Left out is the ligand that names the pocket, with every other copy of it. Sulfate, phosphate, citrate and the like
    count as additives (`residue_names.ADDITIVES`): most are from the buffer and stand where a ligand belongs. Where one
    has a function, as phosphate in a phosphorylase, name it in `keep`.

    Args:
        pocket: groups count as near within `REACH` of its box; without one all do.
        keep: groups to take along besides: component names (`PO4`), residues (`PO4:A`, `PO4:A:301`), or one of `WORDS`,
            which stand for such groups near the pocket.
        drop: groups to leave out, in the same way; chains stay. A narrower entry beats a wider one: the residue, the
            component, a kind of groups, all.

    Raises:
        InputError: an entry names nothing in the file, is in both lists, or wants to keep the ligand of the pocket; or
            nothing is left.
    """
    removed = frozenset(pocket.removed) if pocket else frozenset()
    wanted, unwanted = _entries(protein, keep), _entries(protein, drop)
    _check(wanted, unwanted, removed)
    copies = {one.name for one in protein.residues if one.label in removed and one.kind != "polymer"}
    near = _is_near(protein, pocket)

    def takes_part(residue: Residue) -> bool:
        if residue.label in removed:
            return False
        if residue.kind == "polymer":
            return True
        for_it, against_it = (max(_precision(residue, entries), default=0) for entries in (wanted, unwanted))
        if max(for_it, against_it) >= _NAMED or against_it > for_it:
            return for_it > against_it
        is_near = residue.kind == "metal" or bool(near[protein.residue_index[residue.start]])
        return is_near and residue.name not in copies and (for_it > 0 or _is_default(residue))

    groups = [residue for residue in protein.residues if residue.kind != "polymer" or residue.label in removed]
    chosen = {residue.start for residue in protein.residues if takes_part(residue)}
    if not chosen:
        raise InputError("nothing of the structure is left for the receptor", source=protein.source or None)
    return Receptor(
        protein.keep(lambda residue: residue.start in chosen),
        _names(residue for residue in groups if residue.start in chosen),
        _names(residue for residue in groups if residue.start not in chosen),
    )


_NAMED = 3


def _precision(residue: Residue, entries: Collection[str]) -> Iterable[int]:
    """How closely each entry that is about a residue names it: 1 all, 2 a word, 3 its name, 4 its chain, 5 itself."""
    word = {"water": "waters", "ion": "ions"}.get(residue.kind, "additives" if residue.name in ADDITIVES else "")
    for entry in entries:
        if entry in WORDS:
            if entry in ("all", word):
                yield 1 if entry == "all" else 2
        elif _matches(residue, entry):
            yield _NAMED + entry.count(":")


def _matches(residue: Residue, entry: str) -> bool:
    return f"{residue.label}:".startswith(f"{entry}:")


def _is_default(residue: Residue) -> bool:
    return residue.kind == "metal" or (residue.kind == "ligand" and residue.name not in ADDITIVES)


def _entries(protein: Protein, given: Collection[str]) -> frozenset[str]:
    """`given` in the spelling of the file; component names and words in any case."""
    if isinstance(given, str):
        given = [given]
    groups = [residue for residue in protein.residues if residue.kind != "polymer"]
    found = set()
    for text in (one_line(text) for text in given):
        name, colon, rest = text.partition(":")
        spelling = next(
            (one for one in (text, name.upper() + colon + rest) if any(_matches(g, one) for g in groups)), ""
        )
        if not spelling and text.lower() not in WORDS:
            there = sorted({residue.name for residue in groups})
            listed = f"there are {shortened(there, 12)}" if there else "it has none"
            words = f"{', '.join(WORDS[:-1])} and {WORDS[-1]}"
            raise InputError(
                f"no group {text!r} in the structure: {listed}; {words} stand for kinds", source=protein.source or None
            )
        found.add(spelling or text.lower())
    return frozenset(found)


def _check(wanted: frozenset[str], unwanted: frozenset[str], removed: frozenset[str]) -> None:
    if wanted & unwanted:
        raise InputError(f"{sorted(wanted & unwanted)[0]} cannot be both kept and dropped")
    if wanted & removed:
        raise InputError(f"{sorted(wanted & removed)[0]} cannot be kept: it is the ligand of the pocket")


def _is_near(protein: Protein, pocket: Pocket | None) -> np.ndarray:
    """Whether a residue has an atom within `REACH` of the box, bool [residues]."""
    if pocket is None:
        return np.ones(len(protein.residues), dtype=bool)
    beyond = np.maximum(np.abs(protein.positions - pocket.center) - pocket.size / 2, 0)
    near = np.zeros(len(protein.residues), dtype=bool)
    near[protein.residue_index[np.linalg.norm(beyond, axis=1) <= REACH]] = True
    return near


def _names(residues: Iterable[Residue]) -> tuple[str, ...]:
    """Labels in the order of the file, waters counted."""
    listed = list(residues)
    labels = Counter(residue.label for residue in listed if residue.kind != "water")
    waters = sum(residue.kind == "water" for residue in listed)
    counted = [f"{waters} water{'s' if waters > 1 else ''}"] if waters else []
    return (*(label if count == 1 else f"{count} x {label}" for label, count in labels.items()), *counted)
