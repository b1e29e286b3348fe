"""The engine of a configuration, and the device on which its work is tried first."""

from __future__ import annotations

from molgen.errors import ConfigError
from molgen.runtime.devices import device_of, sharing_devices
from molgen.screening.config import RunConfig
from molgen.screening.engines.engine import Engine
from molgen.screening.engines.local import LocalEngine
from molgen.screening.engines.ray import RayEngine
from molgen.screening.work import Work


def local_device(device: str, config: RunConfig) -> str:
    """The device of this process, on which the work is tried before a run: the first of several.

    Raises:
        ConfigError: a device of this machine is not available, or is chosen where Ray assigns them.
    """
    if config.engine == "ray":
        if ":" in device:
            raise ConfigError(f"Ray assigns the GPUs of its workers: device cuda, not {device}")
        return "cpu"
    with sharing_devices(0):
        return str(device_of(device))


def start_engine(work: Work, config: RunConfig) -> Engine:
    """The engine of a configuration, started.

    Raises:
        InputError: Ray is not installed, or there is none at the address.
    """
    return RayEngine(work, config) if config.engine == "ray" else LocalEngine(work, config)
