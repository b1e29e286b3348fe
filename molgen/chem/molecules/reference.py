"""The ligand that a user gives as a reference: one molecule of a file, with 3D coordinates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rdkit import Chem
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from molgen.chem.formats.compression import plain_name
from molgen.chem.formats.ligands.assembled import MOST_ATOMS
from molgen.chem.formats.ligands.skeletons import skeleton
from molgen.chem.formats.parsing import one_line
from molgen.chem.formats.pdb.ligands import split_models
from molgen.chem.formats.pdbqt.ligand_reading import pdbqt_skeleton
from molgen.chem.formats.text_lines import TextLines
from molgen.chem.molecules.reading import read_molecules
from molgen.chem.proteins.reading import read_protein
from molgen.errors import InputError, ParseError

RECORDS = (".sdf", ".sd", ".mol", ".mol2")
PLACES_ONLY = (".pdb", ".pdb1", ".ent", ".cif", ".mmcif", ".bcif", ".pdbqt")
"""Files that may say where the atoms of a ligand are, but not how they are bonded."""
_BOND = 2.3  # Angstrom


def reference_ligand(path: str | Path, *, bonds: bool = True) -> Chem.Mol:
    """The first molecule of an .sdf, .mol, .mol2, .pdb, .pdbqt or .cif file (or .gz), with a 3D conformer.

    Args:
        path: of the file.
        bonds: whether they must be known; else the molecule of a file of the last three kinds that does not say them
            has single bonds by distance and is marked as a `SKELETON`: elements and places are all that is known.

    Raises:
        InputError: the file or its first record cannot be read, or it has no 3D coordinates.
    """
    try:
        record = next(read_molecules(Path(path)))
    except InputError:
        if bonds or _suffix(path) not in PLACES_ONLY:
            raise
        return _skeleton(path)
    if record.mol is None and _suffix(path) in PLACES_ONLY and not bonds:
        return _skeleton(path)
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
        return reference_ligand(reference, bonds=False)
    text = str(pocket).strip()
    if _suffix(text) in PLACES_ONLY:
        try:
            return reference_ligand(text, bonds=False)
        except InputError:  # a structure that names a pocket, but is no ligand
            return None
    return reference_ligand(text) if _suffix(text) in RECORDS else None


def first_molecule(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Atomic numbers [n] and positions [n, 3] of the heavy atoms that are bonded, directly or not, to the first one.

    Of a structure file, without its waters, or of the first record of a PDBQT file.

    Raises:
        InputError: the file cannot be read or holds only water.
    """
    if _suffix(path) == ".pdbqt":
        return _first_record(path)
    structure = read_protein(path).keep(lambda residue: residue.kind != "water")
    if not len(structure):
        raise InputError("the reference file holds only water", source=one_line(path))
    pairs = KDTree(structure.positions).query_pairs(_BOND, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(structure), len(structure)))
    member = connected_components(graph, directed=False)[1]
    first = member == member[0]
    return structure.elements[first], structure.positions[first].astype(np.float64)


def _first_record(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    block = next(split_models(TextLines(Path(path))), None)
    if block is None:
        raise InputError("the PDBQT file has no atoms", source=one_line(path))
    try:
        mol = pdbqt_skeleton(block)
    except ParseError as error:
        raise InputError(error.reason, source=one_line(path)) from error
    elements = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()])
    return elements, mol.GetConformer().GetPositions()


def _skeleton(path: str | Path) -> Chem.Mol:
    elements, positions = first_molecule(path)
    if len(elements) > MOST_ATOMS:
        raise InputError(f"the first molecule has {len(elements)} atoms: that is no ligand", source=one_line(path))
    return skeleton(elements.tolist(), positions)


def _suffix(path: str | Path) -> str:
    return Path(plain_name(path)).suffix
