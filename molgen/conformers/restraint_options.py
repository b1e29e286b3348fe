"""The options on restraints, checked before any molecule is read."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from rdkit import Chem

from molgen.chem.formats.parsing import silent_rdkit
from molgen.chem.molecules.reading import names_file
from molgen.chem.molecules.reference import reference_ligand
from molgen.errors import ConfigError, InputError, readable

_FULL_TURN = 360


def check_restraint_options(core: Any, coord_map: Any, torsions: Any) -> None:
    """Check the options on restraints of :class:`molgen.conformers.config.GenerateConfig` can be used.

    Raises:
        ConfigError: one of them is invalid for every molecule.
        InputError: the file of a core cannot be read.
    """
    if core is not None:
        _check_core(core)
    for atom, point in _items(coord_map, "coord_map", "atom -> (x, y, z)"):
        if not isinstance(atom, Integral) or not _are_numbers(point, 3):
            given = readable(f"{atom!r}: {point!r}")
            raise ConfigError(f"coord_map takes atom -> (x, y, z), atoms from 0, not {given}")
    for key, value in _items(torsions, "torsions", "four atoms or a SMARTS -> degrees"):
        _check_torsion_atoms(key)
        torsion_range(value)


def is_core_file(core: Any) -> bool:
    """Whether a core is given by a file, be it there or not."""
    return isinstance(core, Path) or (isinstance(core, str) and (os.path.exists(core) or names_file(core)))


def torsion_range(value: Any) -> tuple[float, float]:
    """The lowest and highest angle, degrees, of one angle or a pair.

    Raises:
        ConfigError: it is neither.
    """
    pair = [value, value] if isinstance(value, Real) else value
    low, high = map(float, pair) if _are_numbers(pair, 2) else (math.nan, math.nan)
    if not -_FULL_TURN <= low <= high <= _FULL_TURN:
        raise ConfigError(
            f"a torsion is an angle or a range (low, high) in degrees, from -360 to 360, not {readable(repr(value))}"
        )
    return low, high


def _check_core(core: Any) -> None:
    if is_core_file(core):
        if not os.path.exists(core):
            raise InputError("no such file (of the core)", source=core)
        reference_ligand(core)  # one that cannot be read is no fault of a molecule
    elif not isinstance(core, Chem.Mol) and _smarts(core) is None:
        raise ConfigError(f"core must be a file, a Mol or a SMARTS, not {readable(repr(core))}")


def _check_torsion_atoms(key: Any) -> None:
    pattern = _smarts(key)
    four_atoms = not isinstance(key, str) and _are_numbers(key, 4) and all(isinstance(atom, Integral) for atom in key)
    if not four_atoms and (pattern is None or pattern.GetNumAtoms() != 4):
        raise ConfigError(f"a torsion is four atoms or a SMARTS of four atoms, not {readable(str(key))}")
    if four_atoms and len(set(map(int, key))) < 4:
        raise ConfigError(f"a torsion is four different atoms, not {readable(str(key))}")


def _smarts(text: Any) -> Chem.Mol | None:
    """The pattern; None for anything but a SMARTS of at least one atom."""
    with silent_rdkit():
        pattern = Chem.MolFromSmarts(text) if isinstance(text, str) else None
    return pattern if pattern is not None and pattern.GetNumAtoms() else None


def _items(given: Any, name: str, wanted: str) -> list[tuple[Any, Any]]:
    if given is not None and not isinstance(given, Mapping):
        raise ConfigError(f"{name} takes a dict ({wanted}), not {readable(repr(given))}")
    return list((given or {}).items())


def _are_numbers(values: Any, count: int) -> bool:
    """Whether it is a sequence of so many finite numbers: a list, an array, a point of RDKit."""
    if isinstance(values, (str, Mapping)) or not (hasattr(values, "__len__") and hasattr(values, "__getitem__")):
        return False
    return len(values) == count and all(isinstance(value, Real) and math.isfinite(value) for value in values)
