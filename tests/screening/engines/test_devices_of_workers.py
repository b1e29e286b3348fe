"""Several GPUs are shared out by the workers of a machine; on a cluster Ray assigns them. None is needed here."""

import types

import pytest
import torch
from screening_works import LengthWork

from molgen.errors import ConfigError
from molgen.runtime.devices import device_of, sharing_devices
from molgen.screening.config import RunConfig
from molgen.screening.engines import ray as ray_engine
from molgen.screening.engines.local import LocalEngine
from molgen.screening.engines.start import local_device
from molgen.screening.engines.worker import Number

BOTH = "cuda:0,cuda:2"


@pytest.fixture
def three_gpus(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)


def test_workers_take_the_devices_in_turn(three_gpus):
    taken = []
    for worker in range(4):
        with sharing_devices(worker):
            taken.append(str(device_of(BOTH)))
    assert taken == ["cuda:0", "cuda:2", "cuda:0", "cuda:2"]
    assert local_device(BOTH, RunConfig()) == "cuda:0"


def test_one_process_alone_takes_no_several_devices(three_gpus):
    with pytest.raises(ConfigError, match="one process takes one device, not cuda:0,cuda:2: several are for"):
        device_of(BOTH)


def test_each_of_several_devices_has_to_be_there(three_gpus):
    with pytest.raises(ConfigError, match="device cuda:3 is not available"):
        local_device("cuda:0,cuda:3", RunConfig())


def test_a_number_is_that_of_one_worker_until_it_ends(tmp_path):
    first, second = Number(tmp_path), Number(tmp_path)
    assert (first.value, second.value) == (0, 1)
    first.close()
    again, third = Number(tmp_path), Number(tmp_path)
    assert (again.value, third.value) == (0, 2)
    for number in (second, again, third):
        number.close()


def test_there_is_a_worker_for_every_device():
    engine = LocalEngine(LengthWork(device="cuda:0,cuda:1,cuda:2"), RunConfig(workers=1))
    try:
        assert engine.slots() == 9
    finally:
        engine.close()


class FakeRay:
    """What the engine asks of Ray before any task."""

    def __init__(self, **resources: float) -> None:
        self.resources, self.asked = resources, {}

    def is_initialized(self) -> bool:
        return True

    def put(self, value: object) -> object:
        return value

    def remote(self, **asked: float) -> types.FunctionType:
        self.asked = asked
        return lambda function: function

    def cluster_resources(self) -> dict[str, float]:
        return self.resources


@pytest.mark.parametrize(
    ("device", "gpus", "asked", "slots"), [("cpu", 1, 0, 24), ("cuda", 1, 1, 6), ("cuda", 0.5, 0.5, 12)]
)
def test_ray_is_asked_for_gpus_where_the_work_is_done_on_them(monkeypatch, device, gpus, asked, slots):
    fake = FakeRay(CPU=8, GPU=2)
    monkeypatch.setattr(ray_engine, "_ray", lambda: fake)
    engine = ray_engine.RayEngine(LengthWork(device=device), RunConfig("ray", gpus=gpus))
    assert fake.asked["num_gpus"] == asked
    assert engine.slots() == slots


def test_ray_needs_no_gpu_here_and_no_number_of_one():
    assert local_device("cuda", RunConfig("ray")) == "cpu"
    with pytest.raises(ConfigError, match="Ray assigns the GPUs of its workers: device cuda, not cuda:1"):
        local_device("cuda:1", RunConfig("ray"))
