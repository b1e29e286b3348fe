"""Pieces of proteins as molecules: side chains, and runs of residues with capped ends.

Charges are those at pH 7.4: aspartate, glutamate, lysine and arginine are charged, histidine is neutral with its
hydrogen on NE2. Residues are L; atoms come in the order of the SMILES, which is that of the rows of all arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import molecule_graph
from molgen.chem.features.molecule_graph import MoleculeGraph

# side chain from CB on, and the names of its atoms in the order of the SMILES
_SIDE_CHAINS = {
    "ALA": ("C", "CB"),
    "ARG": ("CCCNC(=[NH2+])N", "CB CG CD NE CZ NH1 NH2"),
    "ASN": ("CC(=O)N", "CB CG OD1 ND2"),
    "ASP": ("CC(=O)[O-]", "CB CG OD1 OD2"),
    "CYS": ("CS", "CB SG"),
    "GLN": ("CCC(=O)N", "CB CG CD OE1 NE2"),
    "GLU": ("CCC(=O)[O-]", "CB CG CD OE1 OE2"),
    "HIS": ("Cc1c[nH]cn1", "CB CG CD2 NE2 CE1 ND1"),
    "ILE": ("[C@@H](C)CC", "CB CG2 CG1 CD1"),
    "LEU": ("CC(C)C", "CB CG CD1 CD2"),
    "LYS": ("CCCC[NH3+]", "CB CG CD CE NZ"),
    "MET": ("CCSC", "CB CG SD CE"),
    "PHE": ("Cc1ccccc1", "CB CG CD1 CE1 CZ CE2 CD2"),
    "SER": ("CO", "CB OG"),
    "THR": ("[C@@H](C)O", "CB CG2 OG1"),
    "TRP": ("Cc1c[nH]c2ccccc12", "CB CG CD1 NE1 CE2 CZ2 CH2 CZ3 CE3 CD2"),
    "TYR": ("Cc1ccc(O)cc1", "CB CG CD1 CE1 CZ OH CE2 CD2"),
    "VAL": ("C(C)C", "CB CG1 CG2"),
}
_WITHOUT_SIDE_CHAIN = {
    "GLY": ("NCC(=O)", "N CA C O"),
    "PRO": ("N1CCC[C@H]1C(=O)", "N CD CG CB CA C O"),
}
_NEUTRAL_HISTIDINES = ("HID", "HIE", "HSD", "HSE")
# atom -> three neighbors that run counter-clockwise, seen from the fourth, in an L residue
_CHIRAL = {"CA": ("N", "C", "CB")}
_CHIRAL_SIDE_CHAINS = {"ILE": ("CA", "CG1", "CG2"), "THR": ("CA", "OG1", "CG2")}


@dataclass(frozen=True)
class Piece:
    """A molecule of n heavy atoms that stands for a part of a protein.

    Attributes:
        smiles: its atoms are in the order of the rows.
        atoms: n pairs (place, name): 0 is the first residue of the piece, -1 the one before it.
    """

    smiles: str
    atoms: tuple[tuple[int, str], ...]

    @cached_property
    def mol(self) -> Chem.Mol:
        """Without coordinates and without explicit hydrogens."""
        return Chem.MolFromSmiles(self.smiles)

    @cached_property
    def graph(self) -> MoleculeGraph:
        """Of the heavy atoms; made when it is first asked for."""
        return molecule_graph(self.mol)


def piece_residue(name: str) -> str | None:
    """The plain name of a residue that pieces can be made of; None for altered ones and other states of protonation."""
    plain = "HIS" if name in _NEUTRAL_HISTIDINES else name
    return plain if plain in _SIDE_CHAINS or plain in _WITHOUT_SIDE_CHAIN else None


@cache
def residue_atoms(name: str) -> frozenset[str]:
    """Names of all heavy atoms that a residue has within a chain."""
    return frozenset(_residue(name)[1].split())


@cache
def side_chain(name: str) -> Piece:
    """The side chain of a residue, cut between CA and CB; CB is a methyl group: toluene for PHE, acetate for ASP.

    That of GLY and PRO has no atoms.
    """
    smiles, names = _SIDE_CHAINS.get(name, ("", ""))
    plain = smiles.replace("[C@@H]", "C")
    return Piece(plain, tuple((0, atom) for atom in names.split()))


@lru_cache(maxsize=4096)
def capped_peptide(names: tuple[str, ...]) -> Piece:
    """Consecutive residues between an acetyl (CA, C, O of the residue before) and an N-methyl (N, CA of the next)."""
    residues = [_residue(name) for name in names]
    smiles = "".join(("CC(=O)", *(text for text, _ in residues), "NC"))
    inner = [(index, atom) for index, (_, listed) in enumerate(residues) for atom in listed.split()]
    before = [(-1, "CA"), (-1, "C"), (-1, "O")]
    return Piece(smiles, (*before, *inner, (len(names), "N"), (len(names), "CA")))


@cache
def residue_torsions(name: str) -> int:
    """Rotatable bonds that a residue brings into a piece; those of a piece are the sum over its residues."""
    return capped_peptide((name,)).graph.n_torsions


def is_l_residue(name: str, positions: Mapping[str, np.ndarray]) -> bool:
    """Whether all stereocenters of a residue are those of the L amino acid, by the positions [3] of its atoms."""
    centers = dict(_CHIRAL) if name != "GLY" else {}
    if name in _CHIRAL_SIDE_CHAINS:
        centers["CB"] = _CHIRAL_SIDE_CHAINS[name]
    for center, ends in centers.items():
        if np.linalg.det(np.array([positions[end] - positions[center] for end in ends])) <= 0:
            return False
    return True


def _residue(name: str) -> tuple[str, str]:
    if name in _WITHOUT_SIDE_CHAIN:
        return _WITHOUT_SIDE_CHAIN[name]
    smiles, names = _SIDE_CHAINS[name]
    return f"N[C@@H]({smiles})C(=O)", f"N CA {names} C O"
