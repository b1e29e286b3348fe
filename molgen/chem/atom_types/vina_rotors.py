"""The rotatable bonds that the Vina energy is scaled with; they differ from the torsions that are searched."""

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
    ends = ((_heavy_degree(bond.GetBeginAtom()), _heavy_degree(bond.GetEndAtom())) for bond in _turning_bonds(mol))
    return len(_alkynes(mol)) + sum(0.5 * sum(count > 1 for count in counts) for counts in ends)


def torsion_bonds(mol: Chem.Mol) -> list[tuple[int, int]]:
    """The bonds that turn, as pairs of atoms: those of :func:`vina_rotors`, also where they turn hydrogens only.

    Of the straight chain about a triple bond it is the bond at one end, if both ends have something to turn.
    """
    bonds = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in _turning_bonds(mol)]
    for first, second, third, fourth in mol.GetSubstructMatches(_patterns()[2]):
        is_chain = not mol.GetBondBetweenAtoms(second, third).IsInRing()
        if is_chain and all(_heavy_degree(mol.GetAtomWithIdx(end)) > 1 for end in (first, fourth)):
            bonds.append((first, second))
    return bonds


def _turning_bonds(mol: Chem.Mol) -> list[Chem.Bond]:
    frozen = _frozen(mol)
    turning = []
    for bond in mol.GetBonds():
        ends = (bond.GetBeginAtom(), bond.GetEndAtom())
        if bond.GetBondType() != Chem.BondType.SINGLE or bond.IsInRing():
            continue
        if any(atom.GetAtomicNum() == 1 for atom in ends) or frozenset(a.GetIdx() for a in ends) in frozen:
            continue
        if all(_heavy_degree(atom) > 1 or _turns_hydrogens(atom) for atom in ends):
            turning.append(bond)
    return turning


def _heavy_degree(atom: Chem.Atom) -> int:
    return sum(other.GetAtomicNum() > 1 for other in atom.GetNeighbors())


def _turns_hydrogens(atom: Chem.Atom) -> bool:
    return atom.GetAtomicNum() in (7, 8, 16) and atom.GetTotalNumHs(includeNeighbors=True) > 0


def _alkynes(mol: Chem.Mol) -> set[frozenset[int]]:
    """Triple bonds between two substituents: the straight chain turns as one bond."""
    matches = mol.GetSubstructMatches(_patterns()[2])
    return {frozenset(match[1:3]) for match in matches if not mol.GetBondBetweenAtoms(*match[1:3]).IsInRing()}


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
