"""All interactions of a ligand in a receptor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rdkit import Chem
from scipy.spatial import KDTree

from molgen.chem.proteins.structure import InteractionTypes, Protein
from molgen.metrics.interactions.contacts import hydrophobic_contacts, metal_contacts, salt_bridges
from molgen.metrics.interactions.groups.ligand import LigandPattern, ligand_pattern
from molgen.metrics.interactions.groups.receptor import receptor_groups
from molgen.metrics.interactions.groups.records import Groups
from molgen.metrics.interactions.halogen_bonds import halogen_bonds
from molgen.metrics.interactions.hydrogen_bonds import hydrogen_bonds
from molgen.metrics.interactions.records import KINDS, Contacts, Interaction, Match
from molgen.metrics.interactions.ring_contacts import cation_pi, pi_stacking
from molgen.metrics.interactions.shared_protons import shared_protons
from molgen.metrics.interactions.unsatisfied import unsatisfied_atoms
from molgen.metrics.interactions.water_bridges import water_bridges

REACH = 8.0
"""Angstrom from a ligand within which a residue can interact with it."""


@dataclass(frozen=True)
class InteractingReceptor:
    """A receptor whose groups are perceived, for any number of poses: from :func:`interacting_receptor`.

    Attributes:
        protein: the atoms.
        groups: without waters.
        waters: the oxygens of waters.
    """

    protein: Protein
    groups: Groups
    waters: Groups


def interacting_receptor(
    protein: Protein, near: np.ndarray | None = None, *, types: InteractionTypes | None = None
) -> InteractingReceptor:
    """Perceive the groups of a receptor.

    Args:
        protein: without the ligand, N atoms.
        near: bool [N], atoms that a ligand can reach; the groups of other residues are left out. None takes all.
        types: of its atoms, if they are known already.
    """
    groups = receptor_groups(protein, near, types)
    water = np.array([residue.kind == "water" for residue in protein.residues], dtype=bool)[protein.residue_index]
    wet = set(np.flatnonzero(water).tolist())
    dry = groups.without_hydrogen_bonding(wet) if wet else groups
    return InteractingReceptor(protein, dry, groups.hydrogen_bonding(wet))


def find_interactions(
    receptor: Protein | InteractingReceptor, ligand: Chem.Mol | LigandPattern, positions: np.ndarray | None = None
) -> Contacts:
    """The interactions of one pose.

    Args:
        receptor: without the ligand, or its perceived groups.
        ligand: with explicit hydrogens, or its perceived groups.
        positions: float64 [atoms, 3], Angstrom; by default the first conformer of the molecule.

    Returns:
        The interactions by kind and residue. Of hydrophobic contacts only the nearest of each residue is listed.
    """
    pattern = ligand if isinstance(ligand, LigandPattern) else ligand_pattern(ligand)
    x = pattern.mol.GetConformer().GetPositions() if positions is None else positions
    protein = receptor.protein if isinstance(receptor, InteractingReceptor) else receptor
    near = KDTree(x).query(protein.positions, distance_upper_bound=REACH)[0] < REACH
    known = receptor if isinstance(receptor, InteractingReceptor) else interacting_receptor(receptor, near)
    groups = pattern.at(x)
    matches = list(_matches(groups, known))
    index = protein.residue_index
    chosen = sorted(_nearest_contacts(matches, index), key=lambda contact: _order(contact, index))
    around = protein.positions[near], protein.elements[near]
    return Contacts(
        tuple(_named(match, protein) for match in chosen),
        unsatisfied_atoms(pattern.mol, groups, *around, matches),
    )


def _matches(ligand: Groups, receptor: InteractingReceptor) -> Iterator[Match]:
    for kind in (
        hydrogen_bonds,
        shared_protons,
        salt_bridges,
        halogen_bonds,
        pi_stacking,
        cation_pi,
        hydrophobic_contacts,
        metal_contacts,
    ):
        yield from kind(ligand, receptor.groups)
    yield from water_bridges(ligand, receptor.groups, receptor.waters)


def _order(match: Match, residue_index: np.ndarray) -> tuple[int, int, tuple[int, ...]]:
    return KINDS.index(match.kind), int(residue_index[match.receptor_atoms[0]]), match.ligand_atoms


def _nearest_contacts(matches: Sequence[Match], residue_index: np.ndarray) -> list[Match]:
    """Every match, but of hydrophobic contacts the nearest of each residue."""
    nearest: dict[int, Match] = {}
    others = []
    for match in matches:
        if match.kind != "hydrophobic":
            others.append(match)
            continue
        residue = int(residue_index[match.receptor_atoms[0]])
        if residue not in nearest or match.distance < nearest[residue].distance:
            nearest[residue] = match
    return [*others, *nearest.values()]


def _named(match: Match, protein: Protein) -> Interaction:
    return Interaction(
        kind=match.kind,
        residue=protein.residues[protein.residue_index[match.receptor_atoms[0]]],
        role=match.role,
        ligand_atoms=match.ligand_atoms,
        receptor_atoms=match.receptor_atoms,
        receptor_names=tuple(protein.atom_names[atom] for atom in match.receptor_atoms),
        distance=match.distance,
        angle=match.angle,
        ends=match.ends,
        assumed=match.assumed,
        water="" if match.water is None else protein.residues[protein.residue_index[match.water]].label,
    )
