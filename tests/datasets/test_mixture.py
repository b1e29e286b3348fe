"""The stream of training batches: decided by seed and number, shared out without a repeat, drawn by shares."""

from collections import Counter
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
import pytest
import torch

from molgen.datasets.mixture import POOL, MixtureDataset, MixtureSource, cluster_weights
from molgen.errors import InputError


@dataclass(frozen=True)
class Sized:
    """A record whose graph is known by its size alone."""

    name: str
    n_atoms: int
    cluster: str = ""

    @property
    def graph(self) -> "Sized":
        return self


FIRST = [Sized(f"a{k}", 4 + 7 * k % 11) for k in range(11)]
SECOND = [Sized(f"b{k}", 5 + k) for k in range(4)]
Batch = tuple[tuple[Sized, ...], float]


def collate(records: list[Sized], rng: np.random.Generator) -> Batch:
    """The records, and a number that is drawn anew for every batch."""
    return tuple(records), float(rng.random())


def stream(**settings) -> MixtureDataset:
    options = {"sources": [MixtureSource(FIRST, 3.0), MixtureSource(SECOND, 1.0)], "batch": 4, "seed": 0, **settings}
    return MixtureDataset(options.pop("sources"), options.pop("batch"), collate, **options)


def taken(count: int, **settings) -> list[Batch]:
    return list(islice(stream(**settings), count))


def test_the_seed_decides_the_stream():
    assert taken(2 * POOL) == taken(2 * POOL)
    assert taken(POOL) != taken(POOL, seed=1)
    assert len({drawn for _, drawn in taken(3 * POOL)}) == 3 * POOL


@pytest.mark.parametrize("pool", [1, 3, POOL])
@pytest.mark.parametrize("start", [1, POOL - 1, POOL, POOL + 3])
def test_a_later_start_leaves_out_the_batches_before(start, pool):
    assert taken(start + 5, pool=pool)[start:] == taken(5, start=start, pool=pool)


@pytest.mark.parametrize("start", [0, 5])
def test_ranks_share_the_stream_without_a_repeat(start):
    whole = taken(3 * (start + 8))[3 * start :]
    ranks = [taken(8, rank=rank, world_size=3, start=start) for rank in range(3)]
    assert [batch for row in zip(*ranks, strict=True) for batch in row] == whole


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("rank", [0, 1])
def test_workers_of_a_loader_give_the_stream_in_its_order(workers, rank):
    def unchanged(batch: Batch) -> Batch:
        return batch

    dataset = stream(start=3, rank=rank, world_size=2)
    loader = torch.utils.data.DataLoader(dataset, batch_size=None, num_workers=workers, collate_fn=unchanged)
    assert list(islice(loader, 12)) == taken(12, start=3, rank=rank, world_size=2)


def test_sources_are_drawn_by_their_shares():
    names = [record.name[0] for records, _ in taken(40 * POOL) for record in records]
    assert names.count("b") / len(names) == pytest.approx(0.25, abs=0.05)
    none = taken(POOL, sources=[MixtureSource(FIRST), MixtureSource(SECOND, 0.0)])
    assert {record.name[0] for records, _ in none for record in records} == {"a"}


def counted(source: MixtureSource) -> dict[str, float]:
    names = Counter(record.name for records, _ in taken(60 * POOL, sources=[source]) for record in records)
    return {name: count / names.total() for name, count in names.items()}


def test_records_of_a_source_are_equally_likely_or_drawn_by_weight():
    assert counted(MixtureSource(SECOND)) == pytest.approx({f"b{k}": 0.25 for k in range(4)}, abs=0.05)
    weighted = counted(MixtureSource(SECOND, weights=np.array([0.0, 0.5, 0.2, 0.3])))
    assert weighted == pytest.approx({"b1": 0.5, "b2": 0.2, "b3": 0.3}, abs=0.05)


def test_clusters_count_by_the_root_of_their_members():
    weights = cluster_weights([Sized(name, 4, name[0]) for name in ("a1", "b1", "c1", "a2", "b2", "a3", "a4")])
    assert weights.sum() == pytest.approx(1.0)
    assert weights / weights[2] == pytest.approx([1 / 2, 2**-0.5, 1, 1 / 2, 2**-0.5, 1 / 2, 1 / 2])


def test_a_batch_holds_records_of_similar_size_and_sizes_come_in_any_order():
    batches = [[record.n_atoms for record in records] for records, _ in taken(POOL)]
    ordered = sorted(batches, key=lambda sizes: (min(sizes), max(sizes)))
    assert all(max(first) <= min(second) for first, second in pairwise(ordered))
    assert batches != ordered


def test_a_source_without_records_is_refused():
    with pytest.raises(InputError, match="nothing to train on"):
        stream(sources=[MixtureSource(FIRST), MixtureSource([])])
