"""From an RDKit molecule to the heavy-atom graph record that the network reads."""

from __future__ import annotations

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_graph import ELEMENTS, HYBRIDIZATIONS, RING_SIZES, MoleculeGraph
from molgen.chem.molecules.rotatable import four_atom_paths, rotatable_torsions, side_of

_BOND_ORDERS = {
    Chem.BondType.SINGLE: 0,
    Chem.BondType.DOUBLE: 1,
    Chem.BondType.TRIPLE: 2,
    Chem.BondType.AROMATIC: 3,
}
_STEREO = {Chem.BondStereo.STEREOE: 1, Chem.BondStereo.STEREOTRANS: 1} | {
    Chem.BondStereo.STEREOZ: 2,
    Chem.BondStereo.STEREOCIS: 2,
}
_CHIRALITY = {"R": 1, "S": 2}


def heavy_atoms(mol: Chem.Mol) -> np.ndarray:
    """int64 [n]: indices of the atoms that the graph keeps, in the molecule's order: all but hydrogen.

    A molecule without heavy atoms (H2) keeps its hydrogens.
    """
    heavy = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
    return np.array(heavy or range(mol.GetNumAtoms()), dtype=np.int64)


def without_hydrogens(mol: Chem.Mol) -> Chem.Mol:
    """The heavy-atom skeleton of ``mol``, atoms in the order of :func:`heavy_atoms`, with implicit hydrogens."""
    parameters = Chem.RemoveHsParameters()
    for name in dir(parameters):
        if name.startswith("remove"):
            setattr(parameters, name, True)
    parameters.showWarnings = False
    if all(atom.GetAtomicNum() <= 1 for atom in mol.GetAtoms()):
        return Chem.Mol(mol)
    return Chem.RemoveHs(mol, parameters)


def molecule_graph(mol: Chem.Mol) -> MoleculeGraph:
    """The graph record of the heavy atoms of ``mol`` (hydrogens may be present or absent; coordinates are not used)."""
    skeleton = without_hydrogens(mol)
    Chem.AssignStereochemistry(skeleton, cleanIt=True, force=True)
    torsions = rotatable_torsions(skeleton)
    axes = {frozenset(t[1:3]) for t in torsions}
    paths = four_atom_paths(skeleton, torsions)
    bonds = list(skeleton.GetBonds())
    n = skeleton.GetNumAtoms()
    return MoleculeGraph(
        atoms=np.array([atom_row(atom) for atom in skeleton.GetAtoms()], dtype=np.uint8),
        bond_index=np.array([(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in bonds], dtype=np.int16).reshape(-1, 2).T,
        bonds=np.array([bond_row(bond, axes) for bond in bonds], dtype=np.uint8).reshape(-1, 5),
        torsions=np.array(torsions, dtype=np.int16).reshape(-1, 4),
        moving=np.array([side_of(skeleton, b, c) for _, b, c, _ in torsions], dtype=bool).reshape(-1, n),
        paths=np.array([p[:4] for p in paths], dtype=np.int16).reshape(-1, 4),
        path_torsion=np.array([p[4] for p in paths], dtype=np.int16),
    )


def atom_row(atom: Chem.Atom) -> list[int]:
    """Class index for every column of `ATOM_COLUMNS`."""
    symbol = atom.GetSymbol()
    hybridization = str(atom.GetHybridization()).lower()
    rings = atom.GetOwningMol().GetRingInfo()
    sizes = {min(size, RING_SIZES[-1]) for size in rings.AtomRingSizes(atom.GetIdx())}
    chirality = _CHIRALITY.get(atom.GetProp("_CIPCode"), 0) if atom.HasProp("_CIPCode") else 0
    return [
        ELEMENTS.index(symbol) if symbol in ELEMENTS else len(ELEMENTS) - 1,
        min(max(atom.GetFormalCharge(), -2), 2) + 2,
        int(atom.GetIsAromatic()),
        HYBRIDIZATIONS.index(hybridization) if hybridization in HYBRIDIZATIONS else len(HYBRIDIZATIONS) - 1,
        min(atom.GetDegree(), 6),
        min(atom.GetTotalNumHs(), 4),
        *(int(size in sizes) for size in RING_SIZES),
        chirality,
    ]


def bond_row(bond: Chem.Bond, axes: set[frozenset[int]]) -> list[int]:
    """Class index for every column of `BOND_COLUMNS`; axes: the ends of each rotatable bond."""
    return [
        _BOND_ORDERS.get(bond.GetBondType(), 0),
        int(bond.GetIsConjugated()),
        int(bond.IsInRing()),
        _STEREO.get(bond.GetStereo(), 0),
        int(frozenset((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())) in axes),
    ]
