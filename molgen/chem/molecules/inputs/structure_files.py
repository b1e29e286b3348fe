"""Ligands of mmCIF files, text or binary, as input records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from molgen.chem.formats.binary_cif import binary_tables
from molgen.chem.formats.compression import decompressed
from molgen.chem.formats.ligands.components import Table
from molgen.chem.formats.ligands.mmcif_ligands import ligands_of_table
from molgen.chem.formats.mmcif.reading import data_blocks, tokenized
from molgen.chem.formats.text_lines import MOST_RECORD
from molgen.chem.molecules.inputs.records import InputRecord
from molgen.errors import InputError
from molgen.files.opening import open_input

_CATEGORIES = ("_atom_site", "_entity", "_struct_conn", "_chem_comp_atom", "_chem_comp_bond")
_MOST_BYTES = 8 * MOST_RECORD


def read_mmcif(lines: Iterator[str]) -> Iterator[InputRecord]:
    """The ligands of all data blocks of a text; see :func:`ligands_of_table`.

    Raises:
        InputError: the first block has none, or its syntax is broken.
    """
    return _records(map(tokenized, data_blocks("\n".join(lines))))


def read_binary_cif(path: Path) -> Iterator[InputRecord]:
    """The ligands of a BinaryCIF file, also compressed.

    Raises:
        InputError: the file cannot be read, is too large, or has none.
    """
    with decompressed(open_input(path), path) as stream:
        data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise InputError(f"larger than {_MOST_BYTES // 2**20} MiB")
    return _records(binary_tables(data, _CATEGORIES))


def _records(tables: Iterable[Table]) -> Iterator[InputRecord]:
    for table in tables:
        for ligand in ligands_of_table(table):
            location = f"ligand {ligand.name}"
            yield InputRecord(0, ligand.name, "", location, ligand.mol, ligand.error)
