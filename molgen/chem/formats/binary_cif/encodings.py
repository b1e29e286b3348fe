"""The encodings of columns in BinaryCIF, undone from the last to the first (github.com/molstar/BinaryCIF, 0.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from molgen.errors import ParseError

_TYPES = {1: "<i1", 2: "<i2", 3: "<i4", 4: "<u1", 5: "<u2", 6: "<u4", 32: "<f4", 33: "<f8"}
MOST_VALUES = 30_000_000
"""Of one column."""
_MOST_STRINGS = 2**26
Encoding = Mapping[str, Any]


def decoded(data: Any, encodings: Sequence[Encoding]) -> np.ndarray:
    """The values of a column.

    Raises:
        ParseError: the encoding is unknown, does not fit the data, or makes too many values of it.
    """
    try:
        for encoding in reversed(encodings):
            data = _DECODERS[encoding["kind"]](data, encoding)
            if len(data) > MOST_VALUES:
                raise ParseError("a column of too many values")
        return np.asarray(data)
    except (KeyError, ValueError, TypeError, IndexError, OverflowError, AttributeError, MemoryError) as error:
        raise ParseError(f"a column whose encoding does not fit its data ({type(error).__name__})") from error


def _bytes(data: bytes, encoding: Encoding) -> np.ndarray:
    return np.frombuffer(data, _TYPES[encoding["type"]])


def _fixed_point(data: np.ndarray, encoding: Encoding) -> np.ndarray:
    return data.astype(np.float64) / encoding["factor"]


def _quantized(data: np.ndarray, encoding: Encoding) -> np.ndarray:
    step = (encoding["max"] - encoding["min"]) / (encoding["numSteps"] - 1)
    return encoding["min"] + data.astype(np.float64) * step


def _run_length(data: np.ndarray, encoding: Encoding) -> np.ndarray:
    counts = data[1::2].astype(np.int64)
    if (counts < 0).any() or counts.sum() > MOST_VALUES:
        raise ParseError("a column of too many values")
    return np.repeat(data[::2], counts)


def _delta(data: np.ndarray, encoding: Encoding) -> np.ndarray:
    return encoding["origin"] + np.cumsum(data.astype(np.int64))


def _packed(data: np.ndarray, encoding: Encoding) -> np.ndarray:
    """Integers that did not fit are the sum of a run of extreme values and the value after it."""
    limits = np.iinfo(data.dtype)
    extreme = data == limits.max
    if not encoding["isUnsigned"]:
        extreme |= data == limits.min
    ends = np.flatnonzero(~extreme)
    sums = np.concatenate([[0], np.cumsum(data.astype(np.int64))])[ends + 1]
    return np.diff(sums, prepend=0)


def _strings(data: bytes, encoding: Encoding) -> np.ndarray:
    """Values by their number among the different ones; those of a number below 0 are empty."""
    text = encoding["stringData"]
    offsets = decoded(encoding["offsets"], encoding["offsetEncoding"]).astype(np.int64)
    if len(text) > _MOST_STRINGS or (len(offsets) and (offsets.min() < 0 or np.diff(offsets).min(initial=0) < 0)):
        raise ParseError("a column of strings that does not fit its offsets")
    different = [text[start:stop] for start, stop in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    places = decoded(data, encoding["dataEncoding"]).astype(np.int64)
    if len(places) and places.max() >= len(different):
        raise ParseError("a column of strings that does not fit its offsets")
    return np.array([*different, ""], dtype=object)[np.where(places < 0, len(different), places)]


_DECODERS: Mapping[str, Callable[[Any, Encoding], np.ndarray]] = {
    "ByteArray": _bytes,
    "FixedPoint": _fixed_point,
    "IntervalQuantization": _quantized,
    "RunLength": _run_length,
    "Delta": _delta,
    "IntegerPacking": _packed,
    "StringArray": _strings,
}
