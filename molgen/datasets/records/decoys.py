"""Labeled decoys: minimized poses with their RMSD to the true one, which a confidence learns from.

Read without RDKit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.features.pocket_features import PocketAtoms
from molgen.datasets.parts.part_files import Arrays, PartFormat, encode_part, load_records
from molgen.datasets.records.complexes import (
    ComplexRecord,
    PlacedLigand,
    complex_arrays,
    complex_record,
    complexes_from_arrays,
)
from molgen.datasets.records.stored_proteins import MOST_STEPS, RESOLUTION, StoredProtein

FORMAT = PartFormat("molgen-rated-poses-1", "set of labeled decoys")
_SUPPORT = 3
"""Numbers that the pose model says of a pose; sets of earlier versions have none."""


@dataclass(frozen=True)
class LabeledPoses:
    """K minimized poses of one ligand of n heavy atoms on their way into a part.

    Attributes:
        protein: the receptor around them.
        ligand: where it truly lies.
        positions: float64 [K, n, 3], Angstrom, in the frame of the protein's file.
        energies: [K], with the receptor, within the ligand and of its torsions, kcal/mol.
        rmsds: [K], symmetric RMSD to the true pose, Angstrom.
        searched: how many of them, the first ones, a search found; the others come from the true pose.
        support: [K, 3], what the pose model says of them (`molgen.models.pose_confidence.support.SUPPORT_FEATURES`);
            nan where it was not asked, None where it was asked of none.
        known: [K], the largest overlap of each with a ligand that is known to bind there
            (`molgen.models.pose_confidence.known.overlaps`); None where no other ligand is known.
    """

    protein: StoredProtein
    ligand: PlacedLigand
    positions: np.ndarray
    energies: np.ndarray
    rmsds: np.ndarray
    searched: int
    support: np.ndarray | None = None
    known: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class DecoyRecord:
    """K minimized poses of one ligand of n heavy atoms in its pocket.

    Attributes:
        graph: the ligand.
        pocket: the receptor around the poses, in the frame of the poses.
        positions: float32 [K, n, 3], Angstrom.
        energies: float32 [K], with the receptor, within the ligand and of its torsions, kcal/mol.
        rmsds: float32 [K], symmetric RMSD to the true pose, Angstrom.
        searched: how many of them, the first ones, a search found; the others come from the true pose.
        cluster, name: of the complex.
        source: index into the names given by :func:`load_decoys`.
        support, known: float32 [K, 3] and [K], as of :class:`LabeledPoses`.
    """

    graph: MoleculeGraph
    pocket: PocketAtoms
    positions: np.ndarray
    energies: np.ndarray
    rmsds: np.ndarray
    searched: int
    cluster: str
    name: str
    source: int = 0
    support: np.ndarray | None = None
    known: np.ndarray | None = None

    def found(self) -> DecoyRecord:
        """Only what a search found: what there is to choose from in use."""
        return self.pick(slice(self.searched))

    def pick(self, chosen: slice | np.ndarray) -> DecoyRecord:
        """Some of the poses, by a slice or their indices."""
        values = {name: getattr(self, name)[chosen] for name in ("positions", "energies", "rmsds")}
        stated = {name: getattr(self, name) for name in ("support", "known")}
        return replace(self, **values, **{name: one if one is None else one[chosen] for name, one in stated.items()})

    @property
    def gaps(self) -> np.ndarray:
        """Energy above the best pose, [K], kcal/mol."""
        return self.energies - self.energies.min()


def encode_decoys(items: Sequence[LabeledPoses], source: str) -> bytes:
    """The bytes of one part; the caller writes them atomically."""
    steps = [np.round((item.positions - item.protein.origin) / RESOLUTION).reshape(-1, 3) for item in items]
    arrays = {
        **complex_arrays([complex_record(item.protein, item.ligand) for item in items]),
        "poses.positions": np.concatenate(steps).clip(-MOST_STEPS, MOST_STEPS).astype(np.int16),
        "poses.count": np.array([len(item.energies) for item in items], dtype=np.int32),
        "poses.searched": np.array([item.searched for item in items], dtype=np.int32),
        "poses.energies": np.concatenate([item.energies for item in items]).astype(np.float32),
        "poses.rmsds": np.concatenate([item.rmsds for item in items]).astype(np.float32),
        **_stated_arrays(items, "support", (_SUPPORT,)),
        **_stated_arrays(items, "known", ()),
    }
    return encode_part(arrays, FORMAT, source, len(items))


def _stated_arrays(items: Sequence[LabeledPoses], name: str, shape: tuple[int, ...]) -> Arrays:
    """What is stated of the poses of some ligands, nan for others; nothing where it is of none."""
    stated = [getattr(item, name) for item in items]
    if all(rows is None for rows in stated):
        return {}
    blank = [np.full((len(item.energies), *shape), np.nan) for item in items]
    rows = [none if own is None else own for own, none in zip(stated, blank, strict=True)]
    return {f"poses.{name}": np.concatenate(rows).astype(np.float32)}


def _stated_of(arrays: Arrays, name: str, counts: np.ndarray) -> list[np.ndarray | None]:
    if f"poses.{name}" not in arrays:
        return [None] * len(counts)
    split = np.split(arrays[f"poses.{name}"], np.cumsum(counts)[:-1])
    return [None if np.isnan(rows).all() else rows for rows in split]


def load_decoys(paths: Sequence[Path]) -> tuple[list[DecoyRecord], list[str]]:
    """Read parts -> records and the names of their sources.

    Raises:
        InputError: a file is missing, damaged or not a part.
    """
    return load_records(paths, FORMAT, _decode)


def _decode(arrays: Arrays, source: int) -> list[DecoyRecord]:
    complexes = complexes_from_arrays(arrays, source)
    _check_poses(complexes, arrays)
    counts = arrays["poses.count"].astype(np.int64)
    atoms = np.array([record.graph.n_atoms for record in complexes], dtype=np.int64)
    columns = zip(
        complexes,
        np.split(arrays["poses.positions"], np.cumsum(counts * atoms)[:-1]),
        np.split(arrays["poses.energies"], np.cumsum(counts)[:-1]),
        np.split(arrays["poses.rmsds"], np.cumsum(counts)[:-1]),
        _stated_of(arrays, "support", counts),
        _stated_of(arrays, "known", counts),
        arrays["poses.searched"].tolist(),
        strict=True,
    )
    return [
        DecoyRecord(
            graph=placed.graph,
            pocket=placed.pocket,
            positions=steps.reshape(-1, placed.graph.n_atoms, 3).astype(np.float32) * RESOLUTION,
            energies=energies,
            rmsds=rmsds,
            searched=searched,
            cluster=placed.cluster,
            name=placed.name,
            source=source,
            support=support,
            known=known,
        )
        for placed, steps, energies, rmsds, support, known, searched in columns
    ]


def _check_poses(complexes: Sequence[ComplexRecord], arrays: Arrays) -> None:
    """Whether the poses are as many as their numbers say."""
    counts, searched = arrays["poses.count"], arrays["poses.searched"]
    if any(one.ndim != 1 or one.dtype.kind not in "iu" or (one < 0).any() for one in (counts, searched)):
        raise ValueError("poses.count and poses.searched are not lists of counts")
    atoms = np.array([one.graph.n_atoms for one in complexes], dtype=np.int64)
    if counts.shape != atoms.shape or searched.shape != atoms.shape or (searched > counts).any():
        raise ValueError("the number of ligands of the poses differs")
    count = int(counts.sum())
    expected: dict[str, tuple[int, ...]] = {
        "positions": (int(atoms @ counts), 3),
        "energies": (count,),
        "rmsds": (count,),
    }
    stated = {"support": (count, _SUPPORT), "known": (count,)}
    expected |= {name: shape for name, shape in stated.items() if f"poses.{name}" in arrays}
    for name, shape in expected.items():
        if arrays[f"poses.{name}"].shape != shape or arrays[f"poses.{name}"].dtype.kind not in "if":
            raise ValueError(f"poses.{name} does not have the shape {list(shape)}")
