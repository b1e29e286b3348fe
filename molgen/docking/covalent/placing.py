"""Template conformers of an adduct on the residue of a receptor: its own atoms exactly where they are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.covalent.nucleophiles import Nucleophile
from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.molecules.positions import with_conformers
from molgen.docking.covalent.residue import BondedResidue
from molgen.docking.ligand import Ligand


def placed(ligand: Ligand, residues: Sequence[BondedResidue]) -> tuple[Ligand, list[Ligand]]:
    """A ligand with its template conformers on each of some residues, one after the other, and one ligand for each.

    The atoms of the residue are those of the receptor. The ligand is laid on so that the atom that it is bonded to is
    met exactly, and the direction of this atom's bonds within the residue: bond lengths and angles at the new bond are
    those of the template conformer.

    Args:
        ligand: that is bonded.
        residues: in each of the sites.
    """
    conformers = np.array([conformer.GetPositions() for conformer in ligand.mol.GetConformers()])
    each = [_on(ligand, conformers, residue) for residue in residues]
    return _with(ligand, np.concatenate(each)), [_with(ligand, positions) for positions in each]


def _with(ligand: Ligand, positions: np.ndarray) -> Ligand:
    templates = torch.from_numpy(positions[:, heavy_atoms(ligand.mol)]).float()
    return replace(ligand, mol=with_conformers(ligand.mol, positions), templates=templates)


def _on(ligand: Ligand, conformers: np.ndarray, residue: BondedResidue) -> np.ndarray:
    if ligand.bonding is None:
        raise ValueError("the ligand is not bonded")
    heavy = heavy_atoms(ligand.mol)[ligand.bonding.n_ligand :]
    own = residue.request.nucleophile
    there_origin, there = _frame(residue.positions, own)
    moved = np.empty_like(conformers)
    for k, positions in enumerate(conformers):
        origin, frame = _frame(positions[heavy], own)
        moved[k] = (positions - origin) @ frame.T @ there + there_origin
        moved[k, heavy] = residue.positions
    return moved


def _frame(positions: np.ndarray, own: Nucleophile) -> tuple[np.ndarray, np.ndarray]:
    """Origin [3] and axes [3, 3], as rows, at the atom of a residue: towards its neighbors, and in their plane."""
    part = Chem.MolFromSmiles(own.smiles)
    neighbors = [neighbor.GetIdx() for neighbor in part.GetAtomWithIdx(own.index).GetNeighbors()]
    origin = positions[own.index]
    first = _unit(np.mean([_unit(positions[neighbor] - origin) for neighbor in neighbors], axis=0))
    beside = [
        neighbor.GetIdx()
        for neighbor in part.GetAtomWithIdx(neighbors[0]).GetNeighbors()
        if neighbor.GetIdx() != own.index
    ]
    second = positions[neighbors[0] if len(neighbors) > 1 else beside[0]] - origin
    second = _unit(second - (second @ first) * first)
    return origin, np.array([first, second, np.cross(first, second)])


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)
