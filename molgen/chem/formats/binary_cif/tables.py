"""The tables of a BinaryCIF file as text values by their names, as a reader of mmCIF has them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from molgen.chem.formats.binary_cif.encodings import decoded
from molgen.chem.formats.binary_cif.message_pack import unpacked
from molgen.errors import ParseError

_DECIMALS = 4  # coordinates have three; more would show the noise of single precision
_ABSENT = {1: "."}


def binary_tables(data: bytes, categories: Collection[str]) -> list[dict[str, list[str]]]:
    """The values of each data block: `_atom_site.Cartn_x` -> texts; "." and "?" where the file has none.

    Args:
        data: the bytes of the file.
        categories: names of those that are read, e.g. `_atom_site`.

    Raises:
        ParseError: it is no BinaryCIF, breaks off, or has a column that cannot be decoded.
    """
    document = unpacked(data)
    blocks = document.get("dataBlocks") if isinstance(document, dict) else None
    if not isinstance(blocks, list) or not blocks:
        raise ParseError("not a BinaryCIF file: it has no data blocks")
    return [_table(block, categories) for block in blocks]


def _table(block: Any, categories: Collection[str]) -> dict[str, list[str]]:
    try:
        columns = {
            f"{name}.{column['name']}": _values(column)
            for category in block["categories"]
            if (name := f"_{str(category['name']).lstrip('_')}") in categories
            for column in category["columns"]
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ParseError(f"a BinaryCIF file without {error}") from error
    return columns


def _values(column: dict[str, Any]) -> list[str]:
    values = decoded(column["data"]["data"], column["data"]["encoding"])
    mask = column.get("mask")
    texts = list(map(_text, values.tolist()))
    if mask is None:
        return texts
    flags = decoded(mask["data"], mask["encoding"]).tolist()
    if len(flags) != len(texts):
        raise ParseError("a column whose mask is of another length")
    return [text if flag == 0 else _ABSENT.get(flag, "?") for text, flag in zip(texts, flags, strict=True)]


def _text(value: object) -> str:
    return str(round(value, _DECIMALS)) if isinstance(value, float) else str(value)
