"""Equality of dataclasses of arrays or tensors."""

from dataclasses import fields
from typing import Any

import numpy as np


def assert_same(first: Any, second: Any) -> None:
    """Two records hold equal arrays (or tensors) of the same types."""
    for field in fields(first):
        one, other = getattr(first, field.name), getattr(second, field.name)
        assert one.dtype == other.dtype, field.name
        assert np.array_equal(one, other), field.name
