"""Records of a file that are conformers of one molecule, as one input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rdkit import Chem

from molgen.chem.formats.parsing import silent_rdkit
from molgen.chem.molecules.inputs.records import InputRecord


def join_conformers(records: Iterable[InputRecord]) -> Iterator[InputRecord]:
    """The records, in which successive conformers of one molecule are joined.

    They are if they have 3D coordinates, the same title, and the same atoms and bonds in any order. The record has all
    conformers, in the order of atoms, under the name and the data fields of the first, and says so in its note.
    """
    run: list[InputRecord] = []
    for record in records:
        if run and _is_conformer_of(run[0], record):
            run.append(record)
            continue
        if run:
            yield _joined(run)
        run = [record]
    if run:
        yield _joined(run)


def _is_conformer_of(first: InputRecord, other: InputRecord) -> bool:
    if not (_is_placed(first) and _is_placed(other)) or _title(first) != _title(other):
        return False
    return _identity(first.molecule()) == _identity(other.molecule())


def _is_placed(record: InputRecord) -> bool:
    mol = record.mol
    return record.place is not None and mol is not None and mol.GetNumConformers() > 0 and mol.GetConformer().Is3D()


def _title(record: InputRecord) -> str:
    mol = record.molecule()
    return mol.GetProp("_Name") if mol.HasProp("_Name") else ""


def _identity(mol: Chem.Mol) -> str:
    with silent_rdkit():
        return Chem.MolToSmiles(Chem.RemoveHs(mol))


def _joined(run: list[InputRecord]) -> InputRecord:
    if len(run) == 1:
        return run[0]
    mol = Chem.Mol(run[0].molecule())
    for other in run[1:]:
        match = other.molecule().GetSubstructMatch(mol, useChirality=True)
        if len(match) == mol.GetNumAtoms():
            mol.AddConformer(Chem.RenumberAtoms(other.molecule(), list(match)).GetConformer(), assignId=True)
    first, last = (str(record.place).removeprefix("record ") for record in (run[0], run[-1]))
    note = f"{len(run)} records in a row are conformers of one molecule: one input"
    return replace(run[0], mol=mol, place=f"records {first}-{last}", note=note)
