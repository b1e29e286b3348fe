"""Which bonds turn: the rules that define the torsional degrees of freedom of a molecule.

A torsion axis is a single bond outside rings between two heavy atoms that each carry another heavy atom. Five rules
refine it:

1. Straight chains (nitriles, alkynes): sp atoms have no dihedral of their own. The bonds along such a chain form one
   axis between its two bent ends; a chain that ends straight (a nitrile, a terminal alkyne) is no axis.
2. Secondary amides, thioamides and alike (N-H with C=O) keep the state of the template, which is trans unless a ring
   forbids it. Tertiary ones turn, since cis and trans are both populated, unless both substituents of N are the same.
3. Symmetric threefold rotors (CF3, CCl3, tert-butyl, SO3, PO3: a tetrahedral end with three equal terminal atoms)
   keep the staggered state of the template: turning them yields the same heavy-atom conformer.
4. Rotors that move hydrogens only (OH, NH2, CH3) are no axes; hydrogens ride on the heavy atoms.
5. A bond with axial stereo (an atropisomer) keeps the state of the template, which has the stereo that is asked for.
"""

from __future__ import annotations

import numpy as np
from rdkit import Chem

from molgen.chem.molecules.stereo.axes import AXIAL_MARKS

_FROZEN_AMIDE = Chem.MolFromSmarts("[CX3](=[O,S])-[NX3;H1,H2;!$(N-[!#6;!#1])]")
_SYMMETRIC_AMIDE = Chem.MolFromSmarts("[CX3](=[O,S])-[NX3;H0;!$(N-[!#6;!#1])]")


def rotatable_torsions(mol: Chem.Mol) -> list[tuple[int, int, int, int]]:
    """The torsions (a, b, c, d) of a molecule whose atoms are all heavy.

    The c side is the smaller one (ties: the side without the lowest atom index), so that turning moves few atoms.
    """
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False, includeChirality=False))
    axes = {_axis(mol, bond, ranks) for bond in mol.GetBonds()} - {None}
    frozen = _frozen_amide_bonds(mol, ranks)
    torsions = []
    for b, c in sorted(axes):  # type: ignore[arg-type]
        if frozenset((b, c)) in frozen:
            continue
        moving, still = side_of(mol, b, c), side_of(mol, c, b)
        if (moving.sum(), still.argmax()) > (still.sum(), moving.argmax()):
            b, c = c, b
        torsions.append((_reference(mol, b, c, ranks), b, c, _reference(mol, c, b, ranks)))
    return torsions


def side_of(mol: Chem.Mol, b: int, c: int) -> np.ndarray:
    """bool [n]: the atoms reached from c without going towards b (b, c may be the ends of a straight chain)."""
    first_on_chain = Chem.GetShortestPath(mol, c, b)[1]
    seen = {c}
    stack = [c]
    while stack:
        atom = stack.pop()
        for other in mol.GetAtomWithIdx(atom).GetNeighbors():
            index = other.GetIdx()
            if index in seen or (atom == c and index == first_on_chain):
                continue
            seen.add(index)
            stack.append(index)
    moving = np.zeros(mol.GetNumAtoms(), dtype=bool)
    moving[sorted(seen)] = True
    return moving


def four_atom_paths(mol: Chem.Mol, torsions: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int, int]]:
    """All (a', b, c, d', torsion index) over the axes of ``torsions``."""
    paths = []
    for index, (_, b, c, _) in enumerate(torsions):
        paths += [(a, b, c, d, index) for a in _branches(mol, b, c) for d in _branches(mol, c, b)]
    return paths


def _branches(mol: Chem.Mol, atom: int, towards: int) -> list[int]:
    chain = Chem.GetShortestPath(mol, atom, towards)[1]
    return [n.GetIdx() for n in mol.GetAtomWithIdx(atom).GetNeighbors() if n.GetIdx() != chain]


def _reference(mol: Chem.Mol, atom: int, towards: int, ranks: list[int]) -> int:
    return max(_branches(mol, atom, towards), key=lambda index: (ranks[index], -index))


def _is_straight(atom: Chem.Atom) -> bool:
    return atom.GetHybridization() == Chem.HybridizationType.SP and atom.GetDegree() == 2


def _axis(mol: Chem.Mol, bond: Chem.Bond, ranks: list[int]) -> tuple[int, int] | None:
    if bond.GetBondType() != Chem.BondType.SINGLE or bond.IsInRing() or bond.GetStereo() in AXIAL_MARKS:
        return None
    ends = []
    for atom, other in ((bond.GetBeginAtom(), bond.GetEndAtom()), (bond.GetEndAtom(), bond.GetBeginAtom())):
        previous = other
        while _is_straight(atom):
            ahead = next(n for n in atom.GetNeighbors() if n.GetIdx() != previous.GetIdx())
            if mol.GetBondBetweenAtoms(atom.GetIdx(), ahead.GetIdx()).IsInRing():
                return None
            previous, atom = atom, ahead
        ends.append((atom, previous))
    for atom, towards in ends:
        others = [n for n in atom.GetNeighbors() if n.GetIdx() != towards.GetIdx()]
        if not others or _is_threefold(atom, others, ranks):
            return None
    first, second = sorted(atom.GetIdx() for atom, _ in ends)
    return first, second


def _is_threefold(atom: Chem.Atom, others: list[Chem.Atom], ranks: list[int]) -> bool:
    if len(others) != 3 or any(n.GetDegree() != 1 for n in others):
        return False
    return len({ranks[n.GetIdx()] for n in others}) == 1 or (
        atom.GetSymbol() in ("S", "P") and {n.GetSymbol() for n in others} == {"O"}
    )


def _frozen_amide_bonds(mol: Chem.Mol, ranks: list[int]) -> set[frozenset[int]]:
    frozen = {frozenset((c, n)) for c, _, n in mol.GetSubstructMatches(_FROZEN_AMIDE)}
    for c, _, n in mol.GetSubstructMatches(_SYMMETRIC_AMIDE):
        others = [ranks[a] for a in _branches(mol, n, c)]
        if len(others) == 2 and others[0] == others[1]:
            frozen.add(frozenset((c, n)))
    return frozen
