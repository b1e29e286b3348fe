"""How all figures look, and how they become files."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, ParamSpec

import numpy as np
from numpy.typing import ArrayLike, NDArray

from molgen.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, PINK, SKY, YELLOW = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"
COLORS = (BLUE, ORANGE, GREEN, PINK, SKY, YELLOW)
"""Okabe and Ito, Color Universal Design (2008), without those too light for lines on white."""
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P")
COLOR_MAP = "viridis"
GRAY = "#666666"
_INSIDE = 5
"""Entries of a legend that fit into the axes."""
MANY = 2000
"""Points beyond which a scatter becomes a density."""

Format = Literal["png", "svg", "pdf"]
P = ParamSpec("P")

_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.labelsize": 9.0,
    "legend.fontsize": 8.0,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "molgen",  # equal figures, equal files
    "path.simplify": True,
}


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Run a drawing function under molgen's style, whatever the caller's settings are."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Figure:
        import matplotlib

        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(_STYLE)
            return draw(*args, **kwargs)

    return wrapper


def new_figure(width: float = 4.8, height: float = 3.4) -> Figure:
    """An empty figure, inches, whose parts make room for each other."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def figure_bytes(figure: Figure, kind: Format = "png", dpi: int = 160) -> bytes:
    """A figure as the content of a PNG, SVG or PDF file; equal figures give equal bytes."""
    import matplotlib

    stream = io.BytesIO()
    dates: dict[str, Any] = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
    with matplotlib.rc_context():
        matplotlib.rcParams.update(_STYLE)
        figure.savefig(stream, format=kind, dpi=dpi, metadata=dates)
    return stream.getvalue()


def save_figure(figure: Figure, path: str | Path, dpi: int = 160) -> None:
    """Write a figure as .png, .svg or .pdf, whole or not at all.

    Raises:
        ValueError: another ending.
        InputError: the file cannot be written.
    """
    kind = Path(path).suffix.lower().lstrip(".")
    if kind not in ("png", "svg", "pdf"):
        raise ValueError(f"figures are written as .png, .svg or .pdf, not {path}")
    content = figure_bytes(figure, kind, dpi)  # pyright: ignore[reportArgumentType]  # one of the three
    with write_atomically(path, binary=True) as file:
        file.write(content)


def known(values: ArrayLike) -> NDArray[np.float64]:
    """The finite ones of some numbers, flat."""
    array = np.asarray(values, dtype=np.float64).ravel()
    return array[np.isfinite(array)]


def series_of(values: ArrayLike | Mapping[str, ArrayLike]) -> dict[str, NDArray[np.float64]]:
    """Named flat arrays; a bare array has the name ""."""
    named = values if isinstance(values, Mapping) else {"": values}
    return {name: np.asarray(array, dtype=np.float64).ravel() for name, array in named.items()}


def count_note(total: int, shown: int) -> str:
    """`n = 48, 2 without a value`."""
    missing = f", {total - shown} without a value" if shown < total else ""
    return f"n = {shown:,}{missing}"


def counted(number: int, noun: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def say_empty(axes: Any, text: str = "no values") -> None:
    """What stands in a panel without data."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=GRAY)


def shortened_text(text: str, most: int = 60) -> str:
    """Long names cut with an ellipsis; `$` is no mathematics here."""
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    return cut.replace("$", r"\$")


def inner_legend(axes: Any, location: str = "best") -> None:
    """A legend within the axes, or beneath the figure where it would cover them."""
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) > _INSIDE:
        axes.figure.legend(handles, labels, loc="outside lower center")
    elif len(labels) > 1 or any(labels):
        shown = axes.legend(
            handles, labels, loc=location, frameon=True, framealpha=0.85, edgecolor="none", borderpad=0.3
        )
        shown.set_zorder(5)


def ticks_every(size: int, most: int) -> Sequence[int]:
    """At most so many places of range(size), evenly spread from 0."""
    return range(0, size, max(1, -(-size // most)))
