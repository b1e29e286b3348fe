"""Where networks run: the name that a user gives, as a device of torch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from molgen.errors import ConfigError, readable

if TYPE_CHECKING:
    import torch

_NAME = re.compile(r"auto|cpu|mps|cuda(:\d{1,3})?")


def check_device_name(name: object) -> None:
    """See that a name is that of a device, be it there or not. Does not import torch.

    Raises:
        ConfigError: it is not.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigError(f"device must be cpu, cuda, cuda:N, mps or auto, not {readable(repr(name))}")


def device_of(name: str) -> torch.device:
    """The device of a name; `auto` is the first GPU of CUDA or ROCm where there is one, else the CPU.

    Raises:
        ConfigError: it is no name of a device, or this machine or this torch has no such device.
    """
    import torch

    check_device_name(name)
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return torch.device("cuda" if gpus else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= gpus:
        what = f"{gpus} GPU{'s' * (gpus > 1)}" if gpus else "no GPU"
        raise ConfigError(f"device {name} is not there: torch {torch.__version__} finds {what}")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise ConfigError(f"device mps is not there: torch {torch.__version__} finds no Apple GPU")
    return device
