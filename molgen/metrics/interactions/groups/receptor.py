"""The interacting groups of a receptor: typed by residue where a table tells, from the geometry elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from molgen.chem.atom_types.interaction_types import is_metal, protein_types
from molgen.chem.atom_types.perceived_types import covalent_bonds
from molgen.chem.formats.residue_names import NUCLEOTIDES, is_standard, parent_name
from molgen.chem.proteins.structure import InteractionTypes, Protein, Residue
from molgen.metrics.interactions.groups.charges import receptor_charges
from molgen.metrics.interactions.groups.hydrogens import receptor_donor
from molgen.metrics.interactions.groups.records import Groups, ring_of

_RING_ELEMENTS = (6, 7, 8, 16)
_FLAT = 0.12
"""Angstrom; the largest distance of an atom of an aromatic ring from its plane."""
_AROMATIC = ("PHE", "TYR", "TRP", "HIS")
_HALOGEN_BONDING = (17, 35, 53)


def receptor_groups(protein: Protein, near: np.ndarray | None = None, types: InteractionTypes | None = None) -> Groups:
    """Perceive the groups of a structure.

    Args:
        protein: N heavy atoms.
        near: bool [N]; groups of other residues than those it touches are left out. None takes all.
        types: of its atoms, if they are known already.
    """
    types = protein_types(protein) if types is None else types
    chosen = np.ones(len(protein), dtype=bool) if near is None else _whole_residues(protein, near)
    neighbors = _neighbors(protein, chosen)
    charges = receptor_charges(protein, chosen, neighbors)
    acceptors = np.flatnonzero(chosen & types.acceptor & ~types.metal).tolist()
    donors = np.flatnonzero(chosen & types.donor & ~types.metal).tolist()
    halogens = np.flatnonzero(chosen & np.isin(protein.elements, _HALOGEN_BONDING)).tolist()
    sulfurs = np.flatnonzero(chosen & (protein.elements == 16)).tolist()
    return Groups(
        positions=protein.positions,
        donors=[receptor_donor(protein, atom, neighbors) for atom in donors],
        acceptors=acceptors,
        bases=[atom for atom in acceptors if protein.elements[atom] == 7],
        hydrophobic=np.flatnonzero(chosen & types.hydrophobic).tolist(),
        cations=charges.cations,
        anions=charges.anions,
        rings=[ring_of(ring, protein.positions) for ring in _flat_rings(protein, neighbors)],
        halogens=[(atom, neighbors[atom][0]) for atom in halogens if len(neighbors.get(atom, ())) == 1],
        metals=np.flatnonzero(chosen & types.metal).tolist(),
        chelators=sorted({*acceptors, *sulfurs}),
        neighbors=neighbors,
    )


def _whole_residues(protein: Protein, near: np.ndarray) -> np.ndarray:
    """The atoms of the residues that have a wanted one, bool [N]."""
    touched = np.zeros(len(protein.residues), dtype=bool)
    touched[protein.residue_index[near]] = True
    return touched[protein.residue_index]


def _neighbors(protein: Protein, chosen: np.ndarray) -> dict[int, list[int]]:
    """Bonded atoms of every chosen atom; they may lie in a residue that is not chosen."""
    bonds = covalent_bonds(protein.positions, protein.elements, is_metal(protein.elements))
    neighbors: dict[int, list[int]] = {}
    for first, second in np.concatenate([bonds, bonds[:, ::-1]]).tolist():
        if chosen[first]:
            neighbors.setdefault(first, []).append(second)
    return neighbors


def _flat_rings(protein: Protein, neighbors: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Flat rings of five and six atoms, each once. Those of proline can be flat by chance and are none."""
    seen: set[frozenset[int]] = set()
    for atom in neighbors:
        if not _can_be_aromatic(protein.residues[protein.residue_index[atom]], int(protein.elements[atom])):
            continue
        for ring in _rings_through(atom, neighbors):
            atoms = frozenset(ring)
            if atoms in seen:
                continue
            seen.add(atoms)
            bare = all(len(neighbors.get(atom, ())) <= 3 and protein.elements[atom] in _RING_ELEMENTS for atom in ring)
            if bare and _is_flat(protein.positions[list(ring)]):
                yield ring


def _can_be_aromatic(residue: Residue, element: int) -> bool:
    if residue.kind == "polymer" and is_standard(residue.name) and residue.name not in NUCLEOTIDES:
        return parent_name(residue.name) in _AROMATIC
    return residue.kind != "water" and element in _RING_ELEMENTS


def _rings_through(start: int, neighbors: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, ...]]:
    paths = [(start,)]
    for length in range(2, 7):
        paths = [(*path, end) for path in paths for end in neighbors.get(path[-1], ()) if end not in path]
        if length >= 5:
            yield from (path for path in paths if start in neighbors.get(path[-1], ()))


def _is_flat(points: np.ndarray) -> bool:
    centered = points - points.mean(axis=0)
    return bool(np.abs(centered @ np.linalg.svd(centered)[2][2]).max() < _FLAT)
