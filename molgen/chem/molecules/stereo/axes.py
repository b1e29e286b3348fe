"""Axial stereo of bonds between two rings that do not turn past each other (atropisomers).

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
    """Single bonds between two flat rings with axial stereo, marked or not.

    Each end has two different ortho sides, and three of the four ortho atoms carry more than hydrogen or fluorine (all
    four where a ring has five atoms).
    """
    bonds = [bond for bond in mol.GetBonds() if _joins_flat_rings(bond)]
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


def _joins_flat_rings(bond: Chem.Bond) -> bool:
    ends = bond.GetBeginAtom(), bond.GetEndAtom()
    return (
        bond.GetBondType() == Chem.BondType.SINGLE
        and not bond.IsInRing()
        and all(
            end.IsInRing() and end.GetDegree() == 3 and end.GetHybridization() == Chem.HybridizationType.SP2
            for end in ends
        )
    )


def _is_hindered(bond: Chem.Bond, ranks: list[int]) -> bool:
    count, needed = 0, _HINDERED
    for end, other in ((bond.GetBeginAtom(), bond.GetEndAtom()), (bond.GetEndAtom(), bond.GetBeginAtom())):
        ortho = [atom for atom in end.GetNeighbors() if atom.GetIdx() != other.GetIdx()]
        if ranks[ortho[0].GetIdx()] == ranks[ortho[1].GetIdx()]:
            return False
        ring = min((r for r in bond.GetOwningMol().GetRingInfo().AtomRings() if end.GetIdx() in r), key=len)
        needed = max(needed, _HINDERED if len(ring) > 5 else _HINDERED_SMALL_RING)
        count += sum(_is_substituted(atom, set(ring)) for atom in ortho)
    return count >= needed


def _is_substituted(atom: Chem.Atom, ring: set[int]) -> bool:
    """Whether an ortho atom carries more than hydrogen or fluorine, be it a fused ring."""
    outside = [n for n in atom.GetNeighbors() if n.GetIdx() not in ring]
    return atom.GetIdx() not in ring or any(n.GetAtomicNum() not in _TINY for n in outside)
