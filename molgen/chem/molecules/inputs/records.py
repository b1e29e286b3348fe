"""One input: a molecule with a name and a place, or a named failure; from a line, a record of a file, or an object."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rdkit import Chem

from molgen.chem.formats.parsing import one_line, parse_inchi, parse_molblock, parse_smiles
from molgen.chem.formats.pdb.ligands import parse_pdb_ligand
from molgen.chem.formats.pdbqt.ligand_reading import parse_pdbqt_ligand
from molgen.chem.formats.tripos.mol2 import parse_mol2_block
from molgen.chem.molecules.stereo.lost_marks import remember_lost_marks
from molgen.errors import ParseError

_LONGEST_NAME = 1000
_SMILES_LINE = re.compile(r"(\S+)(?:\s+(\|[^|]*\|))?\s*(.*)")
_SEVERAL_LINES = "several lines, where one SMILES is one line: give several molecules as a list or as a file"


@dataclass(frozen=True)
class InputRecord:
    """One input: a molecule or a named failure, never both.

    Fields:
        index: position in the input, from 0.
        name: from the input; else `<file>_<number>`, or the SMILES itself. One line, no control characters.
        source: the file, or the SMILES.
        place: `line 7` or `record 3` in that file; None outside files.
        mol: sanitized; hydrogens and coordinates as they were in the input, data fields as properties.
        error: why there is no molecule, in one line.
        note: what was decided in reading it, in one line.
    """

    index: int
    name: str
    source: str
    place: str | None
    mol: Chem.Mol | None
    error: str | None = None
    note: str = ""

    def molecule(self) -> Chem.Mol:
        """The molecule.

        Raises:
            ParseError: the record could not be read.
        """
        if self.mol is None:
            raise ParseError(self.error or "unreadable")
        return self.mol


def record_of_text(index: int, text: str, *, named: bool = True) -> InputRecord:
    """`SMILES |extension| name` or `InChI name`.

    Args:
        index: of the record.
        text: one line.
        named: fall back to the SMILES when there is no name.
    """
    text = text.strip()
    if "\n" in text or "\r" in text:
        return InputRecord(index, title(text) if named else "", one_line(text[:200]), None, None, _SEVERAL_LINES)
    match = _SMILES_LINE.match(text)
    if match is None:
        return InputRecord(index, "", "", None, None, "there is no SMILES")
    smiles, extension, name = match.groups()
    mol, error = _try(_parse, f"{smiles} {extension}" if extension else smiles)
    error = error and f"{error}{_order_of_columns(smiles, name)}"
    return InputRecord(index, title(name) or (title(smiles) if named else ""), one_line(smiles), None, mol, error)


def _order_of_columns(smiles: str, name: str) -> str:
    """What may be wrong with the columns of a line whose first one is no SMILES."""
    if "," in smiles and not smiles.startswith("InChI="):
        return "; a space or a tab, not a comma, separates a SMILES from its name"
    if name and _try(parse_smiles, name.split()[0])[0] is not None:
        return f"; the SMILES comes first, then the name: is it {one_line(name.split()[0])[:60]}?"
    return ""


def record_of_molblock(number: int, block: list[str], name_field: str | None = None) -> InputRecord:
    """The lines of one SD record, named by its title or by one of its data fields."""
    mol, error = _try(parse_molblock, "\n".join([*block, "$$$$", ""]))
    if error and not any(line.startswith("M  END") for line in block):
        error = f"the record ends before its 'M  END' ({error})"
    name = block[0] if block else ""
    if name_field is not None and mol is not None:
        name = mol.GetProp(name_field) if mol.HasProp(name_field) else ""
    return InputRecord(0, name, "", f"record {number}", mol, error)


def record_of_mol2(number: int, block: list[str]) -> InputRecord:
    """The lines of one MOL2 record."""
    mol, error = _try(parse_mol2_block, "\n".join([*block, ""]))
    return InputRecord(0, block[1].strip() if len(block) > 1 else "", "", f"record {number}", mol, error)


def record_of_pdb(number: int, block: list[str]) -> InputRecord:
    """The lines of one model of a PDB file, named by its COMPND record."""
    mol, error = _try_block(parse_pdb_ligand, block)
    name = next((line[10:].strip() for line in block if line.startswith("COMPND")), "")
    return InputRecord(0, name, "", f"record {number}", mol, error)


def record_of_pdbqt(number: int, block: list[str]) -> InputRecord:
    """The lines of one model of a PDBQT file, named by its remark."""
    name = next((line.split("=", 1)[1].strip() for line in block if line.startswith("REMARK  Name =")), "")
    try:
        mol, note = parse_pdbqt_ligand(block)
    except ParseError as error:
        return InputRecord(0, name, "", f"record {number}", None, error.reason)
    return InputRecord(0, name, "", f"record {number}", mol, note=note)


def record_of_mol(index: int, mol: Chem.Mol) -> InputRecord:
    """An RDKit Mol, named by its title."""
    name = title(mol.GetProp("_Name")) if mol.HasProp("_Name") else ""
    error = None if mol.GetNumAtoms() else "the molecule has no atoms"
    return InputRecord(index, name or f"molecule_{index + 1}", "", None, None if error else mol, error)


def record_of_item(index: int, item: object) -> InputRecord:
    """A SMILES, an InChI, a Mol, or a pair of one of these and a name."""
    if isinstance(item, Chem.Mol):
        return record_of_mol(index, item)
    if isinstance(item, str):
        record = record_of_text(index, item)
        return record if record.name else replace(record, name=f"molecule_{index + 1}")
    if isinstance(item, Sequence) and len(item) == 2:
        record = record_of_item(index, item[0])
        error = record.error and f"{record.error} (a pair is a molecule and its name)"
        return replace(record, name=title(str(item[1])) or record.name, error=error)
    return InputRecord(index, f"molecule_{index + 1}", "", None, None, f"not a molecule: {one_line(item)[:200]}")


def with_fields(record: InputRecord, fields: Mapping[str, object]) -> InputRecord:
    """The record with data fields as properties of its molecule; empty ones are left out."""
    if record.mol is None:
        return record
    mol = Chem.Mol(record.mol)
    for name, value in fields.items():
        if name.strip() and value is not None and str(value).strip():
            mol.SetProp(name.strip(), str(value))
    return replace(record, mol=mol)


def title(text: str) -> str:
    """A name in one line, of bounded length."""
    return one_line(text[:_LONGEST_NAME])


def _parse(text: str) -> Chem.Mol:
    mol = parse_inchi(text) if text.startswith("InChI=") else parse_smiles(text)
    remember_lost_marks(mol, text)
    return mol


def _try_block(parse: Callable[[Sequence[str]], Chem.Mol], block: Sequence[str]) -> tuple[Chem.Mol | None, str | None]:
    return _try(lambda _: parse(block), "")


def _try(parse: Callable[[str], Chem.Mol], text: str) -> tuple[Chem.Mol | None, str | None]:
    try:
        return parse(text), None
    except ParseError as error:
        return None, error.reason
