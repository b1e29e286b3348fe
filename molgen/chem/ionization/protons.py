"""Adding and removing protons, with hydrogens, stereo and coordinates kept in order."""

from __future__ import annotations

from collections.abc import Mapping

from rdkit import Chem


def with_charges(mol: Chem.Mol, target: Mapping[int, int]) -> Chem.Mol:
    """A copy of `mol` with the formal charges of `target` (index -> charge), made by adding and removing protons.

    Where hydrogens are explicit, the new ones are too, at the end and with coordinates. A carbon that loses a proton
    beside C=O becomes part of an enolate.
    """
    edited = Chem.RWMol(mol)
    explicit = any(atom.GetAtomicNum() == 1 for atom in edited.GetAtoms())
    leaving: list[int] = []
    changed: list[int] = []
    for index, charge in target.items():
        atom = edited.GetAtomWithIdx(index)
        if charge != atom.GetFormalCharge():
            leaving += _charge(atom, charge)
            changed.append(index)
    if not changed:
        return Chem.Mol(mol)
    edited.UpdatePropertyCache(strict=False)
    result = Chem.RWMol(Chem.AddHs(edited, addCoords=True, onlyOnAtoms=changed) if explicit else edited)
    for index in changed:
        _as_enolate(result.GetAtomWithIdx(index))
    for index in sorted(leaving, reverse=True):
        result.RemoveAtom(index)
    final = result.GetMol()
    Chem.SanitizeMol(final)
    Chem.AssignStereochemistry(final, cleanIt=True, force=True)
    return final


def _charge(atom: Chem.Atom, charge: int) -> list[int]:
    """Give an atom a charge and the hydrogens that go with it; indices of the explicit ones that have to leave."""
    change = charge - atom.GetFormalCharge()
    bound = [end.GetIdx() for end in atom.GetNeighbors() if end.GetAtomicNum() == 1]
    leaving = bound[len(bound) + change :] if change < 0 else []
    for hydrogen in leaving:
        _drop_from_chirality(atom, hydrogen)
    implicit = atom.GetTotalNumHs() + change + len(leaving)
    atom.SetFormalCharge(charge)
    atom.SetNumExplicitHs(implicit)
    atom.SetNoImplicit(True)
    return leaving


def _drop_from_chirality(atom: Chem.Atom, hydrogen: int) -> None:
    """Keep the handedness of an atom that loses a hydrogen: its tag is about the order of its bonds."""
    ends = [bond.GetOtherAtomIdx(atom.GetIdx()) for bond in atom.GetBonds()]
    if (len(ends) - 1 - ends.index(hydrogen)) % 2:
        atom.InvertChirality()


def _as_enolate(carbon: Chem.Atom) -> None:
    """Draw the charge of a carbanion beside a carbonyl group on oxygen: in its ring and of a ketone, if it can be."""
    if carbon.GetAtomicNum() != 6 or carbon.GetFormalCharge() != -1:
        return
    for bond in sorted(carbon.GetBonds(), key=lambda bond: (not bond.IsInRing(), not _is_ketone(bond, carbon))):
        carbonyl = bond.GetOtherAtom(carbon)
        oxygens = [
            double
            for double in carbonyl.GetBonds()
            if double.GetBondType() == Chem.BondType.DOUBLE and double.GetOtherAtom(carbonyl).GetSymbol() == "O"
        ]
        if oxygens and not carbonyl.GetIsAromatic():
            bond.SetBondType(Chem.BondType.DOUBLE)
            oxygens[0].SetBondType(Chem.BondType.SINGLE)
            oxygens[0].GetOtherAtom(carbonyl).SetFormalCharge(-1)
            carbon.SetFormalCharge(0)
            return


def _is_ketone(bond: Chem.Bond, carbon: Chem.Atom) -> bool:
    ends = bond.GetOtherAtom(carbon).GetNeighbors()
    return all(end.GetAtomicNum() == 6 or end.GetDegree() == 1 for end in ends)
