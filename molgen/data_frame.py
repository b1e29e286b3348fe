"""Rows as a pandas DataFrame; pandas is optional and imported where it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from molgen.errors import ConfigError


def data_frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> Any:
    """The rows as a DataFrame; with `columns` it has these, in this order, without rows too.

    Raises:
        ConfigError: pandas is not installed.
    """
    try:
        pandas = import_module("pandas")
    except ImportError as error:
        raise ConfigError("a data frame needs pandas: pip install pandas") from error
    return pandas.DataFrame(list(rows), columns=None if columns is None else list(columns))
