"""The models of a structure file: those of an ensemble lie on each other, those of an assembly beside each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import product
from string import ascii_letters, ascii_uppercase, digits

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.formats.mmcif.atom_site import AtomSite
from molgen.chem.formats.parsing import shortened
from molgen.chem.formats.residue_names import WATERS, is_standard
from molgen.errors import ParseError

_SAME_PLACE = 1.5  # Angstrom
_MOST_OVERLAP = 0.02  # of the atoms of a model; two models of one protein have more than half
_MOST_SEARCHED = 200_000  # atoms of later models, about a second
_MOST_NAMED = 6
_MOST_CLASHES = 0.3  # of the atoms of what follows an END record; a docked ligand may touch its receptor


def one_structure(models: Iterable[list[AtomSite]], count: int) -> tuple[list[AtomSite], list[str]]:
    """The atoms to read of `count` models, and what is to be said of it.

    Models of which none overlaps with another are the chains of one assembly and are read together; chain ids that
    come again are replaced by free ones. Of others the first is read, and what only later ones hold is named; these are
    searched up to 200,000 atoms, or to one that cannot be read.

    Args:
        models: the atoms of each, in the order of the file; taken one by one.
        count: how many there are, the empty ones too.
    """
    remaining = iter(models)
    atoms = list(next(remaining, []))
    parts, positions = [atoms], [_positions(atoms)]
    for model in remaining:
        own = _positions(model)
        if _overlaps(own, positions) or any(_overlaps(other, [own], most=_MOST_CLASHES) for other in positions):
            return atoms, [f"the first of {count} models is read", *_later_notes(atoms, [*parts[1:], model], remaining)]
        if len(own):
            parts.append(model)
            positions.append(own)
    if len(parts) < 2:
        return atoms, [f"the first of {count} models is read"] if count > 1 else []
    joined, changed = _with_own_chains(parts)
    renamed = [f"chain {old or '(none)'} of model {number} is {new}" for number, old, new in changed]
    ids = f": {shortened(renamed, 6)}" if renamed else ""
    return joined, [f"{len(parts)} models that do not overlap are read as one assembly{ids}"]


def joined_parts(parts: Iterable[list[AtomSite]]) -> tuple[list[AtomSite], list[str]]:
    """The atoms of the first part of a file and of those after it, up to one that lies on what comes before.

    Programs write END between things that belong together (a receptor and its ligand, one file after the other, the
    chains of an assembly) as well as between snapshots of one thing, which lie on each other. A polymer that comes
    again elsewhere gets chain ids of its own; of other groups that come again the first is read.

    Args:
        parts: what stands between END records, in the order of the file.

    Returns:
        the atoms, and what is to be said of it.
    """
    atoms: list[AtomSite] = []
    added = left_out = 0
    renamed: list[str] = []
    remaining = iter(parts)
    for number, part in enumerate(remaining, start=1):
        there = {(atom.label, atom.name) for atom in atoms}
        new = [atom for atom in part if (atom.label, atom.name) not in there]
        polymer_again = any(is_standard(atom.residue) and (atom.label, atom.name) in there for atom in part)
        own = part if polymer_again else new
        if _overlaps(_positions(atoms), [_positions(own)], most=_MOST_CLASHES):
            left_out += len(part) + sum(map(len, remaining))
            break
        if polymer_again:
            atoms, changed = _with_own_chains([atoms, part])
            renamed += [f"chain {old or '(none)'} of part {number} is {new_id}" for _, old, new_id in changed]
        else:
            atoms = [*atoms, *new]
        added += len(own) if number > 1 else 0
        left_out += len(part) - len(own)
    ids = f"; {shortened(renamed, 6)}" if renamed else ""
    notes = [f"atoms after the END record are read too: {added}{ids}"] if added else []
    return atoms, [*notes, *([f"atoms after the END record left out: {left_out}"] if left_out else [])]


def _later_notes(atoms: list[AtomSite], own: list[list[AtomSite]], remaining: Iterator[list[AtomSite]]) -> list[str]:
    """A line on the groups and chains that `atoms` lack and later models have, some of which are to be taken still."""
    there = {atom.label for atom in atoms}
    chains = {atom.chain for atom in atoms if is_standard(atom.residue)}
    groups: dict[str, None] = {}
    residues: dict[str, set[str]] = {}
    searched = 0
    with suppress(ParseError):
        for model in itertools.chain(own, remaining):
            for atom in model:
                if atom.label in there or atom.residue in WATERS:
                    continue
                if not is_standard(atom.residue):
                    groups[atom.label] = None
                elif atom.chain not in chains:
                    residues.setdefault(atom.chain, set()).add(atom.label)
            searched += len(model)
            if searched > _MOST_SEARCHED:
                break
    names = [f"chain {name or '(none)'} ({len(labels)} residues)" for name, labels in residues.items()]
    names += groups
    return [f"groups of later models alone left out: {shortened(names, _MOST_NAMED)}"] if names else []


def _positions(atoms: list[AtomSite]) -> np.ndarray:
    return np.array([(atom.x, atom.y, atom.z) for atom in atoms], dtype=np.float64).reshape(-1, 3)


def _overlaps(own: np.ndarray, others: list[np.ndarray], most: float = _MOST_OVERLAP) -> bool:
    if not len(own):
        return False
    tree = KDTree(own)
    near = [
        np.isfinite(tree.query(other, distance_upper_bound=_SAME_PLACE)[0]).mean() for other in others if len(other)
    ]
    return max(near, default=0.0) > most


def _with_own_chains(parts: list[list[AtomSite]]) -> tuple[list[AtomSite], list[tuple[int, str, str]]]:
    """The atoms of all parts under chain ids of their own, and which are new: number of the part, old and new id."""
    atoms: list[AtomSite] = []
    used: set[str] = {atom.chain for part in parts for atom in part}
    taken: set[str] = set()
    free = (name for name in _names() if name not in used)
    renamed: list[tuple[int, str, str]] = []
    for number, part in enumerate(parts, start=1):
        ids = {chain: next(free) if chain in taken else chain for chain in dict.fromkeys(atom.chain for atom in part)}
        taken.update(ids.values())
        renamed += [(number, old, new) for old, new in ids.items() if new != old]
        atoms += [atom._replace(chain=ids[atom.chain]) for atom in part]
    return atoms, renamed


def _names() -> Iterator[str]:
    """A to Z, then other letters and digits, then ids of two and three letters."""
    yield from dict.fromkeys(ascii_uppercase + ascii_letters + digits)
    for length in (2, 3):
        yield from map("".join, product(ascii_uppercase, repeat=length))
