"""Cumulated double bonds (allenes, butatrienes): their stereo is not supported, and that is said."""

from __future__ import annotations

from rdkit import Chem

from molgen.chem.formats.parsing import atom_name, shortened
from molgen.chem.molecules.stereo.lost_marks import LOST_MARK, is_cumulated


def cumulene_note(mol: Chem.Mol) -> str:
    """A line on the cumulenes whose two ends could be arranged in two ways; empty without such.

    RDKit keeps no stereo of them, so that conformers have either arrangement, whether the input has a mark or not.

    Args:
        mol: as it was parsed, with or without explicit hydrogens.
    """
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False))
    marked, open_ = [], []
    for chain in _chains(mol):
        if all(_has_two_sides(end, mol, ranks) for end in _ends(chain)):
            lost = any(mol.GetAtomWithIdx(atom).HasProp(LOST_MARK) for atom in chain)
            (marked if lost else open_).append("=".join(atom_name(mol.GetAtomWithIdx(atom)) for atom in chain))
    either = "conformers may have either, since the stereo of cumulenes is not supported"
    notes = [f"the stereo mark of {shortened(marked)} is not kept: {either}"] if marked else []
    notes += [f"stereo of {shortened(open_)} is not specified: {either}"] if open_ else []
    return "; ".join(notes)


def _chains(mol: Chem.Mol) -> list[list[int]]:
    """Atoms along every run of two and more double bonds between carbons, each run once."""
    inner = {atom.GetIdx() for atom in mol.GetAtoms() if is_cumulated(atom)}
    chains = []
    for start in mol.GetAtoms():
        if start.GetIdx() in inner or start.GetAtomicNum() != 6:
            continue
        for ahead in _double_partners(start):
            chain = [start.GetIdx(), ahead]
            while chain[-1] in inner:
                following = [k for k in _double_partners(mol.GetAtomWithIdx(chain[-1])) if k != chain[-2]]
                chain.append(following[0])
            ends_in_carbon = mol.GetAtomWithIdx(chain[-1]).GetAtomicNum() == 6
            if len(chain) > 2 and chain[0] < chain[-1] and ends_in_carbon:
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
