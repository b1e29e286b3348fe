"""Cumulated double bonds (allenes, butatrienes): their geometry, and that their stereo is not supported."""

from __future__ import annotations

import numpy as np
from rdkit import Chem

from molgen.chem.formats.parsing import atom_name, shortened
from molgen.chem.molecules.stereo.lost_marks import LOST_MARK, is_cumulated

_BARRIER, _NITROGEN_BARRIER = 30.0, 8.0
"""kcal/mol against turning one end against the other: butatriene has 30, allene 46, carbodiimide 8."""


def cumulene_note(mol: Chem.Mol) -> str:
    """A line on the cumulenes whose two ends could be arranged in two ways; empty without such.

    RDKit keeps no stereo of them, so that conformers have either arrangement, whether the input has a mark or not.

    Args:
        mol: as it was parsed, with or without explicit hydrogens.
    """
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False))
    marked, open_ = [], []
    for chain in _chains(mol):
        between_carbons = all(mol.GetAtomWithIdx(end).GetAtomicNum() == 6 for end, _ in _ends(chain))
        if between_carbons and all(_has_two_sides(end, mol, ranks) for end in _ends(chain)):
            lost = any(mol.GetAtomWithIdx(atom).HasProp(LOST_MARK) for atom in chain)
            (marked if lost else open_).append("=".join(atom_name(mol.GetAtomWithIdx(atom)) for atom in chain))
    either = "conformers may have either, since the stereo of cumulenes is not supported"
    notes = [f"the stereo mark of {shortened(marked)} is not kept: {either}"] if marked else []
    notes += [f"stereo of {shortened(open_)} is not specified: {either}"] if open_ else []
    return "; ".join(notes)


def cumulene_torsions(mol: Chem.Mol) -> tuple[np.ndarray, np.ndarray]:
    """Torsions that keep the ends of cumulenes perpendicular, or planar with an odd number of double bonds.

    MMFF94 has no torsional term over straight atoms, so that its minima have the ends at any angle.

    Args:
        mol: with explicit hydrogens.

    Returns:
        int64 [t, 4], a substituent of one end, both ends, a substituent of the other, and [t, 3], V1, V2 and V3 of
        MMFF94's torsional term, kcal/mol.
    """
    torsions, barriers = [], []
    for chain in _chains(mol):
        (first, _), (last, _) = _ends(chain)
        sides = [
            [n.GetIdx() for n in mol.GetAtomWithIdx(end).GetNeighbors() if n.GetIdx() not in chain]
            for end in (first, last)
        ]
        quadruples = [(begin, first, last, other) for begin in sides[0] for other in sides[1] if begin != other]
        carbon = all(mol.GetAtomWithIdx(end).GetAtomicNum() == 6 for end in (first, last))
        height = (_BARRIER if carbon else _NITROGEN_BARRIER) / max(1, len(quadruples))
        torsions += quadruples
        barriers += [(0.0, height if len(chain) % 2 == 0 else -height, 0.0)] * len(quadruples)
    return np.array(torsions, dtype=np.int64).reshape(-1, 4), np.array(barriers, dtype=np.float64).reshape(-1, 3)


def _chains(mol: Chem.Mol) -> list[list[int]]:
    """Atoms along every run of two and more double bonds over carbons, each run once; the ends are C or N."""
    inner = {atom.GetIdx() for atom in mol.GetAtoms() if is_cumulated(atom)}
    chains = []
    for start in mol.GetAtoms():
        if start.GetIdx() in inner or start.GetAtomicNum() not in (6, 7):
            continue
        for ahead in _double_partners(start):
            chain = [start.GetIdx(), ahead]
            while chain[-1] in inner:
                following = [k for k in _double_partners(mol.GetAtomWithIdx(chain[-1])) if k != chain[-2]]
                chain.append(following[0])
            if len(chain) > 2 and chain[0] < chain[-1] and mol.GetAtomWithIdx(chain[-1]).GetAtomicNum() in (6, 7):
                chains.append(chain)
    return chains


def _ends(chain: list[int]) -> tuple[tuple[int, int], tuple[int, int]]:
    return (chain[0], chain[1]), (chain[-1], chain[-2])


def _has_two_sides(end: tuple[int, int], mol: Chem.Mol, ranks: list[int]) -> bool:
    """Whether the two substituents of an end atom (the second index leads along the chain) differ."""
    atom = mol.GetAtomWithIdx(end[0])
    others = [n for n in atom.GetNeighbors() if n.GetIdx() != end[1] and n.GetAtomicNum() != 1]
    return len(others) == 1 or (len(others) == 2 and ranks[others[0].GetIdx()] != ranks[others[1].GetIdx()])


def _double_partners(atom: Chem.Atom) -> list[int]:
    return [b.GetOtherAtomIdx(atom.GetIdx()) for b in atom.GetBonds() if b.GetBondType() == Chem.BondType.DOUBLE]
