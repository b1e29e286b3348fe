"""From structures to a library of their torsions."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from rdkit import Chem

from molgen.chem.molecules.reading import InputRecord, read_molecules
from molgen.conformers.torsion_library import TorsionLibrary, build_library, joined, save_torsion_library
from molgen.errors import InputError
from molgen.files import check_apart, check_place, write_atomically


@dataclass
class TorsionSummary:
    """What a library was made of.

    Attributes:
        molecules, torsions: of the new structures.
        failures: name, place and reason of each record that could not be used.
    """

    molecules: int = 0
    torsions: int = 0
    failures: list[tuple[str, str, str]] = field(default_factory=list)


def prepare_torsions(
    sources: Sequence[str | Path],
    output: str | Path,
    *,
    base: TorsionLibrary | None = None,
    limit: int | None = None,
    on_record: Callable[[object], None] = lambda _: None,
) -> TorsionSummary:
    """Write a library of the torsions of structures, such as crystal ligands.

    Args:
        sources: files of molecules with 3D coordinates.
        output: safetensors file to write; what could not be used is in a table beside it, OUTPUT.failures.csv.
        base: a library that the new one goes on from.
        limit: use only the first records of each file.
        on_record: is called after every record.

    Raises:
        InputError: a file cannot be read, or no record can be used.
    """
    output = check_place(output)
    failures = output.with_name(f"{output.stem}.failures.csv")
    check_apart((output, failures), sources)
    summary = TorsionSummary()
    records = (record for source in sources for record in islice(read_molecules(source), limit))
    library = build_library(_usable(records, summary, on_record), {"files": [Path(source).name for source in sources]})
    if not summary.molecules:
        reason = f": {summary.failures[0][2]}" if summary.failures else ""
        raise InputError(f"holds no molecule with a structure{reason}", source=", ".join(map(str, sources)))
    summary.torsions = len(library)
    save_torsion_library(library if base is None else joined((base, library)), output)
    if summary.failures:
        with write_atomically(failures) as file:
            csv.writer(file, lineterminator="\n").writerows([("name", "place", "error"), *summary.failures])
    return summary


def _usable(
    records: Iterator[InputRecord], summary: TorsionSummary, on_record: Callable[[object], None]
) -> Iterator[tuple[str, Chem.Mol]]:
    """Names and molecules of the records with a structure; the others are added to the failures."""
    for record in records:
        mol = record.mol
        error = record.error if mol is None else None if _has_structure(mol) else "has no 3D coordinates"
        if mol is None or error:
            summary.failures.append((record.name, record.place or "", error or "unreadable"))
        else:
            summary.molecules += 1
            yield record.name, mol
        on_record(record)


def _has_structure(mol: Chem.Mol) -> bool:
    return mol.GetNumConformers() > 0 and mol.GetConformer().Is3D()
