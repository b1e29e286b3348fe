"""Packings as a structure file."""

from __future__ import annotations

import gzip
from pathlib import Path

from molgen.chem.proteins.writing import protein_atoms, writer_of
from molgen.errors import InputError
from molgen.files import write_atomically
from molgen.packing.records import Packing


def check_output(path: str | Path) -> None:
    """Whether a structure can be written under this name.

    Raises:
        InputError: it ends neither in .pdb nor in .cif, nor in one of these and .gz.
    """
    writer_of(path)


def write_packing(path: str | Path, packing: Packing) -> None:
    """Write the packing, and its alternatives as further models, atomically; probabilities in the B-factor column.

    Raises:
        InputError: another suffix, something that a PDB file cannot hold, or a file that cannot be created.
    """
    atoms = []
    for model, protein in enumerate((packing.protein, *packing.alternatives), start=1):
        sites = zip(protein_atoms(protein), packing.b_factors, strict=True)
        atoms += [site._replace(b_factor=b_factor, model=model) for site, b_factor in sites]
    try:
        text = writer_of(path)(atoms, [], [])
    except InputError as error:
        raise InputError(error.reason, source=path) from error
    with write_atomically(path, binary=True) as stream:
        content = text.encode("utf-8")
        stream.write(gzip.compress(content, 6, mtime=0) if Path(path).suffix.lower() == ".gz" else content)
