"""Sets that are larger than memory: the same records, few parts at a time, a stream that can be shared and resumed."""

from collections import Counter
from itertools import islice
from weakref import WeakSet

import numpy as np
import pytest
import torch
from small_molecules import entry_of
from small_sets import SMALL_TRAININGS
from task_tests import assert_same

from molgen.config import override
from molgen.datasets.held_back import hold_back, molecule_of
from molgen.datasets.mixture import STRETCH, MixtureDataset, MixtureSource
from molgen.datasets.parts.part_files import find_parts
from molgen.datasets.parts.remembered import remembered
from molgen.datasets.parts.shards import PartReader, ShardedRecords, in_memory, load_sets, select_records, values_of
from molgen.datasets.records.conformers import encode_conformers, load_conformers
from molgen.errors import InputError
from molgen.models import trainable_models

SMILES = [f"{'C' * (1 + k % 7)}{tail}" for k, tail in enumerate(["O", "N", "F", "Cl", "Br", "OC", "CO", "C=O"] * 3)]
SMILES = list(dict.fromkeys(SMILES))
PARTS = 8


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    for k in range(PARTS):
        entries = [entry_of(smiles) for smiles in SMILES[k::PARTS]]
        (folder / f"part-{k}.safetensors").write_bytes(encode_conformers(entries, f"source {k % 2}"))
    return find_parts(folder)


@pytest.fixture
def alive():
    """Records that are in memory."""
    return WeakSet()


@pytest.fixture
def load(alive):
    def loaded(paths):
        records, names = load_conformers(paths)
        alive.update(records)
        return records, names

    return loaded


def sharded(parts, load, most=2) -> ShardedRecords:
    return ShardedRecords(PartReader(parts, load, most))


def keys(records):
    return [molecule_of(record) for record in records]


def first_keys(records, rng):
    return tuple(keys(records)), int(rng.integers(1000))


def stream(records, **settings):
    return MixtureDataset([MixtureSource(records)], 4, first_keys, seed=0, pool=2, **settings)


def test_a_set_that_fits_is_loaded_and_a_larger_one_has_the_same_records_and_sources(parts):
    ((whole, names),) = load_sets([parts], load_conformers, memory=100.0)
    ((by_parts, same_names),) = load_sets([parts], load_conformers, memory=0.0)
    assert isinstance(whole, list)
    assert isinstance(by_parts, ShardedRecords)
    assert by_parts.reader.most == 1
    assert names == same_names
    assert keys(whole) == keys(by_parts) == values_of(by_parts, molecule_of)


def test_never_more_than_some_parts_are_in_memory(parts, load, alive):
    records = sharded(parts, load)
    largest = max(records.reader.counts)
    for _ in islice(stream(records), 4 * STRETCH):
        assert 0 < len(alive) <= 2 * largest < len(records) / 2
    (rest,), held = hold_back([records], 0, molecule_of, 3, seed=0)
    list(rest)
    assert len(alive) <= 2 * largest
    assert len(held) == 3
    assert not set(keys(held)) & set(keys(rest))


def test_what_is_held_back_does_not_keep_its_part(parts, load, alive):
    records = sharded(parts, load)
    held = in_memory(select_records(records, [True] + [False] * (len(records) - 1)))
    records[len(records) - 1], records[len(records) - 2]
    assert held[0].positions.base is None or len(held[0].positions.base) == len(held[0].positions)
    assert all(record is not held[0] for record in alive)


def test_remembered_values_do_not_keep_records(parts, load, alive):
    value = remembered(lambda record: record.graph.n_atoms)
    for record in sharded(parts, load, most=1):
        assert value(record) == record.graph.n_atoms
    assert len(alive) < len(SMILES) / 2


def test_the_stream_is_decided_by_seed_and_number(parts, load):
    whole = list(islice(stream(sharded(parts, load)), 12))
    assert list(islice(stream(sharded(parts, load), start=5), 7)) == whole[5:]
    ranks = [list(islice(stream(sharded(parts, load), rank=k, world_size=2), 6)) for k in (0, 1)]
    assert [batch for row in zip(*ranks, strict=True) for batch in row] == whole


def test_workers_of_a_loader_give_the_same_stream(parts):
    dataset = stream(sharded(parts, load_conformers))
    loader = torch.utils.data.DataLoader(
        dataset, batch_size=None, num_workers=2, collate_fn=lambda x: x, multiprocessing_context="fork"
    )
    assert list(islice(loader, 8)) == list(islice(stream(sharded(parts, load_conformers)), 8))


def test_over_many_stretches_a_record_is_drawn_by_its_weight(parts, load):
    records = sharded(parts, load)
    weights = np.arange(1.0, len(records) + 1)
    weights /= weights.sum()
    chance = Counter()
    for number in range(200):
        for rows, shares in records.opened(number, 0, weights).parts:
            for row, share in zip(rows.tolist(), shares.tolist(), strict=True):
                chance[row] += share / 400
    np.testing.assert_allclose([chance[k] for k in range(len(records))], weights, atol=0.003)


def test_all_parts_are_opened_soon(parts, load):
    records = sharded(parts, load)
    seen = {tuple(rows) for number in range(PARTS) for rows, _ in records.opened(number, 0).parts}
    assert len(seen) == PARTS


def test_a_part_that_does_not_hold_what_it_says_is_named(parts):
    reader = PartReader(parts, lambda paths: (load_conformers(paths)[0][1:], []), 1)
    with pytest.raises(InputError, match=r"part-0.*records but states"):
        reader[0]


@pytest.mark.parametrize("command", ["conformers", "cartesian", "docking", "side-chains"])
def test_every_model_draws_from_sets_that_stay_on_disk(command, tmp_path):
    task = trainable_models()[command].task()
    config = override(SMALL_TRAININGS[command](tmp_path), ["train.memory=0"])
    streams = [task.data(config).stream(start=start) for start in (0, 1)]
    assert all(isinstance(source.records, ShardedRecords) for source in streams[0].sources)
    first, again = list(islice(streams[0], 2))[1], next(iter(streams[1]))
    assert_same(tensors_of(first), tensors_of(again))


def tensors_of(batch):
    stores = getattr(batch, "stores", [batch])
    return {
        f"{k} {name}": value for k, one in enumerate(stores) for name, value in one.items() if torch.is_tensor(value)
    }
