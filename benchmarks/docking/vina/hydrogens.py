"""Which N and O of a receptor carry a hydrogen, and where it is.

Acids are deprotonated, bases protonated, termini charged. Histidine is neutral: N-H at NE2, but at ND1 where NE2 binds
a metal, or where the protein offers ND1 more acceptors than NE2 (within 3.3 A, donors count against). Other groups
(cofactors, modified residues) are typed by geometry: bond lengths and angles tell where hydrogen atoms are.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.docking.vina.atoms import HeavyAtoms, Residue

AMINO_ACIDS = frozenset(
    (
        *("ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU", "GLY", "HIS", "ILE", "LEU"),
        *("LYS", "MET", "PHE", "PRO", "SER", "THR", "TRP", "TYR", "VAL", "MSE"),
    )
)
SIDE_CHAIN_DONORS = {
    "ARG": ("NE", "NH1", "NH2"),
    "ASN": ("ND2",),
    "GLN": ("NE2",),
    "LYS": ("NZ",),
    "SER": ("OG",),
    "THR": ("OG1",),
    "TRP": ("NE1",),
    "TYR": ("OH",),
}
HISTIDINE = ("ND1", "NE2")
METAL_BOND = 2.6  # Angstrom
HBOND = 3.3  # Angstrom between heavy atoms
SHORT_C_O = 1.30  # Angstrom, shorter is C=O or a carboxylate
TRIPLE_C_N = 1.20
SHORT_C_N = 1.42  # shorter is conjugated
WIDE, WIDE_IN_FIVE_RING = 119.5, 106.5  # degrees at a conjugated nitrogen with two neighbors and a hydrogen
HYDROGEN_BOND_LENGTH = 1.0  # Angstrom from N or O


def donors_and_acceptors(atoms: HeavyAtoms) -> list[tuple[int, bool, bool]]:
    """Index, carries hydrogen, accepts hydrogen bonds, of every N and O."""
    histidine_donors = _histidine_donors(atoms)
    found = []
    for index in np.flatnonzero(np.isin(atoms.elements, (7, 8))).tolist():
        is_oxygen = bool(atoms.elements[index] == 8)
        residue, name = atoms.residues[index], atoms.names[index]
        if residue[0] == "HIS" and name in HISTIDINE:
            donor = (residue, name) in histidine_donors
            acceptor = not donor
        elif residue[0] in AMINO_ACIDS:
            donor = name in SIDE_CHAIN_DONORS.get(residue[0], ()) or (name == "N" and _has_amide_hydrogen(atoms, index))
            acceptor = is_oxygen
        elif is_oxygen:
            donor, acceptor = _is_hydroxyl(atoms, index), True
        else:
            donor, acceptor = _nitrogen_by_geometry(atoms, index)
        found.append((index, donor and not _binds_metal(atoms, index), acceptor))
    return found


def hydrogen_position(atoms: HeavyAtoms, index: int) -> NDArray[np.float64]:
    """A place for one hydrogen of a donor: away from its neighbors and, where it can turn, from all other atoms."""
    center = atoms.positions[index]
    arms = [_unit(atoms.positions[other] - center) for other in atoms.neighbors(index)]
    if len(arms) == 1:
        directions = _cone(arms[0])
    elif arms and np.linalg.norm(np.sum(arms, axis=0)) > 0.1:
        directions = -_unit(np.sum(arms, axis=0))[None]
    else:
        directions = np.concatenate([np.eye(3), -np.eye(3)])
    candidates = center + HYDROGEN_BOND_LENGTH * directions
    near = [other for other in atoms.tree.query_ball_point(center, 5.0) if other != index]
    if not near:
        return candidates[0]
    room = np.linalg.norm(candidates[:, None] - atoms.positions[near], axis=2).min(axis=1)
    return candidates[int(room.argmax())]


def _has_amide_hydrogen(atoms: HeavyAtoms, index: int) -> bool:
    """Backbone N, unless it is that of a proline inside a chain."""
    return len(atoms.neighbors(index)) < 3


def _is_hydroxyl(atoms: HeavyAtoms, index: int) -> bool:
    others = atoms.neighbors(index)
    if len(others) != 1 or atoms.elements[others[0]] != 6:
        return False  # ethers, phosphates, sulfates, N-oxides
    return bool(np.linalg.norm(atoms.positions[index] - atoms.positions[others[0]]) > SHORT_C_O)


def _nitrogen_by_geometry(atoms: HeavyAtoms, index: int) -> tuple[bool, bool]:
    """Whether a nitrogen carries hydrogen, and whether it accepts: never both.

    Single bonds on both sides make an amine. Ring N-H opens the angle at N: pyrrole 110 degrees and imidazole N 105,
    lactam 124 and pyridine 117.
    """
    arms = [atoms.positions[other] - atoms.positions[index] for other in atoms.neighbors(index)]
    if len(arms) == 2:
        degrees = np.degrees(np.arccos(np.clip(_unit(arms[0]) @ _unit(arms[1]), -1.0, 1.0)))
        is_amine = min(np.linalg.norm(arm) for arm in arms) > SHORT_C_N
        donor = bool(is_amine or degrees > (WIDE_IN_FIVE_RING if _in_five_ring(atoms, index) else WIDE))
        return donor, not donor
    if len(arms) == 1:
        donor = bool(np.linalg.norm(arms[0]) > TRIPLE_C_N)
        return donor, not donor
    return not arms, False


def _in_five_ring(atoms: HeavyAtoms, index: int) -> bool:
    """The two neighbors of an atom are also joined by two further atoms."""
    first, second = atoms.neighbors(index)
    ends = set(atoms.neighbors(second)) - {index}
    return any(ends & set(atoms.neighbors(middle)) - {first} for middle in atoms.neighbors(first) if middle != index)


def _binds_metal(atoms: HeavyAtoms, index: int) -> bool:
    near = atoms.tree.query_ball_point(atoms.positions[index], METAL_BOND)
    return bool(atoms.is_metal[near].any())


def _histidine_donors(atoms: HeavyAtoms) -> set[tuple[Residue, str]]:
    """(residue, atom name) of the nitrogen of each histidine that carries the hydrogen."""
    rings: dict[Residue, dict[str, int]] = {}
    for index, (residue, name) in enumerate(zip(atoms.residues, atoms.names, strict=True)):
        if residue[0] == "HIS" and name in HISTIDINE:
            rings.setdefault(residue, {})[name] = index
    return {(residue, _donor_name(atoms, ring)) for residue, ring in rings.items()}


def _donor_name(atoms: HeavyAtoms, ring: dict[str, int]) -> str:
    if len(ring) == 1:
        return next(iter(ring))
    bound = {name: _binds_metal(atoms, index) for name, index in ring.items()}
    if bound["ND1"] != bound["NE2"]:
        return "NE2" if bound["ND1"] else "ND1"
    balance = {name: _partner_balance(atoms, index) for name, index in ring.items()}
    return "ND1" if balance["ND1"] > balance["NE2"] else "NE2"


def _partner_balance(atoms: HeavyAtoms, index: int) -> int:
    """Atoms of other residues near a nitrogen that only accept, minus those that only donate."""
    balance = 0
    for other in atoms.tree.query_ball_point(atoms.positions[index], HBOND):
        name, residue = atoms.names[other], atoms.residues[other]
        if residue == atoms.residues[index] or atoms.elements[other] not in (7, 8):
            continue
        if residue[0] == "HIS" and name in HISTIDINE:
            continue
        gives = name == "N" or name in SIDE_CHAIN_DONORS.get(residue[0], ())
        if atoms.elements[other] == 7:
            balance -= gives
        elif not gives:
            balance += 1
    return balance


def _cone(arm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Twelve directions at the tetrahedral angle to the bond towards the only neighbor."""
    side = _unit(np.cross(arm, np.eye(3)[int(np.abs(arm).argmin())]))
    turns = np.radians(np.arange(0.0, 360.0, 30.0))[:, None]
    around = np.cos(turns) * side + np.sin(turns) * np.cross(arm, side)
    return -arm * np.cos(np.radians(70.5)) + around * np.sin(np.radians(70.5))


def _unit(vector: NDArray[Any]) -> NDArray[np.float64]:
    return vector / np.linalg.norm(vector)
