"""Which atoms of a ligand react with a residue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rdkit import Chem

from molgen.chem.covalent.reactions import REACTIONS, Reaction
from molgen.chem.formats.parsing import atom_name


@dataclass(frozen=True)
class Warhead:
    """A place of a molecule where a reaction can take place.

    Attributes:
        reaction: that takes place.
        atoms: of the molecule, those that the pattern names; the first one is bonded to the residue.
    """

    reaction: Reaction
    atoms: tuple[int, ...]

    @property
    def atom(self) -> int:
        """That is bonded to the residue."""
        return self.atoms[0]

    def text(self, mol: Chem.Mol) -> str:
        """`C12 (Michael acceptor, michael-addition)`."""
        return f"{atom_name(mol.GetAtomWithIdx(self.atom))} ({self.reaction.label}, {self.reaction.name})"


def warheads(mol: Chem.Mol, element: str, name: str | None = None) -> list[Warhead]:
    """The warheads of a molecule without hydrogens, one for each atom; equivalent atoms count once.

    Args:
        mol: the ligand before the reaction.
        element: symbol of the residue's atom.
        name: of the reaction; None for what is recognized without one.
    """
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False, includeChirality=False))
    known: dict[int, Warhead] = {}
    for reaction in _possible(element, name):
        for match in mol.GetSubstructMatches(_pattern(reaction, name is not None), uniquify=False):
            known.setdefault(ranks[match[0]], Warhead(reaction, match))
    return list(known.values())


def _possible(element: str, name: str | None) -> Sequence[Reaction]:
    return [reaction for reaction in REACTIONS if element in reaction.elements and name in (None, reaction.name)]


@cache
def _pattern(reaction: Reaction, is_named: bool) -> Chem.Mol:
    return Chem.MolFromSmarts((is_named and reaction.group) or reaction.warhead)
