"""Which side chains of a pocket may move."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.proteins.burial import Grid, enclosed_points
from molgen.chem.proteins.pockets.residues import named_residues
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.chem.side_chains.records import METAL, SideChainRecord
from molgen.chem.side_chains.residues import HAS_CHI, INDEX
from molgen.errors import InputError
from molgen.packing.residues.selection import Selection, is_whole, selection_of

_TAIL = 4  # slot of CB, the first atom of a side chain
_LINING = 5.0  # Angstrom, from a side chain to the reference ligand, or to the room of the pocket
_MOST = 16  # residues that move when they are not named, the nearest ones
_ROOM = 8.0  # Angstrom from the center of a pocket without a reference ligand
_HOLDS = 2.8  # Angstrom, an atom that a metal is bound to


def flexible_residues(protein: Protein, record: SideChainRecord, pocket: Pocket, text: str) -> Selection:
    """The residues that may move.

    Args:
        protein: the receptor, without the ligand; record: its residues.
        pocket: where ligands go.
        text: names, "A:57,A:102-105"; or "auto": side chains that line the pocket, hold no metal, and are not bonded to
            another group.

    Raises:
        InputError: a name is of no residue, or of one whose side chain cannot move.
    """
    wanted = _lining(protein, record, pocket) if text == "auto" else _named(protein, record, text)
    nobody = np.zeros(len(record), dtype=bool)
    return selection_of(protein, record, record.types, wanted, nobody)


def _named(protein: Protein, record: SideChainRecord, text: str) -> np.ndarray:
    position = {int(index): r for r, index in enumerate(record.residues)}
    movable = _movable(record)
    wanted = np.zeros(len(record), dtype=bool)
    for residue in named_residues(text, protein):
        row = position.get(protein.residues.index(residue))
        if row is None or not movable[row]:
            raise InputError(f"{residue.label} has no side chain that can turn, or lacks atoms")
        wanted[row] = True
    if not wanted.any():
        raise InputError(f"'{text}' names no residue that may move; the form is auto, none or A:57,A:102-105")
    return wanted


def _lining(protein: Protein, record: SideChainRecord, pocket: Pocket) -> np.ndarray:
    """The side chains nearest to the ligand that names the pocket, or to its room."""
    points = _room(protein, pocket) if pocket.reference is None else pocket.reference
    wanted = np.zeros(len(record), dtype=bool)
    if not len(points):
        return wanted
    movable = _movable(record) & ~_holds_metal(record) & (record.types != INDEX["PRO"])
    tree = KDTree(points)
    gaps = np.full(len(record), np.inf)
    for r in np.flatnonzero(movable).tolist():
        tail = record.atoms[r, _TAIL:][record.present[r, _TAIL:]]
        gaps[r] = tree.query(tail)[0].min()
    nearest = np.argsort(gaps, kind="stable")[:_MOST]
    wanted[nearest[gaps[nearest] <= _LINING]] = True
    return wanted


def _movable(record: SideChainRecord) -> np.ndarray:
    """bool [R], residues with a chi angle and all their atoms."""
    return np.asarray(HAS_CHI.any(-1))[record.types] & is_whole(record.types, record.present)


def _holds_metal(record: SideChainRecord) -> np.ndarray:
    """bool [R], side chains with an atom next to a metal."""
    metals = record.context[record.elements == METAL]
    if not len(metals):
        return np.zeros(len(record), dtype=bool)
    away = KDTree(metals).query(record.atoms[:, _TAIL:])[0]
    return ((away < _HOLDS) & record.present[:, _TAIL:]).any(-1)


def _room(protein: Protein, pocket: Pocket) -> np.ndarray:
    """Points [k, 3] in the box, near its center, that the protein encloses."""
    near = np.linalg.norm(protein.positions - pocket.center, axis=1) < _ROOM + 12.0
    if near.sum() < 3:
        return np.zeros((0, 3))
    grid = Grid.around(protein.positions[near])
    points = grid.to_world(enclosed_points(grid, protein.elements[near])[0])
    inside = (np.abs(points - pocket.center) <= pocket.size / 2).all(1)
    return points[inside & (np.linalg.norm(points - pocket.center, axis=1) <= _ROOM)]
