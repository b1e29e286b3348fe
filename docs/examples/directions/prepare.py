"""The prepared set: directions from a text file with x, y and z on each line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from molgen.datasets.parts.part_files import encode_part
from molgen.errors import InputError
from molgen.files import write_atomically

from .data import FORMAT


@dataclass(frozen=True)
class PrepareConfig:
    """Settings of `--set`: shorter vectors than `min_length` are left out."""

    min_length: float = 1e-6


def prepare(
    source: Path,
    output: Path,
    config: PrepareConfig,
    *,
    workers: int = 1,
    limit: int | None = None,
    on_block: Callable[[int], None] | None = None,
) -> str:
    """Write the set to a folder, and say what it holds; this one is too small for several processes."""
    try:
        vectors = np.loadtxt(source, max_rows=limit, ndmin=2, dtype=np.float32)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", source=source) from error
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    kept = (vectors / lengths)[lengths[:, 0] > config.min_length]
    output.mkdir(parents=True, exist_ok=True)
    with write_atomically(output / "part-00000.safetensors", binary=True) as file:
        file.write(encode_part({"vectors": kept}, FORMAT, source.name, len(kept)))
    return f"{len(kept)} directions"
