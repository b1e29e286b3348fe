"""The interacting groups of a ligand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from rdkit import Chem

from molgen.chem.atom_types.interaction_types import ligand_types
from molgen.metrics.interactions.groups.hydrogens import bond_length
from molgen.metrics.interactions.groups.records import Donor, Groups, ring_of, unit

_HALOGEN_BONDING = (17, 35, 53)
# oxygens whose lone pairs are conjugated accept no hydrogen bond: of esters, of aromatic rings and ethers between two
# such, of nitro groups' partners (as in ProLIF)
_BOUND_OXYGEN = "[$([OX2](C)C=O),$(O(~a)~a),$(O=N-*),$([O-]-N=O),o]"
_CATION = "[+;!$([+]~[-])]"
_ANION = "[-;!$([-]~[+])]"
_SHARED_CATION = "[+;!$([+]~[-])]=,:[#6]-,:[#7;X3;+0]"
_SHARED_ANION = "[-;!$([-]~[+])]-[C,S,P]=[O,S]"


@dataclass(frozen=True)
class LigandPattern:
    """What does not change from pose to pose: `groups` lacks all that has coordinates.

    Attributes:
        mol: with explicit hydrogens.
        groups: without positions, donors and ring planes.
        donors: atom -> indices of its hydrogens.
        rings: atoms of each aromatic ring.
    """

    mol: Chem.Mol
    groups: Groups
    donors: dict[int, tuple[int, ...]]
    rings: tuple[tuple[int, ...], ...]

    def at(self, positions: np.ndarray) -> Groups:
        """The groups of a pose [atoms, 3], Angstrom."""
        return replace(
            self.groups,
            positions=positions,
            donors=[self._donor(atom, hydrogens, positions) for atom, hydrogens in self.donors.items()],
            rings=[ring_of(ring, positions) for ring in self.rings],
        )

    def _donor(self, atom: int, hydrogens: tuple[int, ...], positions: np.ndarray) -> Donor:
        around = self.groups.neighbors[atom]
        length = bond_length(self.mol.GetAtomWithIdx(atom).GetAtomicNum())
        directions = unit(positions[list(hydrogens)] - positions[atom])
        if len(around) == 1 and _turns(self.mol.GetAtomWithIdx(atom)):
            return Donor(atom, length, directions, unit(positions[atom] - positions[around[0]]), len(hydrogens))
        return Donor(atom, length, directions)


def ligand_pattern(mol: Chem.Mol) -> LigandPattern:
    """Perceive the groups of a sanitized molecule with explicit hydrogens; its protonation is taken as drawn."""
    heavy = np.array([atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1], dtype=np.int64)
    types = ligand_types(mol)
    elements = types.elements
    bound = _first_atoms(mol, _BOUND_OXYGEN)
    acceptors = [int(i) for i in heavy[types.acceptor & ~types.metal] if int(i) not in bound]
    donors = {
        int(i): tuple(h.GetIdx() for h in mol.GetAtomWithIdx(int(i)).GetNeighbors() if h.GetAtomicNum() == 1)
        for i in heavy[types.donor & ~types.metal]
    }
    cations, anions = _charges(mol, _CATION, _SHARED_CATION), _charges(mol, _ANION, _SHARED_ANION)
    sulfurs = [int(i) for i in heavy[elements == 16] if mol.GetAtomWithIdx(int(i)).GetTotalDegree() <= 2]
    groups = Groups(
        positions=np.zeros((0, 3)),
        donors=(),
        acceptors=acceptors,
        bases=[atom for atom in acceptors if mol.GetAtomWithIdx(atom).GetAtomicNum() == 7],
        hydrophobic=heavy[types.hydrophobic].tolist(),
        cations=cations,
        anions=anions,
        rings=(),
        halogens=[
            (atom.GetIdx(), atom.GetNeighbors()[0].GetIdx())
            for atom in mol.GetAtoms()
            if atom.GetAtomicNum() in _HALOGEN_BONDING and atom.GetDegree() == 1
        ],
        metals=heavy[types.metal].tolist(),
        chelators=sorted({*acceptors, *sulfurs, *(atom for group in anions for atom in group)} - _carbons(mol)),
        neighbors={
            int(i): [a.GetIdx() for a in mol.GetAtomWithIdx(int(i)).GetNeighbors() if a.GetAtomicNum() > 1]
            for i in heavy
        },
    )
    return LigandPattern(mol, groups, {atom: hs for atom, hs in donors.items() if hs}, _aromatic_rings(mol))


def _turns(atom: Chem.Atom) -> bool:
    """Whether the hydrogens of an atom with one heavy neighbor turn: of hydroxyl and sp3 nitrogen, not of an amide."""
    return atom.GetAtomicNum() == 8 or atom.GetHybridization() == Chem.HybridizationType.SP3


def _charges(mol: Chem.Mol, single: str, shared: str) -> list[tuple[int, ...]]:
    """Groups of atoms that share a charge: a carboxylate, a guanidinium, an imidazolium; or a charged atom alone."""
    groups = {atom: {atom} for atom in _first_atoms(mol, single)}
    for first, center, last in mol.GetSubstructMatches(_pattern(shared), uniquify=False):
        groups.setdefault(first, {first}).update((center, last))
    return [tuple(sorted(group)) for group in groups.values()]


def _aromatic_rings(mol: Chem.Mol) -> tuple[tuple[int, ...], ...]:
    rings = mol.GetRingInfo().AtomRings()
    return tuple(
        tuple(ring)
        for ring in rings
        if len(ring) in (5, 6) and all(mol.GetAtomWithIdx(atom).GetIsAromatic() for atom in ring)
    )


def _carbons(mol: Chem.Mol) -> set[int]:
    return {atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() in (6, 15)}


def _first_atoms(mol: Chem.Mol, smarts: str) -> set[int]:
    return {match[0] for match in mol.GetSubstructMatches(_pattern(smarts), maxMatches=max(1, mol.GetNumAtoms()))}


@cache
def _pattern(smarts: str) -> Chem.Mol:
    return Chem.MolFromSmarts(smarts)
