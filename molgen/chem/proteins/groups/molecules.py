"""The molecules of a structure file: chains, peptides, and groups of one or several bonded residues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from molgen.chem.atom_types.interaction_types import is_metal
from molgen.chem.formats.residue_names import COFACTORS, NUCLEOTIDES
from molgen.chem.proteins.groups.bonds import MERCURY, ResidueBond, bond_text, residue_bonds
from molgen.chem.proteins.groups.lipids import is_lipid
from molgen.chem.proteins.structure import Protein, Residue

LONGEST_PEPTIDE = 30
"""Residues of a chain that counts as a peptide where the file has a longer one."""
_SULFUR, _DISULFIDE = 16, 2.5  # Angstrom; the bond is 2.05
_BACKBONE = (("C", "N"), ("O3'", "P"), ("O3*", "P"))


@dataclass(frozen=True)
class Molecule:
    """A part of a chain without a break, or a group: residues that are bonded to each other.

    Attributes:
        residues: in the order of the file; all polymer, or none.
        anchors: what a group is covalently bound to, `CYS:A:25 (C44-SG, 1.73 A)`; always empty for chains.
        is_peptide: part of a short chain of amino acids beside a longer chain.
        is_cofactor: a group of which a component is a cofactor by name or has a metal atom.
        is_lipid: a group that is a lipid or a detergent.
    """

    residues: tuple[Residue, ...]
    anchors: tuple[str, ...] = ()
    is_peptide: bool = False
    is_cofactor: bool = False
    is_lipid: bool = False

    @property
    def label(self) -> str:
        """`NAG:C:1 and 2 bonded to it`; of a chain the first and the last residue."""
        more = len(self.residues) - 1
        if self.is_chain and more:
            return f"{self.residues[0].label} to {self.residues[-1].label}"
        return self.residues[0].label + (f" and {more} bonded to it" if more else "")

    @property
    def is_chain(self) -> bool:
        """Whether it is of polymer residues."""
        return self.residues[0].kind == "polymer"

    @property
    def size(self) -> int:
        """Heavy atoms."""
        return sum(residue.stop - residue.start for residue in self.residues)

    def consists_of(self, names: frozenset[str]) -> bool:
        """Whether all its components are among these."""
        return all(residue.name in names for residue in self.residues)

    @cached_property
    def stays(self) -> bool:
        """Whether it belongs to the receptor unless someone names it: cofactors, lipids, glycans on a chain, and
        whatever else is covalently bound."""
        return self.is_chain or self.is_cofactor or bool(self.anchors) or self.is_lipid


def molecules(protein: Protein) -> list[Molecule]:
    """Every chain and group of a structure, in the order of the file; each metal, ion and water by itself."""
    bonds = residue_bonds(protein)
    inner = [(bond.first, bond.second) for bond in bonds if _joins(protein, bond)]
    count = len(protein.residues)
    ends = np.array(inner, dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    members: dict[int, list[int]] = {}
    for index, label in enumerate(connected_components(graph, directed=False)[1].tolist()):
        members.setdefault(label, []).append(index)
    short = peptide_chains(protein)
    return [_molecule(protein, bonds, places, short) for places in members.values()]


def _molecule(protein: Protein, bonds: list[ResidueBond], places: list[int], short: frozenset[str]) -> Molecule:
    residues = tuple(protein.residues[index] for index in places)
    kind = residues[0].kind
    return Molecule(
        residues,
        anchors=tuple(_anchors(protein, bonds, places)) if kind == "ligand" else (),
        is_peptide=kind == "polymer" and residues[0].chain in short,
        is_cofactor=kind == "ligand" and is_cofactor(protein, residues),
        is_lipid=kind == "ligand" and is_lipid(protein, residues),
    )


def groups(protein: Protein) -> list[Molecule]:
    """The molecules that are neither chains nor single atoms nor water."""
    return [molecule for molecule in molecules(protein) if molecule.residues[0].kind == "ligand"]


def molecule_of(protein: Protein, residue: Residue) -> Molecule:
    """The molecule that a residue is part of; the residue alone for one of a chain that is no peptide."""
    whole = next(molecule for molecule in molecules(protein) if residue in molecule.residues)
    return whole if not whole.is_chain or whole.is_peptide else Molecule((residue,))


def is_cofactor(protein: Protein, residues: Sequence[Residue]) -> bool:
    """Whether a group is a cofactor: one by name, or a complex of a metal other than mercury (hemes, Fe-S clusters)."""
    elements = protein.elements[protein.atoms_of(residues)]
    has_metal = bool((is_metal(elements) & (elements != MERCURY)).any())
    return has_metal or any(residue.name in COFACTORS for residue in residues)


def peptide_chains(protein: Protein) -> frozenset[str]:
    """Ids of chains of at most 30 amino acids, where there is a longer chain that is no peptide, or is twice as long.

    A short chain that a disulfide binds to another one is part of its protein (insulin, thrombin).
    """
    lengths: dict[str, int] = {}
    nucleic: set[str] = set()
    for residue in protein.of_kind("polymer"):
        lengths[residue.chain] = lengths.get(residue.chain, 0) + 1
        if residue.name in NUCLEOTIDES:
            nucleic.add(residue.chain)
    longest = max(lengths.values(), default=0)
    most = LONGEST_PEPTIDE if longest > LONGEST_PEPTIDE else longest // 2
    short = frozenset(chain for chain, length in lengths.items() if length <= most)
    return short - nucleic - (_chains_with_disulfides(protein) if short else frozenset())


def _chains_with_disulfides(protein: Protein) -> frozenset[str]:
    """Ids of chains of which a cysteine is bound to one of another chain."""
    sulfurs = [k for k, name in enumerate(protein.atom_names) if name == "SG" and protein.elements[k] == _SULFUR]
    if not sulfurs:
        return frozenset()
    pairs = KDTree(protein.positions[sulfurs]).query_pairs(_DISULFIDE)
    ends = [[protein.residues[protein.residue_index[sulfurs[end]]].chain for end in pair] for pair in pairs]
    return frozenset(chain for pair in ends if pair[0] != pair[1] for chain in pair)


def _joins(protein: Protein, bond: ResidueBond) -> bool:
    """Whether a bond makes one molecule of two residues: any bond of groups, and those along a chain."""
    first, second = protein.residues[bond.first], protein.residues[bond.second]
    if (first.kind == "polymer") != (second.kind == "polymer"):
        return False
    if first.kind != "polymer" or (bond.second == bond.first + 1 and first.chain == second.chain):
        return True
    first_name, second_name = (protein.atom_names[atom] for atom in bond.atoms)
    return (first_name, second_name) in _BACKBONE or (second_name, first_name) in _BACKBONE


def _anchors(protein: Protein, bonds: list[ResidueBond], places: list[int]) -> list[str]:
    """What the residues of a group are bonded to in chains."""
    own = set(places)
    return [
        bond_text(protein, bond, of=protein.residues[bond.first if bond.first in own else bond.second])
        for bond in bonds
        if (bond.first in own) != (bond.second in own)
    ]
