"""Small molecules with their polar hydrogens for tests, made from SMILES on the spot."""

import numpy as np
from rdkit import Chem
from small_molecules import embedded

from molgen.chem.features.polar_features import PolarGraph, polar_graph
from molgen.datasets.records.cartesian import CartesianRecord


def polar_of(smiles: str) -> PolarGraph:
    return polar_graph(Chem.AddHs(Chem.MolFromSmiles(smiles)))


def polar_positions(smiles: str, count: int = 1) -> np.ndarray:
    """float64 [count, n, 3], Angstrom, of heavy atoms and polar hydrogens."""
    mol = embedded(smiles, count)
    return np.array([c.GetPositions() for c in mol.GetConformers()])[:, polar_of(smiles).atoms]


def cartesian_entry_of(smiles: str, count: int = 2) -> CartesianRecord:
    """A prepared molecule with so many structures."""
    polar, positions = polar_of(smiles), polar_positions(smiles, count)
    centered = positions - positions.mean(1, keepdims=True)
    placed = polar.graph.atoms[:, 0] > 0
    return CartesianRecord(polar.graph, polar.marks, centered.astype(np.float16), placed)
