"""The twenty amino acids in slots: which atoms they have, and which of them a chi angle turns.

Fourteen slots hold the heavy atoms of a residue: N, CA, C, O, CB, then the others in the order of the PDB. Chi angles
are those of IUPAC-IUB 1970; the fifth of arginine, which is planar, is none.
"""

from __future__ import annotations

import numpy as np

from molgen.chem.formats.residue_names import SIDE_CHAINS

BACKBONE = ("N", "CA", "C", "O")
SLOTS = 14
CHIS = 4

_MAIN_CHAIN = {
    "ARG": "CG CD NE CZ",
    "ASN": "CG OD1",
    "ASP": "CG OD1",
    "CYS": "SG",
    "GLN": "CG CD OE1",
    "GLU": "CG CD OE1",
    "HIS": "CG ND1",
    "ILE": "CG1 CD1",
    "LEU": "CG CD1",
    "LYS": "CG CD CE NZ",
    "MET": "CG SD CE",
    "PHE": "CG CD1",
    "PRO": "CG CD",
    "SER": "OG",
    "THR": "OG1",
    "TRP": "CG CD1",
    "TYR": "CG CD1",
    "VAL": "CG1",
}
_DEPTHS = "ABGDEZH"

NAMES = tuple(name for name in SIDE_CHAINS if name not in ("MSE", "SEC"))
"""Three-letter names; their order numbers the residue types."""

INDEX = {name: k for k, name in enumerate(NAMES)}
RENAMED = {"MSE": ("MET", {"SE": "SD"}), "SEC": ("CYS", {"SE": "SG"})}
"""Residues that stand for another one, and their atoms that are named otherwise."""

ATOMS = tuple((*BACKBONE, *SIDE_CHAINS[name].split()) for name in NAMES)
"""Atom names of every type, in slots."""

HAS_ATOM = np.array([[slot < len(atoms) for slot in range(SLOTS)] for atoms in ATOMS])
"""bool [20, 14]."""

ELEMENTS = np.array([[{"C": 6, "N": 7, "O": 8, "S": 16}[atom[0]] for atom in atoms] + [0] * (SLOTS - len(atoms))
                     for atoms in ATOMS], dtype=np.int16)  # fmt: skip
"""Atomic numbers, int16 [20, 14]; 0 where there is no atom."""


def _chi_atoms(name: str) -> list[list[int]]:
    chain = ["N", "CA", "CB", *_MAIN_CHAIN.get(name, "").split()]
    slots = [ATOMS[INDEX[name]].index(atom) for atom in chain] if name in _MAIN_CHAIN else []
    rows = [slots[k : k + 4] for k in range(len(slots) - 3)]
    return rows + [[0, 0, 0, 0]] * (CHIS - len(rows))


def _moved(name: str) -> list[list[bool]]:
    """The second atom of the axis, which stays where it is, and the atoms farther out."""
    atoms = ATOMS[INDEX[name]]
    depths = [_DEPTHS.index(atom[1]) if len(atom) > 1 else -1 for atom in atoms] + [-1] * (SLOTS - len(atoms))
    return [
        [row[2] > 0 and (depth > depths[row[2]] or slot == row[2]) for slot, depth in enumerate(depths)]
        for row in _chi_atoms(name)
    ]


CHI_ATOMS = np.array([_chi_atoms(name) for name in NAMES], dtype=np.int64)
"""Slots of the four atoms of every chi angle, int64 [20, 4, 4]; zeros where there is none."""

MOVED = np.array([_moved(name) for name in NAMES])
"""Atoms that a chi angle turns, bool [20, 4, 14]."""

HAS_CHI = np.asarray(MOVED.any(-1))
"""bool [20, 4]."""

SYMMETRIC = np.zeros((len(NAMES), CHIS), dtype=bool)
"""Chi angles that are the same after half a turn, bool [20, 4]: of Asp, Glu, Phe and Tyr."""
for _name, _chi in (("ASP", 1), ("GLU", 2), ("PHE", 1), ("TYR", 1)):
    SYMMETRIC[INDEX[_name], _chi] = True
