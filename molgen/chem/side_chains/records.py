"""Residues in slots, and what lies around them, from a structure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.formats.residue_names import parent_name
from molgen.chem.proteins.structure import Protein, Residue
from molgen.chem.side_chains.residues import ATOMS, BACKBONE, INDEX, RENAMED, SLOTS

CONTEXT_ELEMENTS = {6: 0, 7: 1, 8: 2, 16: 3, 15: 4, 9: 5, 17: 5, 35: 5, 53: 5}
METAL, OTHER = 6, 7
_METALS = frozenset((3, 4, 11, 12, 13, *range(19, 32), *range(37, 51), *range(55, 84)))


@dataclass(frozen=True, kw_only=True)
class ResidueArrays:
    """The amino acids of a structure that have N, CA and C, and all other heavy atoms as their surroundings.

    Attributes:
        types: integers [R], index into :data:`molgen.chem.side_chains.residues.NAMES`.
        atoms: float32 [R, 14, 3], Angstrom, in slots; zeros where missing.
        present: bool [R, 14], atoms that the structure has.
        chains: integers [R], count the chains.
        numbers: integers [R], residue numbers; insertion codes make them go on counting.
        context: float32 [M, 3], atoms of ligands, metals, modified residues and nucleic acids, Angstrom; no water.
        elements: integers [M], their class: C, N, O, S, P, halogen, metal, other.
        optional: bool [M], atoms of ligands, which may be shown or hidden.
    """

    types: np.ndarray
    atoms: np.ndarray
    present: np.ndarray
    chains: np.ndarray
    numbers: np.ndarray
    context: np.ndarray
    elements: np.ndarray
    optional: np.ndarray

    def __len__(self) -> int:
        return len(self.types)


@dataclass(frozen=True, kw_only=True)
class SideChainRecord(ResidueArrays):
    """Those of a structure that is at hand; integers are int64.

    Attributes:
        residues: int64 [R], index into the residues of the structure.
    """

    residues: np.ndarray

    def near(self, rows: np.ndarray, reach: float) -> np.ndarray:
        """Indices, in order, of the residues whose CA is within ``reach``, Angstrom, of that of one of ``rows``."""
        origins = self.atoms[:, 1]
        return np.flatnonzero(KDTree(origins[rows]).query(origins)[0] <= reach)

    def part(self, rows: np.ndarray) -> SideChainRecord:
        """Some of the residues, with all surroundings."""
        chosen = ("types", "atoms", "present", "chains", "numbers", "residues")
        return replace(self, **{name: getattr(self, name)[rows] for name in chosen})


def side_chain_record(protein: Protein) -> SideChainRecord:
    """Sort the atoms of a structure into residues and their surroundings."""
    kept: list[tuple[int, np.ndarray, np.ndarray, int]] = []
    context: list[int] = []
    optional: list[bool] = []
    for index, residue in enumerate(protein.residues):
        slots = _slots(protein, residue) if residue.kind == "polymer" else None
        if slots is not None:
            kept.append((index, *slots))
        elif residue.kind != "water":
            context += range(residue.start, residue.stop)
            optional += [residue.kind == "ligand"] * (residue.stop - residue.start)
    residues = [protein.residues[index] for index, *_ in kept]
    chains: dict[str, int] = {}
    return SideChainRecord(
        types=np.array([kind for *_, kind in kept], dtype=np.int64),
        atoms=np.array([atoms for _, atoms, _, _ in kept], dtype=np.float32).reshape(-1, SLOTS, 3),
        present=np.array([present for _, _, present, _ in kept], dtype=bool).reshape(-1, SLOTS),
        chains=np.array([chains.setdefault(residue.chain, len(chains)) for residue in residues], dtype=np.int64),
        numbers=_numbers(residues),
        context=protein.positions[context].astype(np.float32).reshape(-1, 3),
        elements=np.array([element_class(z) for z in protein.elements[context].tolist()], dtype=np.int64),
        optional=np.array(optional, dtype=bool),
        residues=np.array([index for index, *_ in kept], dtype=np.int64),
    )


def element_class(atomic_number: int) -> int:
    """The class of an atom of the surroundings."""
    return CONTEXT_ELEMENTS.get(atomic_number, METAL if atomic_number in _METALS else OTHER)


def plain_type(name: str) -> tuple[str, dict[str, str]]:
    """The amino acid that a component stands for, and its atoms that are named otherwise: MSE is a methionine."""
    return RENAMED.get(name, (parent_name(name), {"CD": "CD1"} if parent_name(name) == "ILE" else {}))


def _slots(protein: Protein, residue: Residue) -> tuple[np.ndarray, np.ndarray, int] | None:
    name, renamed = plain_type(residue.name)
    if name not in INDEX:
        return None
    kind = INDEX[name]
    atoms, present = np.zeros((SLOTS, 3)), np.zeros(SLOTS, dtype=bool)
    for k in range(residue.start, residue.stop):
        atom = renamed.get(protein.atom_names[k], protein.atom_names[k])
        if atom in ATOMS[kind]:
            slot = ATOMS[kind].index(atom)
            atoms[slot], present[slot] = protein.positions[k], True
    return (atoms, present, kind) if present[[BACKBONE.index(atom) for atom in ("N", "CA", "C")]].all() else None


def _numbers(residues: list[Residue]) -> np.ndarray:
    """Author numbers; a residue with an insertion code, and what follows it in the chain, is moved up by one."""
    numbers, shift, chain = [], 0, None
    for residue in residues:
        shift = shift if residue.chain == chain else 0
        chain = residue.chain
        shift += bool(residue.insertion)
        numbers.append(residue.number + shift)
    return np.array(numbers, dtype=np.int64)
