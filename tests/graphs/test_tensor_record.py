"""Batched records move between devices as a whole."""

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.graphs.tensor_record import TensorRecord


@dataclass(frozen=True)
class Inner(TensorRecord):
    mask: Tensor


@dataclass(frozen=True)
class Outer(TensorRecord):
    values: Tensor
    inner: Inner
    draws: int
    missing: Tensor | None = None


def test_tensors_move_at_every_depth_and_the_rest_stays():
    record = Outer(torch.ones(2), Inner(torch.ones(3, dtype=torch.bool)), 4)
    moved = record.to("meta")
    assert isinstance(moved, Outer)
    assert (moved.values.device.type, moved.inner.mask.device.type) == ("meta", "meta")
    assert (moved.values.shape, moved.inner.mask.dtype) == ((2,), torch.bool)
    assert (moved.draws, moved.missing) == (4, None)
    assert record.values.device.type == "cpu"
