"""Names of devices, and what is said where there is none."""

import pytest
import torch

from molgen.conformers.config import GenerateConfig
from molgen.docking.records import DockConfig
from molgen.errors import ConfigError
from molgen.runtime.devices import check_device_name, device_of


@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:0", "cuda:1", "mps", "auto", "cuda:0,cuda:3"])
def test_names_of_devices_are_taken_by_the_configurations(name):
    assert DockConfig(device=name).device == GenerateConfig(device=name).device == name


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "cpu:0", "", None, 0, "cuda\n", "cpu,cuda:0", "cuda:0,"])
def test_other_names_are_refused_without_a_device(name):
    for check in (check_device_name, lambda name: DockConfig(device=name), lambda name: GenerateConfig(device=name)):
        with pytest.raises(ConfigError, match="device must be cpu, cuda, cuda:N, mps or auto, not "):
            check(name)


@pytest.mark.parametrize("count", [0, 2])
def test_a_gpu_that_is_not_there_is_said(monkeypatch, count):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    assert device_of("auto").type == ("cuda" if count else "cpu")
    if count:
        assert device_of("cuda:1") == torch.device("cuda:1")
    missing, finds = ("cuda:2", "finds 2 GPUs") if count else ("cuda", "finds no GPU")
    with pytest.raises(ConfigError, match=rf"device {missing} is not available: .* {finds}"):
        device_of(missing)


def test_apple_gpus_are_said_where_they_are_not(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="finds no Apple GPU"):
        device_of("mps")


def test_a_device_that_is_named_twice_is_refused():
    with pytest.raises(ConfigError, match="a device is named twice: cuda:1,cuda:1"):
        check_device_name("cuda:1,cuda:1")
