"""Whether the flat arrays of molecule graphs fit together: every index within its molecule, every class known.

Training indexes with these numbers, where a wrong one is an error far from its cause, or another molecule's atom.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from molgen.chem.features.molecule_graph import ATOM_COLUMNS, BOND_COLUMNS


def check_graphs(arrays: Mapping[str, np.ndarray], prefix: str = "", *, symmetric: bool = True) -> None:
    """Check the arrays of G graphs that lie end to end, as the stores write them.

    Args:
        arrays: `atoms`, `bonds`, `bond_index` ([b, 2]), `torsions`, `moving` (flat), `paths`, `path_torsion` and
            `permutations` (flat) as in :class:`MoleculeGraph`, each with `NAME_rows`, int [G].
        prefix: before every name.
        symmetric: whether there are `permutations`.

    Raises:
        KeyError: an array is missing.
        ValueError: what is wrong with one.
    """
    rows = {name: _rows(arrays, prefix + name) for name in ("atoms", "torsions", "bonds")}
    atoms, torsions = rows["atoms"], rows["torsions"]
    _check_classes(arrays, f"{prefix}atoms", list(ATOM_COLUMNS.values()))
    _check_classes(arrays, f"{prefix}bonds", list(BOND_COLUMNS.values()))
    for name, width, most in (
        ("bond_index", 2, atoms),
        ("torsions", 4, atoms),
        ("paths", 4, atoms),
        ("path_torsion", 1, torsions),
    ):
        _check_indices(arrays, prefix + name, width, most)
    if not np.array_equal(_rows(arrays, f"{prefix}bond_index"), rows["bonds"]):
        raise ValueError(f"{prefix}bonds and {prefix}bond_index have other rows")
    if not np.array_equal(_rows(arrays, f"{prefix}moving"), atoms * torsions):
        raise ValueError(f"{prefix}moving has not a row of atoms for every torsion")
    if (atoms < 1).any():
        raise ValueError(f"{prefix}atoms has a graph without atoms")
    if not symmetric:
        return
    orders = _rows(arrays, f"{prefix}permutations")
    if (orders % atoms).any() or (orders < atoms).any():
        raise ValueError(f"{prefix}permutations has not a row of atoms for every order")
    _check_indices(arrays, f"{prefix}permutations", 1, atoms)


def _rows(arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """How many rows of an array each graph has, int64 [G]."""
    rows = arrays[f"{name}_rows"]
    if rows.ndim != 1 or rows.dtype.kind not in "iu" or (rows < 0).any() or arrays[name].ndim < 1:
        raise ValueError(f"{name}_rows is not a list of counts")
    if len(rows) != len(arrays[f"{name.rpartition('.')[0]}{'.' if '.' in name else ''}atoms_rows"]):
        raise ValueError(f"{name} is of another number of graphs")
    if int(rows.astype(np.float64).sum()) != len(arrays[name]):
        raise ValueError(f"{name} has {len(arrays[name])} rows")
    return rows.astype(np.int64)


def _check_classes(arrays: Mapping[str, np.ndarray], name: str, classes: list[int]) -> None:
    array = arrays[name]
    if len(array) == 0:
        return
    if array.ndim != 2 or array.shape[1] != len(classes) or array.dtype.kind not in "iu":
        raise ValueError(f"{name} has not {len(classes)} columns of classes")
    if (array >= np.array(classes)).any() or (array < 0).any():
        raise ValueError(f"{name} has an unknown class")


def _check_indices(arrays: Mapping[str, np.ndarray], name: str, width: int, most: np.ndarray) -> None:
    """Whether all numbers are at least 0 and below `most` of their graph, int [G]."""
    array, rows = arrays[name], _rows(arrays, name)
    if len(array) == 0:
        return
    if array.shape[1:] != ((width,) if width > 1 else ()) or array.dtype.kind not in "iu":
        raise ValueError(f"{name} has not {width} columns of numbers")
    limits = np.repeat(most, rows)
    if (array < 0).any() or (array >= (limits[:, None] if width > 1 else limits)).any():
        raise ValueError(f"{name} points outside its molecule")
