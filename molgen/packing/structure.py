"""Insertion of side chains into a structure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from molgen.chem.proteins.structure import Protein, Residue
from molgen.chem.side_chains.records import SideChainRecord, plain_type
from molgen.chem.side_chains.residues import ATOMS, BACKBONE, ELEMENTS, NAMES
from molgen.packing.residues.selection import Selection

_BACKBONE = (*BACKBONE, "OXT", "OT1", "OT2")
_SELENIUM = 34


def with_side_chains(protein: Protein, record: SideChainRecord, selection: Selection, atoms: np.ndarray) -> Protein:
    """The structure with new side chains: backbones as they are, then the side chains in the order of the PDB.

    Args:
        atoms: [R, 14, 3], Angstrom, of the residues of ``record``; those of moving residues are used.
    """
    new = {int(record.residues[r]): r for r in np.flatnonzero(selection.moves).tolist()}
    positions, elements, names, hydrogens, residues = [], [], [], [], []
    start = 0
    for index, residue in enumerate(protein.residues):
        if index in new:
            kind = int(selection.types[new[index]])
            name = NAMES[kind] if selection.mutated[new[index]] else residue.name
            own = _rebuilt(protein, residue, kind, name, atoms[new[index]])
        else:
            kept = slice(residue.start, residue.stop)
            own = (protein.positions[kept], protein.elements[kept], protein.atom_names[kept], protein.hydrogens[kept])
            name = residue.name
        for columns, values in zip((positions, elements, names, hydrogens), own, strict=True):
            columns.extend(values)
        residues.append(replace(residue, name=name, start=start, stop=start + len(own[0])))
        start = residues[-1].stop
    sizes = [residue.stop - residue.start for residue in residues]
    return replace(
        protein,
        positions=np.array(positions, dtype=np.float64).reshape(-1, 3),
        elements=np.array(elements, dtype=np.int16),
        atom_names=tuple(names),
        hydrogens=np.array(hydrogens, dtype=np.int8),
        residue_index=np.repeat(np.arange(len(residues), dtype=np.int32), sizes),
        residues=tuple(residues),
    )


def _rebuilt(
    protein: Protein, residue: Residue, kind: int, name: str, atoms: np.ndarray
) -> tuple[np.ndarray, list[int], list[str], list[int]]:
    """Positions, elements, names and (unknown) hydrogens of a residue with another side chain.

    The atoms come in the order of the file where it has the same, else in that of the PDB, backbone first.
    """
    plain, renamed = plain_type(residue.name)
    back = {new: old for old, new in renamed.items()} if name == residue.name != plain else {}
    new = {back.get(ATOMS[kind][slot], ATOMS[kind][slot]): slot for slot in range(len(BACKBONE), len(ATOMS[kind]))}
    old = {protein.atom_names[k]: k for k in range(residue.start, residue.stop)}
    names = list(old)
    if not new.keys() <= old.keys() or not old.keys() <= {*new, *_BACKBONE}:
        names = [*(name for name in old if name in _BACKBONE), *new]
    positions = [atoms[new[name]] if name in new else protein.positions[old[name]] for name in names]
    elements = [_element(name, kind, new[name]) if name in new else int(protein.elements[old[name]]) for name in names]
    return np.array(positions, dtype=np.float64), elements, names, [-1] * len(names)


def _element(name: str, kind: int, slot: int) -> int:
    return _SELENIUM if name == "SE" else int(ELEMENTS[kind, slot])
