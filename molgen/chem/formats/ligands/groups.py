"""Which atoms of a structure are its ligands: bonded groups that are neither polymer nor water, ions or additives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from molgen.chem.formats.mmcif.atom_site import AtomSite
from molgen.chem.formats.mmcif.declared_bonds import BondEnd
from molgen.chem.formats.residue_names import ADDITIVES, COFACTORS, WATERS, is_standard
from molgen.chem.proteins.alternative_locations import select_locations

_LEAST = 6  # heavy atoms of a ligand where there are others
_LONGEST_PEPTIDE = 30  # residues


@dataclass(frozen=True)
class Group:
    """A ligand of a structure.

    Attributes:
        residues: the atoms of each of its residues, one location each.
        bonds: between residues, each end a label and an atom name.
    """

    residues: tuple[tuple[AtomSite, ...], ...]
    bonds: tuple[tuple[BondEnd, BondEnd], ...]

    @property
    def label(self) -> str:
        """Of its first residue, `NAG:C:1 and 2 more`."""
        more = len(self.residues) - 1
        return self.residues[0][0].label + (f" and {more} more" if more else "")

    @property
    def size(self) -> int:
        """Heavy atoms."""
        return sum(atom.element > 1 for residue in self.residues for atom in residue)


def ligand_groups(atoms: Sequence[AtomSite], bonds: Sequence[tuple[BondEnd, BondEnd]]) -> list[Group]:
    """The first copy of each ligand, the largest first, cofactors last; a peptide where it is all there is.

    Args:
        atoms: of a structure.
        bonds: between residues, as the file declares them.
    """
    residues = [tuple(atoms[index] for index in residue) for residue in select_locations(atoms).residues]
    others = [residue for residue in residues if _is_group(residue[0])]
    groups = [group for group in _joined(others, bonds) if group.size > 1]
    proper = [group for group in groups if not _consists_of(group, ADDITIVES)]
    wanted = [group for group in proper if group.size >= _LEAST] or proper or groups
    if not wanted:
        chain = tuple(residue for residue in residues if residue[0].residue not in WATERS and len(residue) > 1)
        return [Group(chain, ())] if 0 < len(chain) <= _LONGEST_PEPTIDE else []
    first: dict[tuple[str, ...], Group] = {}
    for group in wanted:
        first.setdefault(tuple(residue[0].residue for residue in group.residues), group)
    return sorted(first.values(), key=lambda group: (_consists_of(group, COFACTORS), -group.size))


def _is_group(atom: AtomSite) -> bool:
    if atom.residue in WATERS or atom.in_sequence:
        return False
    return atom.in_sequence is False or not is_standard(atom.residue)


def _consists_of(group: Group, names: frozenset[str]) -> bool:
    return all(residue[0].residue in names for residue in group.residues)


def _joined(residues: Sequence[tuple[AtomSite, ...]], bonds: Sequence[tuple[BondEnd, BondEnd]]) -> list[Group]:
    """The residues by what is bonded."""
    places = {residue[0].label: index for index, residue in enumerate(residues)}
    inner = [bond for bond in bonds if all(label in places for label, _ in bond)]
    ends = np.array([[places[label] for label, _ in bond] for bond in inner], dtype=np.int64).reshape(-1, 2)
    count = len(residues)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    members: dict[int, list[int]] = {}
    for index, label in enumerate(connected_components(graph, directed=False)[1].tolist() if count else []):
        members.setdefault(label, []).append(index)
    return [_group([residues[index] for index in own], inner) for own in members.values()]


def _group(residues: Sequence[tuple[AtomSite, ...]], bonds: Sequence[tuple[BondEnd, BondEnd]]) -> Group:
    there = {(atom.label, atom.name) for residue in residues for atom in residue}
    return Group(tuple(residues), tuple(bond for bond in bonds if set(bond) <= there))
