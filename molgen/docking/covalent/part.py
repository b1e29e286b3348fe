"""A docked molecule that is more than the ligand: the atoms of the residue that it is bonded to are part of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from rdkit import Chem

from molgen.chem.covalent.request import CovalentBond
from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.features.molecule_graph import MoleculeGraph


@dataclass(frozen=True)
class Bonding:
    """How a ligand is bonded in the molecule that is docked.

    Attributes:
        request: the bond.
        reaction: by which it is made, or "adduct".
        n_ligand: heavy atoms of the ligand; those of the residue follow, in the order of the nucleophile's names.
        attached: index of the ligand's atom that is bonded to the residue.
    """

    request: CovalentBond
    reaction: str
    n_ligand: int
    attached: int

    @property
    def reacting(self) -> int:
        """Index of the residue's atom among the heavy atoms."""
        return self.n_ligand + self.request.nucleophile.index


def ligand_atoms(mol: Chem.Mol, bonding: Bonding | None) -> np.ndarray:
    """int64 [k], the atoms of a docked molecule that are the ligand's, hydrogens included; all without a bond."""
    if bonding is None:
        return np.arange(mol.GetNumAtoms())
    heavy = heavy_atoms(mol)
    own = set(heavy[: bonding.n_ligand].tolist())
    carriers = (_carrier(atom) for atom in mol.GetAtoms())
    return np.array([index for index, carrier in enumerate(carriers) if carrier in own], dtype=np.int64)


def ligand_of_adduct(mol: Chem.Mol, bonding: Bonding | None) -> Chem.Mol:
    """The ligand alone, with the coordinates of its atoms; an implicit hydrogen stands for the bond to the residue.

    Without a bond the molecule as it is.
    """
    if bonding is None:
        return mol
    keep = set(ligand_atoms(mol, bonding).tolist())
    part = Chem.RWMol(mol)
    attached = part.GetAtomWithIdx(bonding.attached)
    if attached.GetIsAromatic() and attached.GetAtomicNum() != 6:
        attached.SetNumExplicitHs(1)
    else:
        attached.SetNoImplicit(False)
    for index in range(mol.GetNumAtoms() - 1, -1, -1):
        if index not in keep:
            part.RemoveAtom(index)
    alone = part.GetMol()
    Chem.SanitizeMol(alone)
    shown = Chem.Mol(alone)
    Chem.AssignStereochemistryFrom3D(shown)  # the order of the bonds at the atom is another one without the residue
    alone.GetAtomWithIdx(bonding.attached).SetChiralTag(shown.GetAtomWithIdx(bonding.attached).GetChiralTag())
    Chem.AssignStereochemistry(alone, cleanIt=True, force=True)
    return alone


def rooted(graph: MoleculeGraph, root: int) -> MoleculeGraph:
    """The graph with every torsion turned so that the atom `root` is on the side that stays."""
    flip = graph.moving[:, root]
    torsions = np.where(flip[:, None], graph.torsions[:, ::-1], graph.torsions)
    moving = np.where(flip[:, None], ~graph.moving, graph.moving)
    turned = flip[graph.path_torsion]
    paths = np.where(turned[:, None], graph.paths[:, ::-1], graph.paths)
    return replace(graph, torsions=torsions, moving=moving, paths=paths)


def _carrier(atom: Chem.Atom) -> int:
    return atom.GetIdx() if atom.GetAtomicNum() > 1 else atom.GetNeighbors()[0].GetIdx()
