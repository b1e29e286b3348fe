"""Charges and hydrogens of the nitrogens of aromatic rings whose bonds are all written as aromatic.

Programs such as Open Babel mark every bond of a ring as aromatic and every nitrogen as N.ar, and leave it to the reader
which of them is of the pyrrole kind. One with three neighbors is, unless the ring then has no alternating single and
double bonds: that is a pyridinium.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from rdkit import Chem

from molgen.chem.formats.parsing import silent_rdkit

_MOST_CHANGES = 3
_MOST_TRIES = 500


def assign_aromatic_nitrogens(mol: Chem.Mol, *, implicit: bool) -> None:
    """Give aromatic nitrogens the fewest charges and hydrogens with which their rings can be drawn; changes `mol`.

    Rings for which nothing helps stay as they are.

    Args:
        mol: not sanitized; aromatic bonds are marked.
        implicit: hydrogens are missing, so that a nitrogen of two neighbors may be N-H; else it may be an anion.
    """
    with silent_rdkit():
        mol.UpdatePropertyCache(strict=False)
        Chem.FastFindRings(mol)
        for atoms in _ring_systems(mol):
            _settle(mol, atoms, implicit)
        mol.UpdatePropertyCache(strict=False)


def _ring_systems(mol: Chem.Mol) -> Iterator[set[int]]:
    """The atoms of each group of connected aromatic ring bonds."""
    bonds = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in mol.GetBonds() if _is_aromatic(bond)]
    while bonds:
        system = set(bonds[0])
        while joined := [bond for bond in bonds if system.intersection(bond)]:
            system.update(*joined)
            bonds = [bond for bond in bonds if bond not in joined]
        yield system


def _is_aromatic(bond: Chem.Bond) -> bool:
    return bond.GetBondType() == Chem.BondType.AROMATIC and bond.IsInRing()


def _settle(mol: Chem.Mol, atoms: set[int], implicit: bool) -> None:
    nitrogens = [mol.GetAtomWithIdx(index) for index in sorted(atoms) if mol.GetAtomWithIdx(index).GetSymbol() == "N"]
    nitrogens = [atom for atom in nitrogens if atom.GetDegree() in (2, 3)]
    drawn = [(atom.GetFormalCharge(), atom.GetNumExplicitHs()) for atom in nitrogens]
    nitrogens.sort(key=_reluctance_to_take if implicit else _reluctance_to_charge)
    for needed in (_is_aromatic_system, _can_be_drawn):
        for changed in _subsets(nitrogens):
            for atom in nitrogens:
                _set_state(atom, atom in changed, implicit)
            if needed(_alone(mol, atoms), atoms):
                return
    for atom, (charge, hydrogens) in zip(sorted(nitrogens, key=Chem.Atom.GetIdx), drawn, strict=True):
        atom.SetFormalCharge(charge)
        atom.SetNumExplicitHs(hydrogens)


def _is_oxide(nitrogen: Chem.Atom) -> bool:
    """An N-oxide, unless its ring cannot be drawn so: then a hydroxamate."""
    return any(end.GetSymbol() == "O" and end.GetDegree() == 1 for end in nitrogen.GetNeighbors())


def _reluctance_to_charge(atom: Chem.Atom) -> tuple[bool, int]:
    """Pyridinium and anions of azoles first."""
    return atom.IsInRingSize(6) != (atom.GetDegree() == 3), atom.GetIdx()


def _reluctance_to_take(atom: Chem.Atom) -> tuple[bool, bool, bool, int]:
    """A hydrogen goes to a lactam first, then to an azole; a cation comes last."""
    beside = any(_is_carbonyl(end) for end in atom.GetNeighbors())
    return atom.GetDegree() == 3, not beside, atom.IsInRingSize(6), atom.GetIdx()


def _is_carbonyl(carbon: Chem.Atom) -> bool:
    return any(
        bond.GetBondType() == Chem.BondType.DOUBLE and bond.GetOtherAtom(carbon).GetSymbol() in ("O", "S")
        for bond in carbon.GetBonds()
    )


def _subsets(nitrogens: Sequence[Chem.Atom]) -> Iterator[tuple[Chem.Atom, ...]]:
    tries = 0
    for size in range(min(_MOST_CHANGES, len(nitrogens)) + 1):
        for chosen in combinations(nitrogens, size):
            tries += 1
            if tries > _MOST_TRIES:
                return
            yield chosen


def _set_state(atom: Chem.Atom, changed: bool, implicit: bool) -> None:
    """Of two neighbors: pyridine-like, or N-H or an anion. Of three: pyrrole-like, or a cation; oxides reversed."""
    three = atom.GetDegree() == 3
    if three:
        atom.SetFormalCharge(int(changed != _is_oxide(atom)))
    else:
        atom.SetFormalCharge(-1 if changed and not implicit else 0)
    atom.SetNumExplicitHs(int(changed and not three and implicit))
    atom.SetNumRadicalElectrons(0)
    atom.SetNoImplicit(True)


def _alone(mol: Chem.Mol, atoms: set[int]) -> Chem.Mol:
    """A copy in which no other ring system is aromatic."""
    alone = Chem.RWMol(mol)
    for bond in alone.GetBonds():
        if bond.GetBondType() == Chem.BondType.AROMATIC and not {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()} <= atoms:
            bond.SetBondType(Chem.BondType.SINGLE)
            bond.SetIsAromatic(False)
    for atom in alone.GetAtoms():
        atom.SetIsAromatic(atom.GetIdx() in atoms)
    return alone


def _can_be_drawn(alone: Chem.Mol, atoms: set[int]) -> bool:
    """Whether the ring system has alternating single and double bonds."""
    try:
        alone.UpdatePropertyCache(strict=False)
        Chem.FastFindRings(alone)
        Chem.Kekulize(alone, clearAromaticFlags=True)
    except (ValueError, RuntimeError):  # RDKit's own exceptions are of these kinds
        return False
    return True


def _is_aromatic_system(alone: Chem.Mol, atoms: set[int]) -> bool:
    """Whether, drawn with such bonds, all of it is aromatic: RDKit's model agrees with the file."""
    if not _can_be_drawn(alone, atoms):
        return False
    Chem.SetAromaticity(alone)
    return all(alone.GetAtomWithIdx(index).GetIsAromatic() for index in atoms)
