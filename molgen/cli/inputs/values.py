"""Values of options from their texts, and options that exclude each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from molgen.errors import ConfigError


def the_protein(argument: Path | None, option: Path | None) -> Path:
    """The file that is named as an argument or by --protein.

    Raises:
        ConfigError: none is, or two are.
    """
    if (argument is None) == (option is None):
        raise ConfigError("give one structure file: PROTEIN, or --protein PROTEIN")
    return Path(argument or option or "")


def ph_of(text: str) -> float | Literal["auto"] | None:
    """The pH that --protonate names, or auto; None for no.

    Raises:
        ConfigError: neither.
    """
    if text.lower() in ("no", "none", "off"):
        return None
    if text.lower() == "auto":
        return "auto"
    try:
        return float(text)
    except ValueError:
        raise ConfigError(f"--protonate takes a pH, auto or no, not {text}") from None


def refuse_given(options: Mapping[str, object], reason: str = "cannot be used with --pairs") -> None:
    """Refuse options that have no meaning beside another.

    Raises:
        ConfigError: one of them is.
    """
    given = [name for name, value in options.items() if value]
    if given:
        raise ConfigError(f"{', '.join(given)} {reason}")


def names_of(text: str) -> tuple[str, ...]:
    """The entries of a list with commas.

    Raises:
        ConfigError: there is text, but no entry.
    """
    entries = tuple(part.strip() for part in text.split(",") if part.strip())
    if text and not entries:
        raise ConfigError(f"{text!r} is a list without entries")
    return entries


def torsions_of(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """The ranges, in degrees, that --torsions asks for.

    Raises:
        ConfigError: a text is not SMARTS=DEGREES or SMARTS=DEGREES..DEGREES.
    """
    ranges = {}
    for text in texts:
        smarts, _, angles = text.rpartition("=")
        low, _, high = angles.partition("..")
        try:
            ranges[smarts] = (float(low), float(high or low))
        except ValueError:
            smarts = ""
        if not smarts:
            raise ConfigError(f"--torsions takes SMARTS=DEGREES or SMARTS=DEGREES..DEGREES, not {text}")
    return ranges
