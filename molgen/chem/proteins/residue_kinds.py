"""What each residue of a structure is: part of a chain, metal, ion, water or another group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from Bio.Data.PDBData import nucleic_letters_3to1_extended, protein_letters_3to1_extended
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from molgen.chem.atom_types.interaction_types import is_metal
from molgen.chem.formats.residue_names import WATERS, is_standard
from molgen.chem.proteins.structure import Protein, Residue, ResidueKind

_PEPTIDE_LINK, _PHOSPHATE_LINK, _ANY_LINK = 1.9, 2.2, 2.0  # Angstrom
_OXYGEN, _OTHER_OXYGENS = 8, ("O", "OH")  # components of one oxygen: oxide and hydroxide
_NEAREST = 4  # end atoms to look at around each start atom


def residue_kinds(protein: Protein, hetero: Sequence[bool], in_sequence: Sequence[bool | None]) -> list[ResidueKind]:
    """The kind of each of the R residues of `protein`, whose own `kind` is not looked at.

    Polymer is what the file says to be (mmCIF), a standard residue in ATOM records, whatever is linked to such along
    the backbone (C-N, O3'-P), two or more linked residues with N, CA and C, and a modified residue between two standard
    ones of its chain. A free amino acid, or a cofactor with the names of a backbone (SAM), is a ligand, and so is an
    UNK without CA: programs give this name to ligands. A lone oxygen is water whatever it is called (OPC, W, T4P).

    Args:
        hetero: R times whether the records are HETATM.
        in_sequence: R times what the file says of membership in a polymer, None for nothing.
    """
    standard = [is_standard(residue.name) and not _is_unknown_ligand(protein, residue) for residue in protein.residues]
    linked = _linked(protein, np.array(standard, dtype=bool))
    certain = [
        residue.name not in WATERS and (said or bool(linked[index]) or (standard[index] and not free and said is None))
        for index, (residue, free, said) in enumerate(zip(protein.residues, hetero, in_sequence, strict=True))
    ]
    metal = is_metal(protein.elements)
    kinds: list[ResidueKind] = []
    for index, residue in enumerate(protein.residues):
        if residue.name in WATERS:
            kinds.append("water")
        elif certain[index] or _is_between(protein, index, certain):
            kinds.append("polymer")
        elif residue.stop - residue.start == 1:
            kinds.append(_kind_of_atom(residue.name, int(protein.elements[residue.start]), bool(metal[residue.start])))
        else:
            kinds.append("ligand")
    return kinds


def _kind_of_atom(name: str, element: int, is_metal: bool) -> ResidueKind:
    """Of a residue with a single heavy atom; oxygen is water under any name that is not that of another component."""
    if is_metal:
        return "metal"
    return "water" if element == _OXYGEN and name not in _OTHER_OXYGENS else "ion"


def _is_unknown_ligand(protein: Protein, residue: Residue) -> bool:
    return residue.name == "UNK" and "CA" not in protein.atom_names[residue.start : residue.stop]


def _linked(protein: Protein, standard: np.ndarray) -> np.ndarray:
    """Residues in a linked chain that has a standard residue or two residues with a backbone, bool [R]."""
    names = np.array(protein.atom_names, dtype=str)
    peptide = _links(protein, names == "C", names == "N", _PEPTIDE_LINK)
    phosphate = _links(protein, np.isin(names, ("O3'", "O3*")), names == "P", _PHOSPHATE_LINK)
    pairs = np.concatenate([peptide, phosphate])
    count = len(protein.residues)
    _, chain = connected_components(coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count)))
    backbone = [
        {"N", "CA", "C"}.issubset(protein.atom_names[residue.start : residue.stop]) for residue in protein.residues
    ]
    size = np.bincount(chain, minlength=count)[chain]
    members = np.bincount(chain, weights=np.array(backbone, dtype=float), minlength=count)[chain]
    trusted = np.bincount(chain, weights=standard, minlength=count)[chain]
    return (size > 1) & ((trusted > 0) | (members > 1))


def _links(protein: Protein, ends: np.ndarray, starts: np.ndarray, reach: float) -> np.ndarray:
    """Pairs of residues of which an end atom is within `reach` of a start atom and among the nearest, int [K, 2]."""
    own, other = np.flatnonzero(ends), np.flatnonzero(starts)
    if not len(own) or not len(other):
        return np.zeros((0, 2), dtype=np.int64)
    tree = KDTree(protein.positions[own])
    _, nearest = tree.query(protein.positions[other], k=_NEAREST, distance_upper_bound=reach)
    nearest = np.asarray(nearest)
    start, rank = np.nonzero(nearest < len(own))
    index = protein.residue_index
    pairs = np.stack([index[own[nearest[start, rank]]], index[other[start]]], axis=1)
    return pairs[pairs[:, 0] != pairs[:, 1]]


def _is_between(protein: Protein, index: int, certain: Sequence[bool]) -> bool:
    """Whether a residue stands between two of its chain, and is bonded to one of them or known as a modification."""
    if not 0 < index < len(certain) - 1 or not (certain[index - 1] and certain[index + 1]):
        return False
    before, residue, after = protein.residues[index - 1 : index + 2]
    if not before.chain == residue.chain == after.chain:
        return False
    known = residue.name in protein_letters_3to1_extended or residue.name in nucleic_letters_3to1_extended
    return known or _touches(protein, residue, before) or _touches(protein, residue, after)


def _touches(protein: Protein, first: Residue, second: Residue) -> bool:
    tree = KDTree(protein.positions[first.start : first.stop])
    return bool((tree.query(protein.positions[second.start : second.stop])[0] < _ANY_LINK).any())
