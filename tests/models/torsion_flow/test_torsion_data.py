"""Batches of conformers: what is drawn of every molecule."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from small_molecules import entry_of

from molgen.datasets.mixture import MixtureDataset, MixtureSource
from molgen.datasets.records.conformers import ConformerRecord
from molgen.models.torsion_flow.data import CollateConformers, ConformerBatch, with_torsions

RECORDS = [entry_of("CCOC(=O)CN", 3), entry_of("CCCCO", 2), entry_of("CC(F)COC", 2)]


def batches(count: int, records: list[ConformerRecord]) -> Iterator[ConformerBatch]:
    collate, rng = CollateConformers(draws=2), np.random.default_rng(0)
    return (ConformerBatch.padded(collate(records, rng)) for _ in range(count))


def test_conformers_are_drawn_by_weight():
    heavy = replace(RECORDS[0], weights=np.array([0.0, 3.0, 1.0], dtype=np.float16))
    drawn = torch.cat([b.positions.flatten(0, 1) for b in batches(100, [heavy] * 4)])
    own = torch.from_numpy(heavy.positions.astype(np.float32))
    which = (drawn[:, None] - own).abs().amax((2, 3)).argmin(1)
    shares = torch.bincount(which, minlength=3) / len(which)
    assert shares[0] == 0
    assert shares[1].item() == pytest.approx(0.75, abs=0.06)


def test_template_conformers_are_drawn_uniformly_whatever_the_weights():
    record = replace(entry_of("CCCO", 2), weights=np.array([1.0, 0.0], np.float16))
    first, second = (torch.from_numpy(x.astype(np.float32)) for x in record.positions)
    drawn = []
    for batch in batches(100, [record] * 4):
        assert (batch.positions == first).all()
        assert batch.local is not None
        drawn.append((batch.local == second).all(-1).all(-1).flatten())
    assert torch.cat(drawn).double().mean().item() == pytest.approx(0.5, abs=0.06)


def test_batches_hold_the_conformers_of_their_molecules():
    for batch in batches(8, RECORDS):
        assert batch.positions.shape == (3, 2, batch.graph.atoms.shape[1], 3)
        assert batch.positions.dtype == torch.float32
        bonded = batch.graph.bonds[..., 0] > 0
        lengths = torch.cdist(batch.positions, batch.positions)
        for s in range(2):
            assert (lengths[:, s][bonded] > 1.1).all()
            assert (lengths[:, s][bonded] < 2.0).all()
        assert (batch.positions.transpose(1, 2)[~batch.graph.atom_mask] == 0).all()


def test_molecules_without_torsions_are_passed_over():
    assert with_torsions([entry_of("c1ccccc1", 1), *RECORDS]) == RECORDS


def test_batches_come_from_the_workers_of_a_loader_as_from_this_process():
    def stream() -> MixtureDataset:
        return MixtureDataset([MixtureSource(RECORDS)], 2, CollateConformers(draws=2), seed=0, start=3)

    loader = torch.utils.data.DataLoader(stream(), batch_size=None, num_workers=2)
    for made, own in zip(islice(loader, 6), stream(), strict=False):
        assert made.keys() == own.keys()
        assert all(torch.equal(made[name], own[name]) for name in own.keys())  # noqa: SIM118  # of torch_geometric
        assert torch.equal(ConformerBatch.padded(made).positions, ConformerBatch.padded(own).positions)
