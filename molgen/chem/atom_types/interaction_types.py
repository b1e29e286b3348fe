"""Donor, acceptor, hydrophobic, metal: what a docking energy needs to know of the atoms of a ligand and of a protein.

The types are those of AutoDock Vina 1.2 (Eberhardt et al., J. Chem. Inf. Model. 2021, 61, 3891; X-Score types of Wang,
Lai and Wang, J. Comput. Aided Mol. Des. 2002, 16, 11): nitrogen and oxygen with a hydrogen, and metals, are donors;
all oxygens, and nitrogens with a free lone pair, are acceptors; sulfur is neither; carbon is hydrophobic when
it is bonded to carbon and hydrogen only; halogens are hydrophobic. Which lone pairs of nitrogen are free follows the
AutoDock types that Meeko 0.8 gives (NA is free, N is not).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from rdkit import Chem

from molgen.chem.atom_types.perceived_types import covalent_bonds, perceive_types
from molgen.chem.atom_types.residue_types import ACCEPTOR, DONOR, HYDROPHOBIC, template_types
from molgen.chem.proteins.structure import InteractionTypes, Protein

__all__ = ["is_metal", "ligand_types", "protein_types"]

_NITROGEN, _OXYGEN = 7, 8
_HALOGENS = (9, 17, 35, 53)
_NOT_METALS = (*range(3), *range(5, 11), *range(14, 19), *range(32, 37), 52, 53, 54, 85, 86)
# three bonds and a lone pair that is conjugated: next to an aromatic ring, to sp2 carbon, or to N=X
_BOUND_LONE_PAIR = "[#7;X3;v3;$(*a),$(*[#6;X3;v4]),$(*[N;X2]=*)]"


def is_metal(elements: np.ndarray) -> np.ndarray:
    """Which atomic numbers are metals, bool [N]; B, Si, Ge, As, Se and Te are none."""
    return ~np.isin(elements, _NOT_METALS)


def ligand_types(mol: Chem.Mol) -> InteractionTypes:
    """The types of the N heavy atoms of a sanitized molecule, in its order; hydrogens may be explicit or implicit.

    The protonation state is taken as it is drawn: a neutral amine is an acceptor, a charged one is not.
    """
    heavy = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
    bound = {match[0] for match in mol.GetSubstructMatches(_bound_lone_pair(), maxMatches=max(1, mol.GetNumAtoms()))}
    elements = np.array([atom.GetAtomicNum() for atom in heavy], dtype=np.int16)
    hydrogens = np.array([atom.GetTotalNumHs(includeNeighbors=True) for atom in heavy], dtype=np.int16)
    free = np.array([atom.GetFormalCharge() != 1 and atom.GetIdx() not in bound for atom in heavy], dtype=bool)
    polar = np.array([_has_hetero_neighbor(atom) for atom in heavy], dtype=bool)
    metal = is_metal(elements)
    oxygen, nitrogen = elements == _OXYGEN, elements == _NITROGEN
    return InteractionTypes(
        elements=elements,
        donor=((oxygen | nitrogen) & (hydrogens > 0)) | metal,
        acceptor=oxygen | (nitrogen & free),
        hydrophobic=((elements == 6) & ~polar) | np.isin(elements, _HALOGENS),
        metal=metal,
    )


def protein_types(protein: Protein) -> InteractionTypes:
    """The types of the N atoms of a protein with everything around it: nucleic acids, metals, water, cofactors.

    Standard residues are looked up by atom name, all other atoms are typed from the geometry. Where the file has the
    hydrogens of a residue, they decide what is a donor; where it has none, both nitrogens of a histidine are donor and
    acceptor. Aspartate, glutamate, lysine and arginine are charged, unless hydrogens say otherwise.
    """
    elements = np.asarray(protein.elements, dtype=np.int16)
    metal = is_metal(elements)
    bonds = covalent_bonds(protein.positions, elements, metal)
    codes = template_types(protein, bonds)
    codes = np.where(codes < 0, perceive_types(protein, bonds, codes < 0, metal), codes)
    return InteractionTypes(
        elements=elements,
        donor=(codes & DONOR > 0) | metal,
        acceptor=codes & ACCEPTOR > 0,
        hydrophobic=(codes & HYDROPHOBIC > 0) | np.isin(elements, _HALOGENS),
        metal=metal,
    )


@cache
def _bound_lone_pair() -> Chem.Mol:
    return Chem.MolFromSmarts(_BOUND_LONE_PAIR)


def _has_hetero_neighbor(atom: Chem.Atom) -> bool:
    return any(end.GetAtomicNum() in _NOT_METALS and end.GetAtomicNum() not in (1, 6) for end in atom.GetNeighbors())
