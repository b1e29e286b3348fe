"""Entries by which a user keeps and drops groups of a structure, and chooses chains."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.formats.parsing import one_line, shortened
from molgen.chem.formats.residue_names import ADDITIVES
from molgen.chem.proteins.groups.molecules import groups
from molgen.chem.proteins.structure import Protein, Residue
from molgen.errors import InputError

WORDS = ("waters", "ions", "additives", "all")
CHAIN = "chain:"
NAMED = 3
"""The least precision at which an entry counts wherever in the structure the group is."""


def precision(residue: Residue, entries: Collection[str]) -> int:
    """How closely an entry names a residue: 1 all, 2 a word, 3 its chain, 4 its name, 5 both, 6 itself; or 0."""
    return max((_precision(residue, entry) for entry in entries), default=0)


def entries_of(protein: Protein, given: Collection[str]) -> frozenset[str]:
    """`given` in the spelling of the file; component names and words in any case.

    Raises:
        InputError: an entry names nothing in the file.
    """
    if isinstance(given, str):
        given = [given]
    return frozenset(_spelled(protein, one_line(text)) for text in given)


def without_dropped(protein: Protein, drop: Collection[str]) -> Protein:
    """The structure as pockets are looked for in it: without the chains and cofactors that are dropped by name.

    Ligands stay: the place of one that is dropped is a pocket.
    """
    unwanted = entries_of(protein, drop)
    if not unwanted:
        return protein
    ligands = {residue.start for group in groups(protein) if not group.stays for residue in group.residues}
    rest = protein.keep(lambda residue: residue.start in ligands or precision(residue, unwanted) < NAMED)
    return rest if len(rest) else protein


def choose_chains(protein: Protein, chains: Collection[str]) -> Protein:
    """The structure with only some chains and the groups there; all of it where none are given.

    A group whose chain id is that of a chain is of this chain, any other of the chain that is nearest to it.

    Raises:
        InputError: there is no such chain; with those that there are.
    """
    if isinstance(chains, str):
        chains = [chains]
    if not chains:
        return protein
    there = list(dict.fromkeys(residue.chain for residue in protein.of_kind("polymer")))
    chains = [_in_case_of(there, chain) for chain in chains]
    absent = [chain for chain in chains if chain not in there]
    if absent:
        known = shortened([chain or "''" for chain in there], 20) or "none"
        raise InputError(
            f"there is no chain {one_line(absent[0])!r}; the chains are {known}", source=protein.source or None
        )
    nearest = _nearest_chain(protein)
    kept = protein.keep(lambda residue: (residue.chain if residue.chain in there else nearest[residue.start]) in chains)
    others = [chain or "''" for chain in there if chain not in chains]
    note = f"chains that were not chosen and are left out: {shortened(others, 20)}"
    return replace(kept, notes=(*kept.notes, note)) if others else kept


def _nearest_chain(protein: Protein) -> dict[int, str]:
    """First atom of each residue -> id of the nearest chain."""
    polymer = list(protein.of_kind("polymer"))
    tree = KDTree(protein.positions[protein.atoms_of(polymer)])
    owners = np.repeat(np.arange(len(polymer)), [residue.stop - residue.start for residue in polymer])
    starts = [residue.start for residue in protein.residues]
    nearest = owners[tree.query(protein.positions[starts])[1]]
    return {start: polymer[index].chain for start, index in zip(starts, nearest.tolist(), strict=True)}


def _precision(residue: Residue, entry: str) -> int:
    if entry == "all":
        return 1
    if entry in WORDS:
        word = {"water": "waters", "ion": "ions"}.get(residue.kind, "additives" if residue.name in ADDITIVES else "")
        return 2 if entry == word else 0
    if entry.startswith(CHAIN):
        return NAMED if entry.removeprefix(CHAIN) == residue.chain else 0
    return NAMED + 1 + entry.count(":") if _matches(residue, entry) else 0


def _matches(residue: Residue, entry: str) -> bool:
    return f"{residue.label}:".startswith(f"{entry}:")


def _spelled(protein: Protein, text: str) -> str:
    """An entry in the spelling of the file."""
    if text.lower() in WORDS:
        return text.lower()
    name, colon, rest = text.partition(":")
    if f"{name.lower()}:" == CHAIN and colon:
        return _spelled_chain(protein, rest.strip())
    groups = [residue for residue in protein.residues if residue.kind != "polymer"]
    for spelling in (text, name.upper() + colon + rest):
        if any(_matches(group, spelling) for group in groups):
            return spelling
    raise InputError(_nothing_called(protein, text, groups), source=protein.source or None)


def _in_case_of(ids: Sequence[str], chain: str) -> str:
    """A chain id as the file spells it: letter case counts only where it tells chains apart."""
    alike = [other for other in ids if other.lower() == chain.lower()]
    return alike[0] if chain not in ids and len(alike) == 1 else chain


def _spelled_chain(protein: Protein, chain: str) -> str:
    ids = list(dict.fromkeys(residue.chain for residue in protein.residues))
    chain = _in_case_of(ids, chain)
    if chain in ids:
        return f"{CHAIN}{chain}"
    there = shortened([other or "''" for other in ids], 20)
    raise InputError(f"no chain {chain!r} in the structure: there are {there}", source=protein.source or None)


def _nothing_called(protein: Protein, text: str, groups: Iterable[Residue]) -> str:
    there = sorted({residue.name for residue in groups})
    listed = f"there are {shortened(there, 12)}" if there else "it has none"
    words = f"{', '.join(WORDS[:-1])} and {WORDS[-1]}"
    chain = next((residue.chain for residue in protein.of_kind("polymer") if text and residue.chain == text), None)
    hint = f"; {CHAIN}{chain} stands for the chain" if chain else ""
    return f"no group {text!r} in the structure: {listed}; {words} stand for kinds{hint}"
