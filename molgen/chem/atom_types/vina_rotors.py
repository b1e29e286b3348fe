"""The number of rotatable bonds that the Vina energy is scaled with; it differs from the torsions that are searched."""

from __future__ import annotations

from functools import cache

from rdkit import Chem


def vina_rotors(mol: Chem.Mol) -> float:
    """Rotatable bonds as AutoDock Vina counts them in a ligand that Meeko prepared.

    Single bonds outside rings turn, except amides and amidines (tertiary ones with two different substituents turn),
    bonds next to a triple bond (the chain turns as one), and bonds to an end without polar hydrogens (methyl, halogen).
    An end with one heavy neighbor (a hydroxyl, an amine) counts half, the others one. Rings are rigid, macrocycles
    too.

    Source: `atom_rotors` and `num_tors_div` of Vina 1.2; the default flexibility of Meeko 0.8.
    """
    frozen = _frozen(mol)
    total = float(len(_alkynes(mol)))
    for bond in mol.GetBonds():
        ends = (bond.GetBeginAtom(), bond.GetEndAtom())
        if bond.GetBondType() != Chem.BondType.SINGLE or bond.IsInRing():
            continue
        if any(atom.GetAtomicNum() == 1 for atom in ends) or frozenset(a.GetIdx() for a in ends) in frozen:
            continue
        heavy = [sum(other.GetAtomicNum() > 1 for other in atom.GetNeighbors()) for atom in ends]
        if all(count > 1 or _turns_hydrogens(atom) for count, atom in zip(heavy, ends, strict=True)):
            total += 0.5 * sum(count > 1 for count in heavy)
    return total


def _turns_hydrogens(atom: Chem.Atom) -> bool:
    return atom.GetAtomicNum() in (7, 8, 16) and atom.GetTotalNumHs(includeNeighbors=True) > 0


def _alkynes(mol: Chem.Mol) -> set[frozenset[int]]:
    """Triple bonds between two substituents: the straight chain turns as one bond."""
    found = mol.GetSubstructMatches(_patterns()[2])
    return {frozenset(match[1:3]) for match in found if not mol.GetBondBetweenAtoms(*match[1:3]).IsInRing()}


def _frozen(mol: Chem.Mol) -> set[frozenset[int]]:
    amide, tertiary, triple, end = _patterns()
    bonds = {frozenset(match[:2]) for match in mol.GetSubstructMatches(amide)}
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False))
    for nitrogen, first, second, carbon, _ in mol.GetSubstructMatches(tertiary):
        if ranks[first] != ranks[second]:
            bonds.discard(frozenset((nitrogen, carbon)))
    for first, second, third, fourth in mol.GetSubstructMatches(triple):
        bonds |= {frozenset((first, second)), frozenset((third, fourth))}
    return bonds | {frozenset(match[:2]) for match in mol.GetSubstructMatches(end)}


@cache
def _patterns() -> tuple[Chem.Mol, ...]:
    smarts = (
        "[NX3]-[CX3]=[O,N,S]",
        "[NX3]([!#1])([!#1])-[CX3]=[O,N,S]",
        "[!#1]-[*]#[*]-[!#1]",
        "[*]-[*]#[D1,$(*-[#1])]",
    )
    return tuple(Chem.MolFromSmarts(text) for text in smarts)
