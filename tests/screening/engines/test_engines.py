"""What both engines promise: results, lost workers told apart from late ones, and an error when no worker can work."""

import os
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest
import screening_works
from screening_works import CRASHES, FAILS, HANGS, LengthWork

from molgen.errors import CheckpointError, ConfigError, InputError
from molgen.screening.config import RunConfig
from molgen.screening.engines.ray import connect
from molgen.screening.engines.start import start_engine
from molgen.screening.work import MoleculeTask

CONFIGS = {
    "local": RunConfig(workers=2, timeout=3.0),
    "ray": RunConfig("ray", workers=2, timeout=3.0, memory=0.25),
}


def task(smiles: str) -> MoleculeTask:
    return MoleculeTask(smiles.encode(), smiles, 1)


def all_of(engine, tasks, patience=240.0):
    for one in tasks:
        engine.submit(one)
    ended, begin = {}, time.monotonic()
    while len(ended) < len(tasks) and time.monotonic() - begin < patience:
        ended.update((one.task.smiles, one) for one in engine.finished(1.0))
    return ended


@pytest.fixture(scope="module", params=["local", pytest.param("ray", marks=pytest.mark.slow)])
def config(request):
    if request.param == "ray":
        ray = pytest.importorskip("ray")
        # workers find the modules of the tests
        os.environ["PYTHONPATH"] = os.pathsep.join(
            [str(Path(screening_works.__file__).parent), os.environ.get("PYTHONPATH", "")]
        )
        ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
        yield CONFIGS["ray"]
        ray.shutdown()
        return
    yield CONFIGS["local"]


@pytest.fixture
def engine(config):
    started = start_engine(LengthWork(), config)
    yield started
    started.close()


def test_results_come_back_with_their_tasks(engine):
    ended = all_of(engine, [task("C" * k) for k in range(1, 8)])
    assert {smiles: one.result.values["length"] for smiles, one in ended.items()} == {"C" * k: k for k in range(1, 8)}


def test_workers_see_the_shared_arrays(engine):
    (ended,) = all_of(engine, [task("C")]).values()
    assert ended.result.values["sum"] == 16.0


def test_a_worker_that_dies_costs_its_molecule_only(config):
    engine = start_engine(LengthWork(), replace(config, timeout=60.0))  # Ray takes what is lost later for late
    ended = all_of(engine, [task(one) for one in ("CC", CRASHES, FAILS, "CCC")])
    engine.close()
    assert ended["CC"].result.error is None
    assert ended["CCC"].result.error is None
    assert ended[FAILS].result.error == "tellurium is rare"
    assert ended[CRASHES].result is None
    assert "its worker died" in ended[CRASHES].lost
    assert not ended[CRASHES].final


def test_a_molecule_that_takes_too_long_is_ended(engine):
    ended = all_of(engine, [task(HANGS), task("CC")])
    assert ended["CC"].result.error is None
    assert ended[HANGS].lost == "took longer than 3 s of CPU time"
    assert ended[HANGS].final


def test_of_molecules_that_go_together_only_the_one_at_fault_is_lost():
    engine = start_engine(LengthWork(together=8), CONFIGS["local"])
    try:
        tasks = [task("C" * k) for k in range(1, 9)] + [task(CRASHES), task(HANGS)] + [task("N" * k) for k in (1, 2, 3)]
        ended = all_of(engine, tasks)
    finally:
        engine.close()
    assert [one.task.smiles for one in ended.values() if one.result is None and not one.final] == [CRASHES]
    assert [one.task.smiles for one in ended.values() if one.final] == [HANGS]
    assert len(ended) == len(tasks)


def test_work_that_cannot_be_opened_ends_the_run(config):
    engine = start_engine(LengthWork(openable=False), config)
    try:
        with pytest.raises(CheckpointError, match="of no use"):
            all_of(engine, [task("C")])
    finally:
        engine.close()


def test_there_is_work_for_every_worker(engine):
    assert engine.slots() >= 2


def test_without_ray_the_engine_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install 'molgen\[scale\]'"):
        start_engine(LengthWork(), CONFIGS["ray"])


def test_an_address_where_no_cluster_is_is_named_soon():
    ray = pytest.importorskip("ray")
    with socket.socket() as held:  # bound, but not listening: nobody answers
        held.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(InputError, match=f"no Ray cluster at {address}"):
            connect(ray, RunConfig("ray", address=address))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"engine": "dask"}, "engine must be one of local, ray"),
        ({"workers": 0}, "workers must be at least 1"),
        ({"timeout": float("nan")}, "timeout must be above 0"),
        ({"address": "auto"}, "an address needs engine ray"),
    ],
)
def test_a_wrong_setting_is_named(options, reason):
    with pytest.raises(ConfigError, match=reason):
        RunConfig(**options)
