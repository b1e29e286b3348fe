"""Where networks run: the name that a user gives, as a device of torch; several GPUs are shared out by worker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from molgen.errors import ConfigError, readable

if TYPE_CHECKING:
    import torch

_ONE = r"cuda:\d{1,3}"
_NAME = re.compile(rf"auto|cpu|mps|cuda|{_ONE}(,{_ONE})*")
_worker: int | None = None
"""Number of this process among those that share several devices; None: it shares them with no other."""


def check_device_name(name: object) -> None:
    """Check that a name is that of a device, or those of several GPUs, be they there or not. Does not import torch.

    Raises:
        ConfigError: it is not.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigError(f"device must be cpu, cuda, cuda:N, mps or auto, not {readable(repr(name))}")
    if len(set(names_of_devices(name))) < name.count(",") + 1:
        raise ConfigError(f"a device is named twice: {name}")


def names_of_devices(name: str) -> list[str]:
    """One name for each device: those of "cuda:0,cuda:1" are two."""
    return name.split(",")


def may_be_gpu(name: str) -> bool:
    """Whether the device of a name is a GPU of CUDA or ROCm; one that is named counts where this machine has none."""
    return name.startswith("cuda") or (name == "auto" and device_of(name).type == "cuda")


@contextmanager
def sharing_devices(worker: int) -> Iterator[None]:
    """Within, several devices are shared out by the numbers of workers, of which this process is one."""
    before = _worker
    take_turn(worker)
    try:
        yield
    finally:
        take_turn(before)


def take_turn(worker: int | None) -> None:
    """Of several devices this process takes from now on the one whose turn it is by its number."""
    global _worker
    _worker = worker


def device_of(name: str) -> torch.device:
    """The device of a name; `auto` is the first GPU of CUDA or ROCm where there is one, else the CPU.

    Of several devices, all of which must be there, it is the one that a worker of a screen takes
    (:func:`sharing_devices`).

    Raises:
        ConfigError: it is no name of a device, this machine or this torch has no such device, or it names several where
            nothing is shared out.
    """
    check_device_name(name)
    names = names_of_devices(name)
    if len(names) > 1 and _worker is None:
        raise ConfigError(f"one process takes one device, not {name}: several are for the workers of molgen screen")
    devices = [_device(each) for each in names]
    return devices[(_worker or 0) % len(devices)]


def _device(name: str) -> torch.device:
    import torch

    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return torch.device("cuda" if gpus else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= gpus:
        present = f"{gpus} GPU{'s' * (gpus > 1)}" if gpus else "no GPU"
        raise ConfigError(f"device {name} is not available: torch {torch.__version__} finds {present}")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise ConfigError(f"device mps is not there: torch {torch.__version__} finds no Apple GPU")
    return device
