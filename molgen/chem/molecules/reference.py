"""The ligand that a user gives as a reference: one molecule of a file, with 3D coordinates."""

from __future__ import annotations

from pathlib import Path

from rdkit import Chem

from molgen.chem.molecules.reading import read_molecules
from molgen.errors import InputError


def reference_ligand(path: str | Path) -> Chem.Mol:
    """The first molecule of an .sdf, .mol or .mol2 file (or .gz), as it is in the file, with a 3D conformer.

    Raises:
        InputError: the file or its first record cannot be read, or it has no 3D coordinates.
    """
    record = next(read_molecules(Path(path)))
    if record.mol is None:
        raise InputError(record.error or "no molecule", source=path, place=record.place)
    if not record.mol.GetNumConformers() or not record.mol.GetConformer().Is3D():
        raise InputError("the reference ligand has no 3D coordinates", source=path, place=record.place)
    return record.mol


def compared_with(reference: str | Path | None, pocket: str | Path) -> Chem.Mol | None:
    """The pose that poses are compared with: of the file that is given, else of the one that names the pocket.

    Raises:
        InputError: as :func:`reference_ligand`.
    """
    if reference is not None:
        return reference_ligand(reference)
    suffix = Path(str(pocket).strip().lower().removesuffix(".gz")).suffix
    return reference_ligand(str(pocket).strip()) if suffix in (".sdf", ".sd", ".mol", ".mol2") else None
