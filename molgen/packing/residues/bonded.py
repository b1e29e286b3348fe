"""Side chains that are bonded to other groups, and therefore fixed."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.proteins.structure import Protein
from molgen.chem.side_chains.records import CONTEXT_ELEMENTS, METAL, OTHER, SideChainRecord
from molgen.chem.side_chains.residues import ATOMS, ELEMENTS, INDEX

_GROUP = 1.95  # Angstrom, an atom of a side chain to one of a group that is no metal
_GROUP_SULFUR = 2.3  # Angstrom, a sulfur of a side chain to sulfur, phosphorus or selenium
_LARGE = (CONTEXT_ELEMENTS[16], CONTEXT_ELEMENTS[15], OTHER)
_RESIDUE, _RESIDUE_SULFUR = 1.65, 1.95  # Angstrom, to an atom of another residue; the second where one is sulfur
_OVERLAP = 1.1  # Angstrom; nearer atoms are a clash
_TAIL = 5  # slot of the first atom that a chi angle turns
_CARBON, _SULFUR = 6, 16


def bonded_side_chains(protein: Protein, record: SideChainRecord) -> np.ndarray:
    """bool [R], side chains bonded to a group that is no metal, or to another residue (isopeptides, thioethers).

    Bonds are found by distance or declared in the file. Disulfides of two cysteines do not count: they are
    found when side chains are packed.
    """
    return _to_groups(record) | _to_residues(record) | _declared(protein, record)


def _to_groups(record: SideChainRecord) -> np.ndarray:
    result = np.zeros(len(record), dtype=bool)
    real = record.elements != METAL
    if not real.any():
        return result
    rows, slots = _tails(record)
    thio = ELEMENTS[record.types[rows], slots] == _SULFUR
    others = record.context[real]
    large = np.isin(record.elements[real], _LARGE)
    for subset, limit, who in ((others, _GROUP, slots >= 0), (others[large], _GROUP_SULFUR, thio)):
        if len(subset) and who.any():
            away = KDTree(subset).query(record.atoms[rows[who], slots[who]])[0]
            result[rows[who][away < limit]] = True
    return result


def _to_residues(record: SideChainRecord) -> np.ndarray:
    """Side chains with an atom that is bonded to one of another residue."""
    result = np.zeros(len(record), dtype=bool)
    rows, slots = np.nonzero(record.present)
    if not len(rows):
        return result
    pairs = KDTree(record.atoms[rows, slots]).query_pairs(_RESIDUE_SULFUR, output_type="ndarray")
    first, second = pairs[rows[pairs[:, 0]] != rows[pairs[:, 1]]].T
    away = np.linalg.norm(record.atoms[rows[first], slots[first]] - record.atoms[rows[second], slots[second]], axis=-1)
    element = ELEMENTS[record.types[rows], slots]
    thio, carbon = element == _SULFUR, element == _CARBON
    with_sulfur = thio[first] ^ thio[second]
    near = (away > _OVERLAP) & (away < np.where(with_sulfur, _RESIDUE_SULFUR, _RESIDUE))
    near &= with_sulfur | (carbon[first] ^ carbon[second])  # others as near clash, unless the file declares a bond
    for atoms in (first[near], second[near]):
        result[rows[atoms][slots[atoms] >= _TAIL]] = True
    return result


def _declared(protein: Protein, record: SideChainRecord) -> np.ndarray:
    """Side chains of which the file declares a bond to a residue or a group that is no metal."""
    position = {protein.residues[int(index)].label: r for r, index in enumerate(record.residues)}
    metals = {residue.label for residue in protein.of_kind("metal")}
    result = np.zeros(len(record), dtype=bool)
    for ends in protein.declared_bonds:
        disulfide = all(_is_cysteine_sulfur(record, position.get(label), atom) for label, atom in ends)
        if disulfide or any(label in metals for label, _ in ends) or ends[0][0] == ends[1][0]:
            continue
        for label, atom in ends:
            row = position.get(label)
            if row is not None and atom in ATOMS[record.types[row]][_TAIL:]:
                result[row] = True
    return result


def _is_cysteine_sulfur(record: SideChainRecord, row: int | None, atom: str) -> bool:
    return row is not None and int(record.types[row]) == INDEX["CYS"] and atom == "SG"


def _tails(record: SideChainRecord) -> tuple[np.ndarray, np.ndarray]:
    """Residue and slot of every atom that a chi angle turns."""
    tails = record.present.copy()
    tails[:, :_TAIL] = False
    rows, slots = np.nonzero(tails)
    return rows, slots
