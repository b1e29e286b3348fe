"""Torsions of many molecules from one pass of the network are those of each alone."""

import math

import pytest
import torch
from rdkit import Chem

from molgen.chem.features.molecule_features import molecule_graph
from molgen.conformers.batching import flow
from molgen.conformers.batching.flow import FlowRequest, flow_together
from molgen.models.torsion_flow.sample import time_grid
from molgen.models.torsion_flow.task import load_model


@pytest.mark.parametrize("edges", [flow.GPU_EDGES, 1])
def test_torsions_do_not_depend_on_the_batch(edges, monkeypatch):
    monkeypatch.setattr(flow, "GPU_EDGES", edges)
    model, rng = load_model(), torch.Generator().manual_seed(0)
    requests = []
    for smiles, count in (("CCOC(=O)CCCNC", 5), ("CCCO", 70), ("c1ccccc1", 3)):
        record = molecule_graph(Chem.AddHs(Chem.MolFromSmiles(smiles)))
        template = 2.0 * torch.randn(count, record.n_atoms, 3, generator=rng)
        start = math.pi * (2 * torch.rand(count, record.n_torsions, generator=rng) - 1)
        requests.append(FlowRequest(model, record, template, start, time_grid(model, 2), "ode", 0))
    alone = flow_together(requests)
    monkeypatch.setattr(FlowRequest, "is_unbatched", FlowRequest.is_rigid)  # as on a GPU
    for one, other in zip(alone, flow_together(requests), strict=True):
        gap = (one - other + math.pi) % (2 * math.pi) - math.pi
        assert one.shape == other.shape
        assert gap.abs().max() < 1e-4 if gap.numel() else True
