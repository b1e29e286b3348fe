"""Small embedded molecules for tests, made from SMILES on the spot."""

from functools import lru_cache

import numpy as np
import torch
from rdkit import Chem
from rdkit.Chem import rdDistGeom
from torch import Tensor

from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.datasets.records.conformers import ConformerRecord
from molgen.graphs.batch import GraphBatch, batch_graphs


@lru_cache
def embedded(smiles: str, count: int = 1, seed: int = 7) -> Chem.Mol:
    """A molecule with explicit hydrogens and ``count`` conformers. Shared: do not change it."""
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert len(rdDistGeom.EmbedMultipleConfs(mol, count, randomSeed=seed)) == count
    return mol


def graph_of(smiles: str) -> MoleculeGraph:
    return molecule_graph(Chem.MolFromSmiles(smiles))


def heavy_positions(smiles: str, count: int = 1, seed: int = 7) -> np.ndarray:
    """float64 [count, n, 3], Angstrom."""
    mol = embedded(smiles, count, seed)
    return np.array([c.GetPositions() for c in mol.GetConformers()])[:, heavy_atoms(mol)]


def batch_of(*smiles: str, count: int = 1) -> tuple[GraphBatch, Tensor]:
    """The padded graphs and float64 positions [B, count, n, 3]; padded atoms lie at the origin."""
    graph = batch_graphs([graph_of(s) for s in smiles])
    positions = torch.zeros(len(smiles), count, graph.atoms.shape[1], 3, dtype=torch.float64)
    for row, name in enumerate(smiles):
        own = torch.from_numpy(heavy_positions(name, count))
        positions[row, :, : own.shape[1]] = own
    return graph, positions


def entry_of(smiles: str, count: int = 2) -> ConformerRecord:
    """A prepared molecule whose conformers all count the same."""
    positions = heavy_positions(smiles, count)
    positions = positions - positions.mean(1, keepdims=True)
    n = positions.shape[1]
    identity = np.arange(n, dtype=np.uint8)[None]
    return ConformerRecord(graph_of(smiles), positions.astype(np.float16), np.ones(count, np.float16), identity)
