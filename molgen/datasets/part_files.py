"""Named arrays in a safetensors file, read in a way that no content of the file can surprise."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from molgen.errors import InputError
from molgen.opening import check_input


def read_arrays(path: Path, kind: str, what: str) -> tuple[dict[str, np.ndarray], Mapping[str, str]]:
    """The arrays of a file and its metadata; never more bytes than the file has.

    Args:
        kind: the format that its metadata have to name, next to a source.
        what: this format in words, for the error: "prepared docking set".

    Raises:
        InputError: the file is missing, damaged, of another format, or has numbers that numpy does not know.
    """
    if not stat.S_ISREG(check_input(path)):
        raise InputError("is a pipe, not a file", source=path)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != kind:
                raise InputError(f"is not a {what} ({kind})", source=path)
            if "source" not in metadata:
                raise InputError("does not say where it comes from", source=path)
            names = file.keys()  # the file itself is not iterable
            return {name: file.get_tensor(name) for name in names}, metadata
    except (OSError, SafetensorError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"cannot be read: {error}", source=path) from error
