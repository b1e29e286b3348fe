"""What all batched records share: they move between devices as a whole."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Self

import torch
from torch import Tensor


class TensorRecord:
    """Base of a frozen dataclass of tensors, of further such records and of plain values."""

    def to(self, device: torch.device | str) -> Self:
        """A copy with every tensor on ``device``."""
        assert is_dataclass(self)
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return replace(self, **{k: v.to(device) for k, v in values.items() if isinstance(v, (Tensor, TensorRecord))})
