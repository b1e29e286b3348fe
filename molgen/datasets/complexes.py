"""Prepared sets for the docking model on disk: proteins, ligand graphs and the poses that join them.

One safetensors file of flat arrays per part; read without RDKit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import save
from scipy.spatial import KDTree

from molgen.chem.features.graph_checks import check_graphs
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.datasets.part_files import read_arrays
from molgen.errors import InputError

if TYPE_CHECKING:
    from molgen.chem.features.pocket_features import PocketAtoms

FORMAT = "molgen-docking-1"
RESOLUTION = 0.01
"""Angstrom of one step of a stored coordinate."""
_FARTHEST = 32767 * RESOLUTION
SET_ERRORS = (KeyError, ValueError, IndexError, TypeError, OverflowError, RecursionError)
"""What comes of arrays that do not fit together."""


@dataclass(frozen=True)
class StoredProtein:
    """The A atoms of a receptor around its ligands.

    Attributes:
        atoms: uint8 [A, 6], classes (molgen.chem.features.pocket_features.POCKET_COLUMNS).
        positions: int16 [A, 3], steps of 0.01 Angstrom from ``origin``.
        residue: int32 [A], an index that atoms of one residue share and that rises along a chain.
        origin: float64 [3], Angstrom, in the frame of the file.
    """

    atoms: np.ndarray
    positions: np.ndarray
    residue: np.ndarray
    origin: np.ndarray


@dataclass(frozen=True)
class Example:
    """One ligand of n heavy atoms where it lies in its protein.

    Attributes:
        protein, graph: indices into the set.
        positions: int16 [n, 3], steps of 0.01 Angstrom from the origin of the protein.
        excluded: first and last residue, both inclusive, that are not part of the pocket; (-1, -1) for none.
        cluster: id of the sequence cluster of the protein.
        name: where it comes from.
    """

    protein: int
    graph: int
    positions: np.ndarray
    excluded: tuple[int, int]
    cluster: str
    name: str


@dataclass(frozen=True)
class DockingSet:
    """Examples and what they refer to.

    Attributes:
        proteins: receptors.
        graphs: heavy-atom graphs of ligands.
        permutations: for each graph uint8 [p, n], symmetry-equivalent atom orders, the identity first.
        examples: poses.
        source: names of the sources, joined by ", ".
    """

    proteins: tuple[StoredProtein, ...]
    graphs: tuple[MoleculeGraph, ...]
    permutations: tuple[np.ndarray, ...]
    examples: tuple[Example, ...]
    source: str


@dataclass(frozen=True)
class PlacedLigand:
    """A ligand on its way into a set; fields as of :class:`DockingSet` and :class:`Example`.

    ``positions`` is float [n, 3] in Angstrom, in the frame of the protein's file.
    """

    graph: MoleculeGraph
    permutations: np.ndarray
    positions: np.ndarray
    excluded: tuple[int, int]
    cluster: str
    name: str


def stored_protein(pocket: PocketAtoms, points: np.ndarray, reach: float) -> StoredProtein:
    """The atoms within ``reach`` (Angstrom) of any of the points [k, 3]; the origin is the middle of the points.

    Raises:
        InputError: the points are so far apart that 16 bits do not hold them.
    """
    origin = np.round((points.min(0) + points.max(0)) / 2, 2)
    distance, _ = KDTree(points).query(pocket.positions, distance_upper_bound=reach)
    kept = pocket.pick(np.isfinite(distance))
    kept = kept.pick((np.abs(kept.positions - origin) < _FARTHEST).all(1))
    return StoredProtein(kept.atoms, _steps(kept.positions, origin), kept.residue.astype(np.int32), origin)


def docking_set(items: Sequence[tuple[StoredProtein, Sequence[PlacedLigand]]], source: str) -> DockingSet:
    """Proteins and their ligands as one set, in which equal graphs are stored once.

    Raises:
        InputError: a ligand is too far from the origin of its protein.
    """
    known: dict[tuple, int] = {}
    graphs, permutations, examples = [], [], []
    for place, (protein, ligands) in enumerate(items):
        for ligand in ligands:
            index = known.setdefault(_key(ligand), len(known))
            if index == len(graphs):
                graphs.append(ligand.graph)
                permutations.append(ligand.permutations.astype(np.uint8))
            steps = _steps(ligand.positions, protein.origin)
            examples.append(Example(place, index, steps, ligand.excluded, ligand.cluster, ligand.name))
    return DockingSet(tuple(p for p, _ in items), tuple(graphs), tuple(permutations), tuple(examples), source)


def pocket_of(protein: StoredProtein, excluded: tuple[int, int] = (-1, -1)) -> PocketAtoms:
    """The atoms of a pocket, without a range of residues; positions in Angstrom from the origin of the protein."""
    from molgen.chem.features.pocket_features import PocketAtoms

    kept = not_excluded(protein.residue, excluded)
    positions = protein.positions[kept].astype(np.float64) * RESOLUTION
    return PocketAtoms(protein.atoms[kept], positions, protein.residue[kept])


def not_excluded(residue: np.ndarray, excluded: tuple[int, int]) -> np.ndarray:
    """Which residue indices [A] lie outside an inclusive range, bool [A]; no residue is in (-1, -1)."""
    return (residue < excluded[0]) | (residue > excluded[1])


def encode_part(data: DockingSet) -> bytes:
    """The bytes of one part; the caller writes them atomically."""
    count = json.dumps(len(data.examples))
    return save(arrays_of(data), metadata={"format": FORMAT, "source": data.source, "count": count})


def arrays_of(data: DockingSet) -> dict[str, np.ndarray]:
    """A set as flat arrays."""
    clusters = sorted({example.cluster for example in data.examples})
    cluster_index = {name: index for index, name in enumerate(clusters)}
    arrays: dict[str, np.ndarray] = {}
    for name, get in _PROTEIN.items():
        _add_rows(arrays, f"protein.{name}", [get(one) for one in data.proteins])
    arrays["protein.origin"] = np.array([one.origin for one in data.proteins], dtype=np.float64).reshape(-1, 3)
    for name, get in _GRAPH.items():
        _add_rows(arrays, f"graph.{name}", [get(one) for one in data.graphs])
    _add_rows(arrays, "graph.permutations", [one.reshape(-1) for one in data.permutations])
    _add_rows(arrays, "example.positions", [one.positions for one in data.examples])
    numbers = [(e.protein, e.graph, *e.excluded, cluster_index[e.cluster]) for e in data.examples]
    arrays["example.numbers"] = np.array(numbers, dtype=np.int32).reshape(-1, 5)
    arrays["example.names"] = _packed([example.name for example in data.examples])
    arrays["clusters"] = _packed(clusters)
    return arrays


def set_of(arrays: dict[str, np.ndarray], source: str) -> DockingSet:
    """The set in flat arrays.

    Raises:
        SET_ERRORS: arrays are missing, their sizes disagree, or a number in them points nowhere.
    """
    check_graphs(arrays, "graph.")
    graphs, flat = _graphs(arrays), _split(arrays, "graph.permutations")
    permutations = tuple(one.reshape(-1, graph.n_atoms) for one, graph in zip(flat, graphs, strict=True))
    found = DockingSet(tuple(_proteins(arrays)), tuple(graphs), permutations, tuple(_examples(arrays)), source)
    for one in found.proteins:
        _check_rows(one.atoms, len(one.atoms), 6)
        _check_rows(one.positions, len(one.atoms), 3)
        _check_rows(one.residue, len(one.atoms))
    for example in found.examples:
        if not (0 <= example.protein < len(found.proteins) and 0 <= example.graph < len(graphs)):
            raise ValueError(f"{example.name} refers to a protein or a graph that is not there")
        _check_rows(example.positions, graphs[example.graph].n_atoms, 3)
    return found


def _check_rows(array: np.ndarray, rows: int, *width: int) -> None:
    if array.shape != (rows, *width) or array.dtype.kind not in "iu":
        raise ValueError(f"an array of shape {list(array.shape)} stands where {[rows, *width]} whole numbers belong")


def load_parts(paths: Sequence[Path]) -> DockingSet:
    """Read parts as one set.

    Raises:
        InputError: a file is missing, damaged or not a part.
    """
    parts = []
    for path in paths:
        arrays, metadata = read_arrays(path, FORMAT, "prepared docking set")
        try:
            parts.append(set_of(arrays, metadata["source"]))
        except SET_ERRORS as error:
            raise InputError(f"lacks arrays, or their sizes disagree: {error}", source=path) from error
    return _merged(parts)


def part_files(folder: Path) -> list[Path]:
    """The parts below a prepared folder, sorted; a single file stands for itself.

    Raises:
        InputError: there are none.
    """
    paths = [folder] if folder.is_file() else sorted(folder.rglob("*.safetensors"))
    if not paths:
        raise InputError("holds no prepared docking set (*.safetensors)", source=folder)
    return paths


_PROTEIN = {"atoms": lambda p: p.atoms, "positions": lambda p: p.positions, "residue": lambda p: p.residue}
_GRAPH = {
    "atoms": lambda g: g.atoms,
    "bond_index": lambda g: g.bond_index.T,
    "bonds": lambda g: g.bonds,
    "torsions": lambda g: g.torsions,
    "moving": lambda g: g.moving.reshape(-1),
    "paths": lambda g: g.paths,
    "path_torsion": lambda g: g.path_torsion,
}


def _steps(positions: np.ndarray, origin: np.ndarray) -> np.ndarray:
    steps = np.round((positions - origin) / RESOLUTION)
    if steps.size and np.abs(steps).max() > 32767:
        raise InputError(f"a position is more than {_FARTHEST:.0f} Angstrom from the origin of its protein")
    return steps.astype(np.int16)


def _key(ligand: PlacedLigand) -> tuple:
    arrays = [getattr(ligand.graph, field.name) for field in fields(ligand.graph)]
    return tuple(part for array in (*arrays, ligand.permutations) for part in (array.shape, array.tobytes()))


def _add_rows(arrays: dict[str, np.ndarray], name: str, rows: Sequence[np.ndarray]) -> None:
    """One array of all the rows, and another of how many each has."""
    arrays[name] = np.ascontiguousarray(np.concatenate(rows)) if rows else np.zeros((0, 1), dtype=np.uint8)
    arrays[name + "_rows"] = np.array([len(row) for row in rows], dtype=np.int32)


def _split(arrays: dict[str, np.ndarray], name: str) -> list[np.ndarray]:
    array, stops = arrays[name], np.cumsum(arrays[name + "_rows"])
    if len(array) != (stops[-1] if len(stops) else 0):
        raise ValueError(f"{name} has {len(array)} rows")
    return [array[start:stop] for start, stop in zip([0, *stops[:-1].tolist()], stops.tolist(), strict=False)]


def _packed(texts: Sequence[str]) -> np.ndarray:
    return np.frombuffer(json.dumps(list(texts)).encode(), dtype=np.uint8)


def _unpacked(array: np.ndarray) -> list[str]:
    return json.loads(array.tobytes())


def _proteins(arrays: dict[str, np.ndarray]) -> list[StoredProtein]:
    columns = [_split(arrays, f"protein.{name}") for name in _PROTEIN]
    return [StoredProtein(*row) for row in zip(*columns, arrays["protein.origin"], strict=True)]


def _graphs(arrays: dict[str, np.ndarray]) -> list[MoleculeGraph]:
    columns = {name: _split(arrays, f"graph.{name}") for name in _GRAPH}
    graphs = []
    for row in range(len(columns["atoms"])):
        get = {name: column[row] for name, column in columns.items()}
        get["bond_index"] = get["bond_index"].T
        get["moving"] = get["moving"].reshape(len(get["torsions"]), len(get["atoms"]))
        graphs.append(MoleculeGraph(**get))
    return graphs


def _examples(arrays: dict[str, np.ndarray]) -> list[Example]:
    names, clusters = _unpacked(arrays["example.names"]), _unpacked(arrays["clusters"])
    rows = zip(arrays["example.numbers"].tolist(), _split(arrays, "example.positions"), names, strict=True)
    if not isinstance(names, list) or not isinstance(clusters, list):
        raise ValueError("the names are no list")
    return [
        Example(protein, graph, positions, (first, last), clusters[cluster], name)
        for (protein, graph, first, last, cluster), positions, name in rows
    ]


def _merged(parts: Sequence[DockingSet]) -> DockingSet:
    """Sets one after the other; their indices shift."""
    examples: list[Example] = []
    proteins, graphs = 0, 0
    for part in parts:
        examples += [replace(e, protein=e.protein + proteins, graph=e.graph + graphs) for e in part.examples]
        proteins, graphs = proteins + len(part.proteins), graphs + len(part.graphs)
    return DockingSet(
        tuple(protein for part in parts for protein in part.proteins),
        tuple(graph for part in parts for graph in part.graphs),
        tuple(orders for part in parts for orders in part.permutations),
        tuple(examples),
        ", ".join(dict.fromkeys(part.source for part in parts)),
    )
