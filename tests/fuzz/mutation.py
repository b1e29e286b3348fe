"""Changed copies of valid inputs: of their bytes, of their lines and words, and of the header of a safetensors file."""

import copy
import random

from reader_targets import header_and_data, with_header

WORDS = (
    *(
        b"nan",
        b"-inf",
        b"1e999",
        b"-1",
        b"0",
        b"99999999999",
        b"'",
        b'"',
        b";",
        b",",
        b"\n",
        b"\0",
        b"\xff\xfe",
        b"[",
        b"{",
    ),
    *(b"loop_", b"data_", b"_atom_site.", b"END", b"$$$$", b"M  END", b"@<TRIPOS>ATOM", b"|", b"()", b"%", b"&a [*a]"),
    *(
        b"!!python/object:os.system",
        b"!!int x",
        b"2001-99-99",
        b"? [1]",
        b"<<: 1",
        b"\xe2\x80\xae",
        b"\x1b[31m",
        b"  " * 50,
    ),
)
_DTYPES = ("U8", "I8", "I16", "I32", "I64", "F16", "BF16", "F32", "F64", "BOOL", "F8_E4M3", "C64", "Q4")


def mutated(data: bytes, rng: random.Random) -> bytes:
    """`data` with one to six changes."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        change = rng.choice((_bit, _byte, _word, _cut, _double, _lines, _fields, _number))
        data = change(data, rng)
    return data


def mutated_tensors(data: bytes, rng: random.Random) -> bytes:
    """A safetensors file whose header says something else of its tensors, or whose numbers are others."""
    header, body = header_and_data(data)
    header = copy.deepcopy(header)
    names = [name for name in header if name != "__metadata__"]
    for _ in range(rng.choice((1, 1, 2))):
        one = header.get(rng.choice(names))
        choice = rng.randrange(7)
        if choice == 0:
            header.pop(rng.choice(names), None)
        elif choice == 1 and one:
            one["dtype"] = rng.choice(_DTYPES)
        elif choice == 2 and one:
            one["shape"] = rng.choice(
                ([], [-1], [2**40], [0], [one["shape"][0] if one["shape"] else 1, 1, 1], one["shape"][::-1])
            )
        elif choice == 3 and one:
            one["data_offsets"] = [rng.randrange(len(body) + 1), rng.choice((len(body), 2**60, 0))]
        elif choice == 4:
            metadata = header.setdefault("__metadata__", {})
            key = rng.choice([*metadata, "config", "source"])
            metadata[key] = rng.choice(
                ("", "{}", "[]", "7", "[" * 5000, '{"a": 1}', _swapped(metadata.get(key, ""), rng))
            )
        elif choice == 5 and one and one["data_offsets"][1] <= len(body):
            begin, end = one["data_offsets"]
            body = body[:begin] + rng.randbytes(max(0, end - begin)) + body[max(begin, end) :]
        elif body:
            at = rng.randrange(len(body))
            body = body[:at] + bytes([rng.randrange(256)]) + body[at + 1 :]
    return with_header(header, body)


def _swapped(text: str, rng: random.Random) -> str:
    return mutated(text.encode(), rng).decode(errors="replace")


def _bit(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) or 1)
    return data[:at] + bytes([value ^ (1 << rng.randrange(8)) for value in data[at : at + 1]]) + data[at + 1 :]


def _byte(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + bytes([rng.randrange(256)]) + data[at + rng.randrange(2) :]


def _word(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    word = rng.choice(WORDS)
    return data[:at] + word + data[at + rng.choice((0, len(word))) :]


def _cut(data: bytes, rng: random.Random) -> bytes:
    at, upto = _span(data, rng)
    return data[:at] + data[upto:]


def _double(data: bytes, rng: random.Random) -> bytes:
    at, upto = _span(data, rng)
    return data[:at] + data[at:upto] * rng.choice((2, 3, 40)) + data[upto:] if len(data) < 20_000 else data


def _lines(data: bytes, rng: random.Random) -> bytes:
    """A line lost, repeated, or moved."""
    lines = data.split(b"\n")
    line = lines.pop(rng.randrange(len(lines)))
    for _ in range(rng.randrange(3)):
        lines.insert(rng.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def _fields(data: bytes, rng: random.Random) -> bytes:
    """A word of a line replaced by another, or by a special one."""
    words = data.split(b" ")
    words[rng.randrange(len(words))] = rng.choice((rng.choice(words), rng.choice(WORDS)))
    return b" ".join(words)


def _number(data: bytes, rng: random.Random) -> bytes:
    """A digit changed."""
    places = [at for at, value in enumerate(data[:20_000]) if 48 <= value < 58]
    if not places:
        return data
    at = rng.choice(places)
    return data[:at] + rng.choice((b"9", b"0", b"-", b"99999", b"1e9")) + data[at + 1 :]


def _span(data: bytes, rng: random.Random) -> tuple[int, int]:
    at = rng.randrange(len(data) + 1)
    return at, min(len(data), at + rng.choice((1, 2, 5, 20, 100, len(data))))
