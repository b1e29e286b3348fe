"""MessagePack (msgpack.org, 2013 specification) as far as BinaryCIF goes: everything but extension types."""

from __future__ import annotations

import struct
from typing import Any

from molgen.errors import ParseError

_DEEPEST = 64
_NUMBERS = {
    **{0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q"},
    **{0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"},
}
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_SHORT = (("text", 0xA0, 0x1F), ("list", 0x90, 0x0F), ("map", 0x80, 0x0F))
# first byte -> kind of what follows, and the format of its length
_SIZED = {
    **{0xC4: ("bytes", ">B"), 0xC5: ("bytes", ">H"), 0xC6: ("bytes", ">I")},
    **{0xD9: ("text", ">B"), 0xDA: ("text", ">H"), 0xDB: ("text", ">I")},
    **{0xDC: ("list", ">H"), 0xDD: ("list", ">I"), 0xDE: ("map", ">H"), 0xDF: ("map", ">I")},
}


def unpacked(data: bytes) -> Any:
    """The value that `data` begins with.

    Raises:
        ParseError: it breaks off, or is no such message.
    """
    return _Unpacking(data).value(0)


class _Unpacking:
    """A message that is read from its start to its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ParseError("a MessagePack value that is nested too deeply")
        first = self._number(">B")
        if first < 0x80 or first >= 0xE0:
            return first if first < 0x80 else first - 0x100
        if first < 0xC0:
            kind, bits = next((kind, bits) for kind, low, bits in _SHORT if first >= low)
            return self._sized(kind, first & bits, depth)
        if first in _CONSTANTS:
            return _CONSTANTS[first]
        if first in _NUMBERS:
            return self._number(_NUMBERS[first])
        if first not in _SIZED:
            raise ParseError(f"a byte of {first:#x}, which BinaryCIF has no use for")
        kind, size = _SIZED[first]
        return self._sized(kind, self._number(size), depth)

    def _sized(self, kind: str, size: int, depth: int) -> Any:
        if kind in ("bytes", "text"):
            content = self._take(size)
            return content.decode("utf-8", errors="replace") if kind == "text" else content
        if size > len(self._data) - self._place:  # every value has a byte at least
            raise ParseError("the file breaks off")
        if kind == "list":
            return [self.value(depth + 1) for _ in range(size)]
        pairs = ((self.value(depth + 1), self.value(depth + 1)) for _ in range(size))
        return {str(key): value for key, value in pairs}

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _take(self, size: int) -> bytes:
        taken = self._data[self._place : self._place + size]
        if len(taken) < size:
            raise ParseError("the file breaks off")
        self._place += size
        return taken
