"""The sequences of the chains of a structure file, without reading all of its atoms."""

from __future__ import annotations

from pathlib import Path

from molgen.chem.comparison.counterparts import chains_of, letter_of, sequence_of
from molgen.chem.formats.compression import decompressed
from molgen.chem.proteins.reading import MAX_BYTES, read_protein
from molgen.files.opening import open_input

_PDB = (".pdb", ".ent", ".pdb.gz", ".ent.gz")


def chain_sequences(path: str | Path) -> tuple[str, ...]:
    """One letter for each residue that is there, X for what has none; a chain each.

    Raises:
        InputError: the file cannot be read.
        ParseError: it is no structure file.
    """
    if str(path).lower().endswith(_PDB):
        sequences = _of_alpha_carbons(path)
        if sequences:
            return sequences
    protein = read_protein(path)
    return tuple(sequence_of(protein, residues) for residues in chains_of(protein).values())


def _of_alpha_carbons(path: str | Path) -> tuple[str, ...]:
    """Of the first model of a PDB file."""
    with decompressed(open_input(path), path) as file:
        text = file.read(MAX_BYTES).decode("utf-8", "replace")
    chains: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        if line.startswith("ENDMDL"):
            break
        if line.startswith(("ATOM  ", "HETATM")) and line[12:16] == " CA " and line[21:22]:
            chains.setdefault(line[21], {}).setdefault(line[22:27], letter_of(line[17:20].strip()))
    return tuple("".join(letters.values()) for letters in chains.values())
