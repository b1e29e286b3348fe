"""From structures to a library of their torsions."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgen.chem.molecules.reading import InputRecord, read_molecules
from molgen.conformers.torsion_library import TorsionLibrary, build_library, joined, save_torsion_library
from molgen.errors import InputError
from molgen.files import check_apart, check_place, write_atomically

SP3 = Chem.HybridizationType.SP3
_SHORTEST, _FLAT = 0.5, 1e-3
"""Angstrom: bonds are longer, and a molecule that is not planar is deeper."""


@dataclass
class TorsionSummary:
    """What a library was made of.

    Attributes:
        molecules, torsions: of the new structures.
        failures: name, place and reason of each record that could not be used.
        table: the file that has them, where there are some.
    """

    molecules: int = 0
    torsions: int = 0
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    table: Path | None = None


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
    if Path(output).suffix != ".safetensors":
        raise InputError("a library of torsions is a .safetensors file", source=output)
    output = check_place(output)
    failures = output.with_name(f"{output.stem}.failures.csv")
    check_apart((output, failures), sources)
    summary = TorsionSummary()
    records = (record for source in sources for record in islice(read_molecules(source), limit))
    library = build_library(_usable(records, summary, on_record), {"files": [Path(source).name for source in sources]})
    if not summary.molecules:
        reason = f": {summary.failures[0][2]}" if summary.failures else ""
        raise InputError(f"holds no molecule with a structure{reason}", source=", ".join(map(str, sources)))
    if not len(library):
        raise InputError("no molecule has a rotatable bond", source=", ".join(map(str, sources)))
    summary.torsions = len(library)
    save_torsion_library(library if base is None else joined((base, library)), output)
    if summary.failures:
        with write_atomically(failures) as file:
            csv.writer(file, lineterminator="\n").writerows([("name", "place", "reason"), *summary.failures])
        summary.table = failures
    else:
        failures.unlink(missing_ok=True)  # of an earlier run
    return summary


def _usable(
    records: Iterator[InputRecord], summary: TorsionSummary, on_record: Callable[[object], None]
) -> Iterator[tuple[str, Chem.Mol]]:
    """Names and molecules of the records with a structure; the others are added to the failures."""
    for record in records:
        mol = record.mol
        error = record.error if mol is None else _flaw(mol)
        if mol is None or error:
            summary.failures.append((record.name, record.place or "", error or "unreadable"))
        else:
            summary.molecules += 1
            yield record.name, mol
        on_record(record)


def _flaw(mol: Chem.Mol) -> str | None:
    """Why the coordinates of a molecule are no structure; None where they are one."""
    if not mol.GetNumConformers() or not mol.GetConformer().Is3D():
        return "has no 3D coordinates"
    positions = mol.GetConformer().GetPositions()
    ends = np.array([(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in mol.GetBonds()]).reshape(-1, 2)
    if (np.linalg.norm(positions[ends[:, 0]] - positions[ends[:, 1]], axis=1) < _SHORTEST).any():
        return "has atoms in one place"
    branched = any(atom.GetHybridization() == SP3 and atom.GetDegree() > 2 for atom in mol.GetAtoms())
    return "is flat: has no 3D coordinates" if branched and np.ptp(positions[:, 2]) < _FLAT else None
