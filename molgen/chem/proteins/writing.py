"""A protein with a ligand in it as a PDB or mmCIF file."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np
from rdkit import Chem

from molgen.chem.formats.mmcif.atom_site import MAX_COORDINATE, AtomSite
from molgen.chem.formats.mmcif.writing import mmcif_text
from molgen.chem.formats.parsing import one_line
from molgen.chem.formats.pdb.writing import pdb_text
from molgen.chem.formats.residue_names import is_standard
from molgen.chem.proteins.structure import Protein
from molgen.errors import InputError
from molgen.files import write_atomically

Bond = tuple[int, int, Chem.BondType]
_Writer = Callable[[list[AtomSite], list[Bond], list[tuple[int, int]]], str]
_WRITERS: dict[str, _Writer] = {
    ".pdb": pdb_text,
    ".cif": mmcif_text,
    ".mmcif": mmcif_text,
}
_CHAINS = "L" + ascii_uppercase + digits + ascii_lowercase


def write_complex(
    path: str | Path,
    protein: Protein,
    ligand: Chem.Mol,
    conformer_id: int = -1,
    residue_name: str = "LIG",
    *,
    link: tuple[int, int] | None = None,
) -> None:
    """Write a structure and a ligand in it, .pdb or .cif (.gz), atomically.

    The ligand is residue 1 of a chain of its own, the first free of L, A, B, ...; its atoms are called C1, N1, ... and
    come with their bonds (CONECT in PDB, with orders in mmCIF). Coordinates have three decimals, Angstrom.

    Args:
        protein: its heavy atoms are written; chain ids and numbers as in the file that it came from.
        ligand: all its atoms are written, explicit hydrogens too.
        conformer_id: of the ligand, -1 for the first.
        residue_name: component id of the ligand; at most three letters or digits in PDB, five in mmCIF.
        link: atoms of the protein and of the ligand with a covalent bond between them: LINK and CONECT in PDB,
            `_struct_conn` in mmCIF.

    Raises:
        InputError: another suffix, no such conformer, something that the columns of a PDB file cannot hold (more than
            99,999 atoms, chain ids of two letters, ...), or a file that cannot be created.
    """
    try:
        own, bonds = _ligand_atoms(ligand, conformer_id, residue_name, _free_chain(protein))
        text = writer_of(path)(
            [*protein_atoms(protein), *own],
            [(a + len(protein), b + len(protein), o) for a, b, o in bonds],
            [] if link is None else [(link[0], link[1] + len(protein))],
        )
    except InputError as error:
        raise InputError(error.reason, source=path) from error
    with write_atomically(path, binary=True) as stream:
        content = text.encode("utf-8")
        stream.write(gzip.compress(content, 6, mtime=0) if Path(path).suffix.lower() == ".gz" else content)


def writer_of(path: str | Path) -> _Writer:
    """What makes the text of a file with this name.

    Raises:
        InputError: it ends neither in .pdb nor in .cif or .mmcif, nor in one of these and .gz.
    """
    suffix = Path(Path(path).name.lower().removesuffix(".gz")).suffix
    if suffix not in _WRITERS:
        raise InputError("complexes are written as .pdb or .cif, each also as .gz", source=path)
    return _WRITERS[suffix]


def check_room(path: str | Path, protein: Protein) -> None:
    """Check that a structure can be written under this name, before the work.

    Raises:
        InputError: another suffix, or something that the columns of a PDB file cannot hold.
    """
    try:
        writer_of(path)(protein_atoms(protein), [], [])
    except InputError as error:
        raise InputError(error.reason, source=path) from error


def protein_atoms(protein: Protein) -> list[AtomSite]:
    """The atom records of a structure; HETATM for all but standard residues of a chain."""
    records = []
    for residue in protein.residues:
        polymer = residue.kind == "polymer"
        for atom in range(residue.start, residue.stop):
            x, y, z = protein.positions[atom].tolist()
            records.append(
                AtomSite(
                    *(protein.atom_names[atom], "", residue.name, residue.chain, residue.number, residue.insertion),
                    *(x, y, z, 1.0, int(protein.elements[atom])),
                    hetero=not (polymer and is_standard(residue.name)),
                    in_sequence=polymer,
                )
            )
    return records


def _ligand_atoms(mol: Chem.Mol, conformer_id: int, name: str, chain: str) -> tuple[list[AtomSite], list[Bond]]:
    if not (0 < len(name) <= 5 and name.isalnum() and name.isascii()):
        raise InputError(f"{one_line(name)!r} is no component id: one to five letters or digits")
    try:
        positions = mol.GetConformer(conformer_id).GetPositions()
    except ValueError as error:
        raise InputError(f"the ligand has no conformer {conformer_id}") from error
    if not bool((np.abs(positions) <= MAX_COORDINATE).all()):
        raise InputError("the coordinates of the ligand are not finite or too large")
    counts: Counter[str] = Counter()
    atoms = []
    for atom, (x, y, z) in zip(mol.GetAtoms(), positions.tolist(), strict=True):
        symbol = atom.GetSymbol().upper()
        counts[symbol] += 1
        atoms.append(
            AtomSite(
                *(f"{symbol}{counts[symbol]}", "", name, chain, 1, ""),
                *(x, y, z, 1.0, atom.GetAtomicNum()),
                hetero=True,
                in_sequence=False,
                charge=atom.GetFormalCharge(),
            )
        )
    return atoms, [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), bond.GetBondType()) for bond in mol.GetBonds()]


def _free_chain(protein: Protein) -> str:
    used = {residue.chain for residue in protein.residues}
    return next((letter for letter in _CHAINS if letter not in used), "LIG")
