"""A library of torsions that crystals have, by what surrounds the bond."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.features.molecule_features import without_hydrogens
from molgen.chem.formats.parsing import silent_rdkit
from molgen.chem.molecules.rotatable import four_atom_paths, rotatable_torsions
from molgen.conformers.torsion_library.axis_keys import LEVELS, axis_keys, path_angles
from molgen.errors import CheckpointError, ConfigError, readable
from molgen.files import write_atomically
from molgen.files.weights import check_weights_file
from molgen.training.checkpoint import Checkpoint, encode_checkpoint, load_checkpoint, weights_file

TASK = "torsions"
_STEPS = 256
"""Angles are kept in so many steps of a turn."""


@dataclass(frozen=True, eq=False)
class TorsionLibrary:
    """The torsions of a set of molecules, ordered by what surrounds their bonds within two bonds.

    Attributes:
        keys: uint32 [k], ascending: hashes of rotatable bonds with all within two bonds.
        first: int32 [k + 1], where the torsions of each begin.
        molecule: int32 [e], the molecule of each torsion.
        angle: uint8 [e], in steps of 2 pi / 256.
        finer: uint16 [len(LEVELS) - 1, e], the hashes within three and four bonds.
        names: of the molecules.
        skeletons: uint32 [molecules], which of them are the same but for stereo and protonation: see
            :func:`skeleton_of`.
        record: where they are from.
    """

    keys: np.ndarray
    first: np.ndarray
    molecule: np.ndarray
    angle: np.ndarray
    finer: np.ndarray
    names: tuple[str, ...]
    skeletons: np.ndarray
    record: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.angle)

    def radians(self, entries: np.ndarray) -> np.ndarray:
        """float64, the angles of some torsions."""
        return self.angle[entries] * (2 * np.pi / _STEPS)


def build_library(
    mols: Iterable[tuple[str, Chem.Mol]], record: Mapping[str, Any] | None = None, seed: int = 0
) -> TorsionLibrary:
    """A library of the torsions of molecules.

    Args:
        mols: names, and molecules with stereo and a conformer, the first of which counts; hydrogens present or not.
        record: what is kept with the library.
        seed: of the order of the molecules, so that those of one paper do not stand together.
    """
    keys, angles, counts, names, skeletons = [], [], [], [], []
    for name, mol in mols:
        path_keys, dihedrals = _torsions(mol)
        keys.append(path_keys)
        angles.append(dihedrals)
        counts.append(len(dihedrals))
        names.append(name)
        skeletons.append(skeleton_of(mol))
    order = np.random.default_rng(seed).permutation(len(names))
    return _library(
        keys=np.concatenate([np.zeros((len(LEVELS), 0), np.uint64), *keys], axis=1),
        angle=np.round(np.concatenate([np.zeros(0), *angles]) * (_STEPS / (2 * np.pi))).astype(np.int64) % _STEPS,
        molecule=np.repeat(np.argsort(order), counts),
        names=[names[k] for k in order],
        skeletons=np.array(skeletons, dtype=np.uint32)[order],
        record=record or {},
    )


def skeleton_of(mol: Chem.Mol) -> int:
    """What a molecule is but for stereo and protonation, in 32 bits: a hash of the first block of its InChIKey."""
    with silent_rdkit():
        block = Chem.MolToInchiKey(mol).split("-")[0]
    return int.from_bytes(sha256(block.encode()).digest()[:4], "little")


def _torsions(mol: Chem.Mol) -> tuple[np.ndarray, np.ndarray]:
    """Hashes [levels, t] and dihedral angles [t], radian, of the torsions of a molecule, from one end to the other."""
    skeleton = without_hydrogens(mol)
    Chem.AssignStereochemistry(skeleton, cleanIt=True, force=True)
    rows = np.array(four_atom_paths(skeleton, rotatable_torsions(skeleton)), dtype=np.int64).reshape(-1, 5)
    axes = axis_keys(skeleton, rows[:, :4], rows[:, 4])
    angles = path_angles(torch.from_numpy(skeleton.GetConformer().GetPositions()), axes.paths).numpy()
    order = np.argsort(axes.place, kind="stable")
    return axes.keys[:, order], angles[order]


def _library(
    keys: np.ndarray,
    angle: np.ndarray,
    molecule: np.ndarray,
    names: Sequence[str],
    skeletons: np.ndarray,
    record: Mapping[str, Any],
) -> TorsionLibrary:
    """A library of torsions in any order, with their hashes uint64 [levels, e]."""
    coarse, finer = keys[0].astype(np.uint32), keys[1:].astype(np.uint16)  # their lowest bits
    order = np.lexsort((molecule, coarse))
    kept, first = np.unique(coarse[order], return_index=True)
    return TorsionLibrary(
        keys=kept,
        first=np.append(first, len(order)).astype(np.int32),
        molecule=molecule[order].astype(np.int32),
        angle=angle[order].astype(np.uint8),
        finer=np.ascontiguousarray(finer[:, order]),
        names=tuple(names),
        skeletons=skeletons,
        record=dict(record),
    )


def joined(libraries: Sequence[TorsionLibrary]) -> TorsionLibrary:
    """Several libraries as one."""
    before = np.cumsum([0, *(len(library.names) for library in libraries)])
    coarse = [np.repeat(library.keys, np.diff(library.first)).astype(np.uint64)[None] for library in libraries]
    keys = [np.concatenate([own, library.finer]) for own, library in zip(coarse, libraries, strict=True)]
    return _library(
        keys=np.concatenate(keys, axis=1),
        angle=np.concatenate([library.angle for library in libraries]),
        molecule=np.concatenate([library.molecule + begin for library, begin in zip(libraries, before, strict=False)]),
        names=[name for library in libraries for name in library.names],
        skeletons=np.concatenate([library.skeletons for library in libraries]),
        record={"joined": [part for library in libraries for part in library.record.get("joined", [library.record])]},
    )


def save_torsion_library(library: TorsionLibrary, path: str | Path) -> None:
    """Write a library to a safetensors file, whole or not at all."""
    arrays = {
        "keys": library.keys.view(np.int32),
        "first": library.first,
        "molecule": library.molecule,
        "angle": library.angle,
        "finer": library.finer.view(np.int16),
        "skeletons": library.skeletons.view(np.int32),
    }
    weights = {name: torch.from_numpy(array) for name, array in arrays.items()}
    config = {"levels": list(LEVELS), "names": list(library.names)}
    with write_atomically(path, binary=True) as file:
        file.write(encode_checkpoint(Checkpoint(TASK, config, library.record, weights)))


def load_torsion_library(path: str | Path) -> TorsionLibrary:
    """Read a library.

    Raises:
        CheckpointError: missing, damaged, or not a library of torsions.
    """
    path = weights_file(path, TASK)
    check_weights_file(path, "library of torsions")
    checkpoint = load_checkpoint(path, TASK)
    arrays = {name: value.numpy() for name, value in checkpoint.weights.items()}
    names, levels = checkpoint.config.get("names"), checkpoint.config.get("levels")
    if not _are_names(names) or levels != list(LEVELS) or not _fit(arrays, len(names)):
        raise CheckpointError("is damaged, or a library of torsions of another version", source=path)
    return TorsionLibrary(
        keys=arrays["keys"].view(np.uint32),
        first=arrays["first"],
        molecule=arrays["molecule"],
        angle=arrays["angle"],
        finer=arrays["finer"].view(np.uint16),
        names=tuple(names),
        skeletons=arrays["skeletons"].view(np.uint32),
        record=checkpoint.record,
    )


def _are_names(names: object) -> TypeGuard[list[str]]:
    return isinstance(names, list) and all(isinstance(name, str) and name.isprintable() for name in names)


def _fit(arrays: Mapping[str, np.ndarray], molecules: int) -> bool:
    """Whether the arrays of a file fit each other."""
    kinds = {"keys": np.int32, "first": np.int32, "molecule": np.int32, "angle": np.uint8, "finer": np.int16}
    kinds["skeletons"] = np.int32
    if {name: array.dtype for name, array in arrays.items()} != {name: np.dtype(kind) for name, kind in kinds.items()}:
        return False
    if any(arrays[name].ndim != 1 for name in kinds if name != "finer"):
        return False
    e = arrays["angle"].shape
    wanted = {"first": (len(arrays["keys"]) + 1,), "molecule": e, "skeletons": (molecules,)}
    wanted["finer"] = (len(LEVELS) - 1, *e)
    if any(arrays[name].shape != shape for name, shape in wanted.items()):
        return False
    first, molecule, keys = arrays["first"], arrays["molecule"], arrays["keys"].view(np.uint32)
    return (
        bool((keys[1:] > keys[:-1]).all())
        and first[0] == 0
        and first[-1] == e[0]
        and bool((np.diff(first) > 0).all())
        and bool(((molecule >= 0) & (molecule < molecules)).all())
    )


def resolve_library(library: TorsionLibrary | str | Path) -> TorsionLibrary | None:
    """A library from a name or a file; None for "none". A file is read once, until it changes.

    Raises:
        CheckpointError: the file cannot be used.
        ConfigError: it is no name, file or library.
    """
    if isinstance(library, TorsionLibrary):
        return library
    if not isinstance(library, (str, Path)):
        raise ConfigError(f"torsion_library must be a name, a file or a library, not {readable(repr(library))}")
    if str(library) == "none":
        return None
    path = weights_file(library, TASK)
    state = path.stat() if path.is_file() else None
    return _read_once(str(path.absolute()), state and (state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=4)
def _read_once(path: str, state: tuple[int, int] | None) -> TorsionLibrary:
    """The library of a file in a state that tells whether it has changed."""
    return load_torsion_library(path)
