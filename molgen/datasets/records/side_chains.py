"""Prepared sets of protein structures: residues in slots and what lies around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from molgen.chem.side_chains.records import ResidueArrays
from molgen.datasets.parts.part_files import (
    Arrays,
    PartFormat,
    encode_part,
    join_rows,
    load_records,
    pack_texts,
    split_rows,
    unpack_texts,
)

FORMAT = PartFormat("molgen-side-chains-1", "prepared set of side chains")
_ARRAYS = tuple(field.name for field in fields(ResidueArrays))
_UNIT = 0.01  # Angstrom; coordinates are kept as whole hundredths


@dataclass(frozen=True, kw_only=True)
class SideChainEntry(ResidueArrays):
    """One structure; integers are small: uint8 types and elements, int16 chains, int32 numbers.

    Attributes:
        name: of the structure; cluster: its family, of which each is drawn equally often in training.
    """

    name: str
    cluster: str


def encode_side_chains(entries: Sequence[SideChainEntry], source: str) -> bytes:
    """A part file; coordinates are centered and rounded to 0.01 Angstrom."""
    arrays = join_rows([_packed(entry) for entry in entries], _ARRAYS)
    arrays["names"] = pack_texts([entry.name for entry in entries])
    arrays["clusters"] = pack_texts([entry.cluster for entry in entries])
    return encode_part(arrays, FORMAT, source, len(entries))


def load_side_chains(paths: Sequence[Path]) -> tuple[list[SideChainEntry], list[str]]:
    """The structures of some part files, and the names of their sources.

    Raises:
        InputError: a file is missing, damaged, or of another format.
    """
    return load_records(paths, FORMAT, _decoded)


def _packed(entry: SideChainEntry) -> Arrays:
    center = entry.atoms[:, 1].mean(0)
    arrays = {name: getattr(entry, name) for name in _ARRAYS}
    atoms = (entry.atoms - center) * entry.present[..., None]
    return arrays | {"atoms": _rounded(atoms), "context": _rounded(entry.context - center)}


def _rounded(positions: np.ndarray) -> np.ndarray:
    limit = np.iinfo(np.int16).max
    return np.clip(np.round(positions / _UNIT), -limit, limit).astype(np.int16)


def _decoded(arrays: Arrays, source: int) -> list[SideChainEntry]:
    rows = split_rows(arrays, _ARRAYS)
    names, clusters = unpack_texts(arrays["names"]), unpack_texts(arrays["clusters"])
    columns = zip(names, clusters, rows, strict=True)
    return [SideChainEntry(name=name, cluster=cluster, **_unpacked(row)) for name, cluster, row in columns]


def _unpacked(row: Arrays) -> Arrays:
    return row | {name: row[name].astype(np.float32) * np.float32(_UNIT) for name in ("atoms", "context")}
