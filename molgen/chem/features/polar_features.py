"""From an RDKit molecule to the graph of its heavy atoms and polar hydrogens, which a model of coordinates places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import atom_row, bond_row, heavy_atoms, without_hydrogens
from molgen.chem.features.molecule_graph import ATOM_COLUMNS, MoleculeGraph
from molgen.chem.features.stereo_marks import CIS, TRANS, StereoMarks
from molgen.chem.molecules.rotatable import rotatable_torsions

_POLAR = ("N", "O", "S")
_HYDROGENS = list(ATOM_COLUMNS).index("hydrogens")
_CIS = (Chem.BondStereo.STEREOZ, Chem.BondStereo.STEREOCIS)
_TRANS = (Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOTRANS)
_HANDED = {Chem.ChiralType.CHI_TETRAHEDRAL_CCW: -1, Chem.ChiralType.CHI_TETRAHEDRAL_CW: 1}


@dataclass(frozen=True)
class PolarGraph:
    """The heavy atoms and polar hydrogens of a molecule.

    Attributes:
        graph: their graph, without torsions.
        marks: their stereo.
        atoms: int64 [n], their indices in the molecule.
    """

    graph: MoleculeGraph
    marks: StereoMarks
    atoms: np.ndarray


def polar_graph(mol: Chem.Mol) -> PolarGraph:
    """The graph of the heavy atoms of ``mol``, which has explicit hydrogens, and of those on N, O and S."""
    full = Chem.Mol(mol)
    Chem.AssignStereochemistry(full, cleanIt=True, force=True)
    heavy = heavy_atoms(full)
    axes = {frozenset(heavy[list(t[1:3])].tolist()) for t in rotatable_torsions(without_hydrogens(full))}
    atoms = np.array([atom.GetIdx() for atom in full.GetAtoms() if _is_kept(atom)], dtype=np.int64)
    index_of = {int(atom): k for k, atom in enumerate(atoms)}
    bonds = [
        bond for bond in full.GetBonds() if bond.GetBeginAtomIdx() in index_of and bond.GetEndAtomIdx() in index_of
    ]
    ends = [(index_of[bond.GetBeginAtomIdx()], index_of[bond.GetEndAtomIdx()]) for bond in bonds]
    none = np.zeros((0, 4), dtype=np.int16)
    graph = MoleculeGraph(
        atoms=np.array([_row(full.GetAtomWithIdx(int(k))) for k in atoms], dtype=np.uint8),
        bond_index=np.array(ends, dtype=np.int16).reshape(-1, 2).T,
        bonds=np.array([bond_row(bond, axes) for bond in bonds], dtype=np.uint8).reshape(-1, 5),
        torsions=none,
        moving=np.zeros((0, len(atoms)), dtype=bool),
        paths=none,
        path_torsion=none[:, 0],
    )
    return PolarGraph(graph, _marks(full, index_of), atoms)


def _is_kept(atom: Chem.Atom) -> bool:
    if atom.GetAtomicNum() > 1:
        return True
    return not atom.GetDegree() or any(n.GetSymbol() in _POLAR for n in atom.GetNeighbors())


def _row(atom: Chem.Atom) -> list[int]:
    row = atom_row(atom)
    row[_HYDROGENS] = min(atom.GetTotalNumHs(includeNeighbors=True), 4)
    return row


def _marks(mol: Chem.Mol, index_of: dict[int, int]) -> StereoMarks:
    centers = [_center(atom, index_of) for atom in mol.GetAtoms() if atom.GetChiralTag() in _HANDED]
    bonds = [_double_bond(bond, index_of) for bond in mol.GetBonds() if bond.GetStereo() in (*_CIS, *_TRANS)]
    return StereoMarks(
        np.array([row for row in centers if row], dtype=np.int16).reshape(-1, 4),
        np.array([row for row in bonds if row], dtype=np.int16).reshape(-1, 5),
    )


def _center(atom: Chem.Atom, index_of: dict[int, int]) -> list[int] | None:
    """A stereo center and three of its neighbors, oriented.

    Seen from the first of four neighbors, the others are counterclockwise where the tag says so; a lone pair counts
    as the last one. One that is left out is brought to the front, which is as many exchanges as it stands behind.
    """
    neighbors = [bond.GetOtherAtomIdx(atom.GetIdx()) for bond in atom.GetBonds()]
    order: list[int | None] = [index_of.get(k) for k in neighbors]
    if len(order) == 3:
        order.append(None)
    if len(order) != 4 or order.count(None) > 1:
        return None
    left_out = order.index(None) if None in order else 3
    a, b, c = (k for column, k in enumerate(order) if column != left_out and k is not None)
    positive = _HANDED[atom.GetChiralTag()] * (-1) ** left_out > 0
    return [index_of[atom.GetIdx()], a, b, c] if positive else [index_of[atom.GetIdx()], a, c, b]


def _double_bond(bond: Chem.Bond, index_of: dict[int, int]) -> list[int] | None:
    ends = list(bond.GetStereoAtoms())
    if len(ends) != 2 or not all(k in index_of for k in ends):
        return None
    quadruple = (ends[0], bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), ends[1])
    return [*(index_of[k] for k in quadruple), CIS if bond.GetStereo() in _CIS else TRANS]
