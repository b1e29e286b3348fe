"""Conformer matching: reference conformations on template geometry, as in sampling (Jing et al. 2022, section 4.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, without_hydrogens
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.geometry.fitting import fit_torsions


@dataclass(frozen=True)
class Match:
    """A template turned on to a reference. positions [n, 3] of the heavy atoms, Angstrom; rmsd to the reference."""

    positions: np.ndarray
    rmsd: float


def match_reference(reference: np.ndarray, templates: np.ndarray, graph: MoleculeGraph) -> list[Match]:
    """Templates [k, n, 3] brought as near to ``reference`` [n, 3] as turning torsions can, the nearest first."""
    fitted, rmsd = fit_torsions(
        torch.from_numpy(templates),
        torch.from_numpy(reference),
        torch.from_numpy(graph.torsions.astype(np.int64)),
        torch.from_numpy(graph.moving),
    )
    return [Match(fitted[k].numpy(), float(rmsd[k])) for k in rmsd.argsort(stable=True).tolist()]


def reference_positions(reference: Chem.Mol, mol: Chem.Mol, conformer: int = -1) -> np.ndarray | None:
    """Heavy-atom positions of ``reference`` in the heavy-atom order of ``mol``; None when the graphs differ.

    Of the equivalent assignments one whose tetrahedral and double-bond stereo agree is chosen.
    """
    bare, wanted = without_hydrogens(reference), without_hydrogens(mol)
    match = bare.GetSubstructMatch(wanted, useChirality=True) or bare.GetSubstructMatch(wanted)
    if len(match) != len(heavy_atoms(mol)) or len(match) != bare.GetNumAtoms():
        return None
    return bare.GetConformer(conformer).GetPositions()[list(match)]
