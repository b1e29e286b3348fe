"""Values of records that are computed once, for as long as the record is in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

Value = TypeVar("Value")


def remembered(function: Callable[[Any], Value]) -> Callable[[Any], Value]:
    """The function of a record, computed once for each. It does not keep the record, nor the part that it is from."""
    known: WeakKeyDictionary[Any, Value] = WeakKeyDictionary()

    def value(record: Any) -> Value:
        if record not in known:
            known[record] = function(record)
        return known[record]

    return value
