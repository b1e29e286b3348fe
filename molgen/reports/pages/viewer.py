"""The 3D viewer: Mol*, as the package `ipymolstar` carries it. It is read from there when a report is written."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from molgen.errors import ConfigError

_PACKAGE = "ipymolstar"
OPTIONS: Mapping[str, Any] = {
    # no extensions but the one that draws; others would ask servers for data
    "extensions": ["mvs"],
    "layoutIsExpanded": False,
    "layoutShowControls": False,
    "layoutShowRemoteState": False,
    "viewportShowExpand": False,
    "viewportShowControls": False,
    "viewportShowSettings": False,
    "viewportShowSelectionMode": False,
    "viewportShowAnimation": False,
    "viewportShowTrajectoryControls": False,
    "volumeStreamingDisabled": True,
}
PLAINER: Mapping[str, Any] = {"disableAntialiasing": True, "pixelScale": 0.7}
"""Options of a browser that draws without a graphics card."""


@dataclass(frozen=True)
class Viewer:
    """The viewer's files.

    Attributes:
        script: a JavaScript module with a widget's `render`, gzipped, base64.
        style: CSS.
    """

    script: str
    style: str


def check_viewer() -> None:
    """Raises ConfigError when something that a report needs is not installed."""
    if find_spec(_PACKAGE) is None:
        raise ConfigError(f'a report needs {_PACKAGE}, which carries the 3D viewer: pip install "molgen[report]"')


def load_viewer() -> Viewer:
    """Read the viewer from its package.

    Raises:
        ConfigError: it is not installed, or holds other files than it used to.
    """
    check_viewer()
    spec = find_spec(_PACKAGE)
    folder = Path(spec.origin).parent / "static" if spec is not None and spec.origin is not None else Path()
    try:
        script = (folder / "molviewspec.js").read_bytes()
        style = (folder / "molviewspec.css").read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{viewer_name()} does not hold the viewer: {error}") from error
    packed = gzip.compress(script, 9, mtime=0)
    return Viewer(base64.b64encode(packed).decode("ascii"), style)


def viewer_name() -> str:
    """Package and version of the viewer."""
    try:
        return f"{_PACKAGE} {version(_PACKAGE)}"
    except PackageNotFoundError:
        return _PACKAGE
