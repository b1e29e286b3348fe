"""Axial stereo of bonds between two flat ends that do not turn past each other (atropisomers).

An end is an atom of a flat ring, or the nitrogen of an open amide or sulfonamide: biaryls, anilides, hydrazides.
Sulfur-nitrogen bonds turn with barriers below 20 kcal/mol and have no stereo here.

A marked axis carries RDKit's bond stereo. Its meaning hangs on atom numbers: the dihedral over the neighbors of lowest
index is negative for STEREOATROPCCW and positive for STEREOATROPCW.
"""

from __future__ import annotations

import math

from rdkit import Chem
from rdkit.Chem import rdMolTransforms

AXIAL_MARKS = {Chem.BondStereo.STEREOATROPCW: 1, Chem.BondStereo.STEREOATROPCCW: -1}
"""Sign of the dihedral of :func:`axis_torsion` that each mark asks for."""
_HINDERED, _HINDERED_SMALL_RING = 3, 4
"""Ortho substituents that keep two six-membered rings from turning (a barrier of about 25 kcal/mol and more: LaPlante
et al., J. Med. Chem. 2011, 54, 7005), and where one ring is smaller, so that they stand further apart."""
_TINY = frozenset((1, 9))
_FLAT = math.radians(15.0)
"""An axis nearer to planar than this has no sign that can be read off coordinates."""


def axis_torsion(bond: Chem.Bond) -> tuple[int, int, int, int]:
    """The atoms (a, b, c, d) over the axis b-c: a and d are the neighbors of lowest index at its ends."""
    begin, end = bond.GetBeginAtom(), bond.GetEndAtom()
    a = min(n.GetIdx() for n in begin.GetNeighbors() if n.GetIdx() != end.GetIdx())
    d = min(n.GetIdx() for n in end.GetNeighbors() if n.GetIdx() != begin.GetIdx())
    return a, begin.GetIdx(), end.GetIdx(), d


def hindered_axes(mol: Chem.Mol) -> list[Chem.Bond]:
    """Single bonds with axial stereo, marked or not, between flat rings or nitrogens of open amides and sulfonamides.

    Each end has two different sides. Of rings, three of the four ortho atoms carry more than hydrogen or fluorine (all
    four where a ring has five atoms). At a nitrogen that is no part of a ring, of an anilide or a hydrazide, a ring of
    six needs both, or one as large as a tert-butyl group (Curran et al., J. Am. Chem. Soc. 1994, 116, 3131).
    """
    bonds = [bond for bond in mol.GetBonds() if _may_be_axis(bond)]
    if not bonds:
        return []
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False))
    return [bond for bond in bonds if _is_hindered(bond, ranks)]


def mark_axes(mol: Chem.Mol) -> None:
    """Mark the hindered axes that have no mark as the first 3D conformer shows them; in place, no-op without one."""
    if not mol.GetNumConformers() or not mol.GetConformer().Is3D():
        return
    for bond in hindered_axes(mol):
        if bond.GetStereo() in AXIAL_MARKS:
            continue
        angle = rdMolTransforms.GetDihedralRad(mol.GetConformer(), *axis_torsion(bond))
        if abs(math.sin(angle)) > math.sin(_FLAT):
            bond.SetStereo(Chem.BondStereo.STEREOATROPCW if math.sin(angle) > 0 else Chem.BondStereo.STEREOATROPCCW)


def _may_be_axis(bond: Chem.Bond) -> bool:
    ends = bond.GetBeginAtom(), bond.GetEndAtom()
    return (
        bond.GetBondType() == Chem.BondType.SINGLE
        and not bond.IsInRing()
        and all(_is_in_flat_ring(end) or _is_acylated(end, other) for end, other in (ends, ends[::-1]))
    )


def _is_in_flat_ring(end: Chem.Atom) -> bool:
    return end.IsInRing() and end.GetDegree() == 3 and end.GetHybridization() == Chem.HybridizationType.SP2


def _is_acylated(end: Chem.Atom, other: Chem.Atom) -> bool:
    """Whether an end is the nitrogen of an open, fully substituted amide or sulfonamide, its acyl not the other end."""
    if end.GetAtomicNum() != 7 or end.IsInRing() or end.GetDegree() != 3 or end.GetFormalCharge():
        return False
    sides = [atom for atom in end.GetNeighbors() if atom.GetIdx() != other.GetIdx()]
    return all(atom.GetAtomicNum() != 1 for atom in sides) and any(map(_is_acyl, sides))


def _is_acyl(atom: Chem.Atom) -> bool:
    return any(bond.GetBondType() == Chem.BondType.DOUBLE and not bond.GetIsAromatic() for bond in atom.GetBonds())


def _is_hindered(bond: Chem.Bond, ranks: list[int]) -> bool:
    count, needed = 0, _HINDERED
    for end, other in ((bond.GetBeginAtom(), bond.GetEndAtom()), (bond.GetEndAtom(), bond.GetBeginAtom())):
        sides = [atom for atom in end.GetNeighbors() if atom.GetIdx() != other.GetIdx()]
        if ranks[sides[0].GetIdx()] == ranks[sides[1].GetIdx()]:
            return False
        if not end.IsInRing():
            count, needed = count + 2, _HINDERED_SMALL_RING
            continue
        ring = min((r for r in bond.GetOwningMol().GetRingInfo().AtomRings() if end.GetIdx() in r), key=len)
        if len(ring) < 6 and not other.IsInRing():
            return False
        needed = max(needed, _HINDERED if len(ring) > 5 else _HINDERED_SMALL_RING)
        bulky = not other.IsInRing() and any(_is_bulky(atom, set(ring)) for atom in sides)
        count += 2 if bulky else sum(_is_substituted(atom, set(ring)) for atom in sides)
    return count >= needed


def _is_substituted(atom: Chem.Atom, ring: set[int]) -> bool:
    """Whether an ortho atom carries more than hydrogen or fluorine, be it a fused ring."""
    outside = [n for n in atom.GetNeighbors() if n.GetIdx() not in ring]
    return atom.GetIdx() not in ring or any(n.GetAtomicNum() not in _TINY for n in outside)


def _is_bulky(atom: Chem.Atom, ring: set[int]) -> bool:
    """Whether an ortho atom carries iodine or an atom with three branches, as a tert-butyl group."""
    outside = [n for n in atom.GetNeighbors() if n.GetIdx() not in ring]
    return any(n.GetAtomicNum() == 53 or _branches(n) > 3 for n in outside)


def _branches(atom: Chem.Atom) -> int:
    return sum(neighbor.GetAtomicNum() not in _TINY for neighbor in atom.GetNeighbors())
