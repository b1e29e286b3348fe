"""Minimized poses with their RMSD to the true one: what the confidence is trained on. Read without RDKit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.complexes import (
    SET_ERRORS,
    DockingSet,
    PlacedLigand,
    StoredProtein,
    arrays_of,
    docking_set,
    pocket_of,
    set_of,
)
from molgen.datasets.part_files import read_arrays
from molgen.errors import InputError

FORMAT = "molgen-rated-poses-1"
_STEP = 0.01


@dataclass(frozen=True)
class LabeledDecoys:
    """K minimized poses of one ligand of n heavy atoms in its pocket.

    Attributes:
        graph: the ligand.
        pocket: the receptor around the poses, in the frame of the poses.
        positions: float32 [K, n, 3], Angstrom.
        energies: float32 [K], intermolecular plus intramolecular, kcal/mol.
        rmsds: float32 [K], symmetric RMSD to the true pose, Angstrom.
        searched: how many of them, the first ones, a search found; the others come from the true pose.
        cluster, name: of the complex.
    """

    graph: MoleculeGraph
    pocket: PocketAtoms
    positions: np.ndarray
    energies: np.ndarray
    rmsds: np.ndarray
    searched: int
    cluster: str
    name: str

    def found(self) -> LabeledDecoys:
        """Only what a search found: what there is to choose from in use."""
        first = slice(self.searched)
        return replace(self, positions=self.positions[first], energies=self.energies[first], rmsds=self.rmsds[first])

    @property
    def gaps(self) -> np.ndarray:
        """Energy above the best pose, [K], kcal/mol."""
        return self.energies - self.energies.min()


@dataclass(frozen=True)
class Rated:
    """The poses of one ligand on their way into a part, as in :class:`LabeledDecoys`; positions in the file's frame."""

    positions: np.ndarray
    energies: np.ndarray
    rmsds: np.ndarray
    searched: int


def encode_decoys(items: Sequence[tuple[StoredProtein, PlacedLigand, Rated]], source: str) -> bytes:
    """The bytes of one part; the caller writes them atomically."""
    data = docking_set([(protein, [ligand]) for protein, ligand, _ in items], source)
    arrays = arrays_of(data)
    steps = [np.round((rated.positions - protein.origin) / _STEP).reshape(-1, 3) for protein, _, rated in items]
    arrays["poses.positions"] = np.concatenate(steps).clip(-32767, 32767).astype(np.int16)
    arrays["poses.count"] = np.array([len(rated.energies) for *_, rated in items], dtype=np.int32)
    arrays["poses.searched"] = np.array([rated.searched for *_, rated in items], dtype=np.int32)
    arrays["poses.energies"] = np.concatenate([rated.energies for *_, rated in items]).astype(np.float32)
    arrays["poses.rmsds"] = np.concatenate([rated.rmsds for *_, rated in items]).astype(np.float32)
    return save(arrays, metadata={"format": FORMAT, "source": source})


def load_decoys(paths: Sequence[Path]) -> list[LabeledDecoys]:
    """Read parts.

    Raises:
        InputError: a file is missing, damaged or not a part.
    """
    found: list[LabeledDecoys] = []
    for path in paths:
        arrays, _ = read_arrays(path, FORMAT, "set of labeled decoys")
        try:
            found += _entries(set_of(arrays, ""), arrays)
        except SET_ERRORS as error:
            raise InputError(f"lacks arrays, or their sizes disagree: {error}", source=path) from error
    return found


def _entries(data: DockingSet, arrays: dict[str, np.ndarray]) -> list[LabeledDecoys]:
    _check_poses(data, arrays)
    counts = arrays["poses.count"].tolist()
    entries, row, pose = [], 0, 0
    for example, count, searched in zip(data.examples, counts, arrays["poses.searched"].tolist(), strict=True):
        n = len(example.positions)
        steps = arrays["poses.positions"][row : row + count * n].reshape(count, n, 3)
        entries.append(
            LabeledDecoys(
                graph=data.graphs[example.graph],
                pocket=pocket_of(data.proteins[example.protein], example.excluded),
                positions=steps.astype(np.float32) * _STEP,
                energies=arrays["poses.energies"][pose : pose + count],
                rmsds=arrays["poses.rmsds"][pose : pose + count],
                searched=searched,
                cluster=example.cluster,
                name=example.name,
            )
        )
        row, pose = row + count * n, pose + count
    return entries


def _check_poses(data: DockingSet, arrays: dict[str, np.ndarray]) -> None:
    """Whether the poses are as many as their numbers say."""
    counts, searched = arrays["poses.count"], arrays["poses.searched"]
    if any(one.ndim != 1 or one.dtype.kind not in "iu" or (one < 0).any() for one in (counts, searched)):
        raise ValueError("poses.count and poses.searched are no lists of counts")
    atoms = np.array([len(example.positions) for example in data.examples], dtype=np.int64)
    if counts.shape != atoms.shape or searched.shape != atoms.shape or (searched > counts).any():
        raise ValueError("the poses are of another number of ligands")
    expected = {"positions": (int(atoms @ counts), 3), "energies": (int(counts.sum()),), "rmsds": (int(counts.sum()),)}
    for name, shape in expected.items():
        if arrays[f"poses.{name}"].shape != shape or arrays[f"poses.{name}"].dtype.kind not in "if":
            raise ValueError(f"poses.{name} has not the shape {list(shape)}")
