"""The stream of training batches."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from small_molecules import entry_of

from molgen.errors import InputError
from molgen.models.torsion_flow.data import POOL, ConformerBatch, MixtureDataset

FIRST = [entry_of("CCOC(=O)CN", 3), entry_of("CCCCO", 2), entry_of("CC(F)COC", 2)]
SECOND = [entry_of("ClCCCl", 2), entry_of("ClCCCCCl", 2)]
RIGID = entry_of("c1ccccc1", 1)


def stream(count: int, seed: int = 0, start: int = 0, **settings) -> list[ConformerBatch]:
    options = {"sources": [FIRST, SECOND], "shares": [3.0, 1.0], "batch": 4, "draws": 2, **settings}
    return list(islice(MixtureDataset(**options, seed=seed, start=start), count))


def same(first: ConformerBatch, second: ConformerBatch) -> bool:
    return torch.equal(first.positions, second.positions) and torch.equal(first.graph.atoms, second.graph.atoms)


def test_the_same_seed_gives_the_same_stream():
    first, again, other = stream(12), stream(12), stream(12, seed=1)
    assert all(same(a, b) for a, b in zip(first, again, strict=True))
    assert not all(same(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("start", [3, POOL, POOL + 5])
def test_a_later_start_leaves_out_the_batches_before(start):
    whole, rest = stream(20), stream(20 - start, start=start)
    assert all(same(a, b) for a, b in zip(whole[start:], rest, strict=True))


def test_molecules_are_drawn_by_the_shares_of_their_sources():
    chlorine = sum(int((b.graph.atoms[..., 0] == 9).any(1).sum()) for b in stream(250))
    assert chlorine / 1000 == pytest.approx(0.25, abs=0.05)


def test_molecules_of_a_source_are_equally_likely():
    sizes = torch.cat([b.graph.atom_mask.sum(1) for b in stream(200, sources=[SECOND], shares=[1.0])])
    assert (sizes == 4).double().mean().item() == pytest.approx(0.5, abs=0.05)


def test_conformers_are_drawn_by_weight():
    heavy = replace(FIRST[0], weights=np.array([0.0, 3.0, 1.0], dtype=np.float16))
    drawn = torch.cat([b.positions.flatten(0, 1) for b in stream(100, sources=[[heavy]], shares=[1.0])])
    own = torch.from_numpy(heavy.positions.astype(np.float32))
    which = (drawn[:, None] - own).abs().amax((2, 3)).argmin(1)
    shares = torch.bincount(which, minlength=3) / len(which)
    assert shares[0] == 0
    assert shares[1].item() == pytest.approx(0.75, abs=0.06)


def test_template_conformers_are_drawn_uniformly_whatever_the_weights():
    entry = replace(entry_of("CCCO", 2), weights=np.array([1.0, 0.0], np.float16))
    batches = stream(100, sources=[[entry]], shares=[1.0])
    first, second = (torch.from_numpy(x.astype(np.float32)) for x in entry.positions)
    assert all((b.positions == first).all() for b in batches)
    drawn = torch.cat([(b.local == second).all(-1).all(-1).flatten() for b in batches if b.local is not None])
    assert drawn.double().mean().item() == pytest.approx(0.5, abs=0.06)


def test_batches_hold_the_conformers_of_their_molecules():
    for batch in stream(POOL):
        assert batch.positions.shape == (4, 2, batch.graph.atoms.shape[1], 3)
        assert batch.positions.dtype == torch.float32
        bonded = batch.graph.bonds[..., 0] > 0
        lengths = torch.cdist(batch.positions, batch.positions)
        for s in range(2):
            assert (lengths[:, s][bonded] > 1.1).all()
            assert (lengths[:, s][bonded] < 2.0).all()
        assert (batch.positions.transpose(1, 2)[~batch.graph.atom_mask] == 0).all()


def test_molecules_without_torsions_are_passed_over():
    batches = stream(POOL, sources=[[RIGID, *FIRST]], shares=[1.0])
    assert all(b.graph.torsion_mask.any(1).all() for b in batches)


def test_a_source_without_torsions_is_refused():
    with pytest.raises(InputError, match="no molecule with a rotatable bond"):
        MixtureDataset([FIRST, [RIGID]], [1.0, 1.0], 4, 2, 0)
