"""What all preparations of crystal complexes share: a usable ligand file, and a ligand that lies where ligands lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from rdkit import Chem
from scipy.spatial import KDTree

from molgen.chem.atom_types.interaction_types import is_metal
from molgen.chem.molecules.reference import reference_ligand
from molgen.chem.proteins.structure import Protein
from molgen.datasets.structure_files import ComplexFiles
from molgen.errors import InputError, MolgenError, ParseError

Ligand = TypeVar("Ligand")


class Distances(Protocol):
    """Limits of the smallest distance between ligand and receptor, Angstrom."""

    @property
    def nearest(self) -> float: ...
    @property
    def farthest(self) -> float: ...


def protein_file(files: ComplexFiles) -> Path:
    """Raises InputError where the folder of a complex lacks the file."""
    if files.protein is None:
        raise InputError("there is no file of the protein")
    return files.protein


def crystal_ligand(files: ComplexFiles, use: Callable[[Chem.Mol], Ligand]) -> tuple[Path, Ligand]:
    """The first ligand file that can be read and used, and what ``use`` makes of its molecule.

    Raises:
        MolgenError: there is none; the error is that of the first file.
    """
    first: MolgenError = InputError("there is no file of the ligand")
    for index, path in enumerate(files.ligands):
        try:
            return path, use(reference_ligand(path))
        except MolgenError as error:
            first = error if index == 0 else first
    raise first


def check_distance(protein: Protein, ligand: np.ndarray, limits: Distances) -> None:
    """Check that a ligand [n, 3] touches the receptor and is not bonded to it, metals aside.

    Raises:
        ParseError: it is farther than ``limits.farthest``, or nearer than ``limits.nearest``.
    """
    distance, _ = KDTree(ligand).query(protein.positions)
    if distance.min() > limits.farthest:
        raise ParseError(f"the ligand is {distance.min():.1f} Angstrom from the receptor")
    nearest = distance[~is_metal(protein.elements)].min(initial=np.inf)
    if nearest < limits.nearest:
        raise ParseError(f"the ligand is {nearest:.2f} Angstrom from the receptor: bonded, or there twice")
