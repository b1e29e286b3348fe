"""What is done for many molecules at once takes its device from its inputs: nothing is made on a fixed one."""

import numpy as np
import torch
from named_devices import DevicesAreNamed
from rdkit import Chem
from rdkit.Chem import rdDistGeom

from molgen.chem.features.molecule_features import molecule_graph
from molgen.conformers.batching.minimization import minimize_batched
from molgen.conformers.force_field import ConformerField
from molgen.graphs.batch import batch_graphs
from molgen.models.torsion_flow.sample import sample_molecules, time_grid
from molgen.models.torsion_flow.task import load_model

SMILES = ("CCO", "CC(=O)Nc1ccccc1", "CC#CC=O")


def molecules() -> list[Chem.Mol]:
    mols = [Chem.AddHs(Chem.MolFromSmiles(smiles)) for smiles in SMILES]
    for mol in mols:
        rdDistGeom.EmbedMultipleConfs(mol, 3, randomSeed=1)
    return mols


def positions(mol: Chem.Mol) -> np.ndarray:
    """[B, n, 3]."""
    return np.array([conformer.GetPositions() for conformer in mol.GetConformers()])


def test_minimization_of_several_molecules():
    requests = [ConformerField(mol).request(positions(mol).transpose(1, 2, 0), 25) for mol in molecules()]
    with DevicesAreNamed():
        moved = minimize_batched(requests)
    assert [tuple(x.shape) for x, _ in moved] == [tuple(request.positions.shape) for request in requests]


def test_the_flow_of_several_molecules():
    model = load_model()
    records = [molecule_graph(Chem.AddHs(Chem.MolFromSmiles(smiles))) for smiles in ("CCOC", "CCCCN")]
    graph = batch_graphs(records)
    template = 2.0 * torch.randn(2, 3, graph.atoms.shape[1], 3, generator=torch.Generator().manual_seed(0))
    start, times = torch.zeros(2, 3, graph.torsions.shape[1]), time_grid(model, 2)
    with DevicesAreNamed():
        sampled = sample_molecules(model, graph, template, start, times=times)
    assert sampled.shape == start.shape
