"""A table of pairs of a protein and a ligand, each docked on its own."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import torch

from molgen.chem.formats.parsing import one_line, shortened
from molgen.chem.formats.text_lines import TextLines
from molgen.chem.molecules.inputs.table_rows import beyond_header, table_rows
from molgen.chem.molecules.inputs.tables import delimiter_of, header_of
from molgen.chem.molecules.reading import InputRecord, names_file, read_molecules
from molgen.chem.molecules.reference import compared_with
from molgen.chem.proteins.entries import choose_chains
from molgen.chem.proteins.reading import read_protein
from molgen.docking.dock import dock_prepared
from molgen.docking.learned import learned_of
from molgen.docking.ligand import prepare_variants
from molgen.docking.pose_files import check_pose_file
from molgen.docking.receptor_sites import receptor_sites
from molgen.docking.records import DockConfig, DockingResult, with_note
from molgen.docking.run import DockRow, Setting, write_poses
from molgen.docking.site import Site
from molgen.docking.states.variants import dock_variants
from molgen.errors import InputError, MolgenError, ParseError
from molgen.files import check_place

# what a pair has -> columns that can hold it; the second of each is DiffDock's
_COLUMNS = {
    "protein": ("protein", "protein_path", "receptor"),
    "ligand": ("ligand", "ligand_description", "ligand_path", "smiles"),
    "pocket": ("pocket", "site"),
    "name": ("name", "complex_name", "id"),
}

_MOST_SITES = 8  # that are kept for pairs that come later


@dataclass(frozen=True)
class Pair:
    """One row of a table of pairs.

    Attributes:
        protein: a structure file; "" where the row has none.
        ligand: a SMILES or a file.
        pocket: as in :func:`molgen.dock`; "" for that of the run.
        name: of the pair.
        place: `line N` of the table.
        error: why the row is invalid; "" if it is valid.
    """

    protein: str
    ligand: str
    pocket: str
    name: str
    place: str
    error: str = ""


def read_pairs(path: str | Path) -> Iterator[Pair]:
    """The rows of a .csv or .tsv file with the columns `protein`, `ligand` and, if wanted, `pocket` and `name`.

    The header of DiffDock (complex_name, protein_path, ligand_description, protein_sequence) is read too. Names of
    files are relative to the working directory or, if there is no such file, to the folder of the table.

    Raises:
        InputError: the file cannot be read, has no rows, or lacks a column.
    """
    table = Path(path)
    lines = TextLines(table)
    above, header = header_of(lines)
    columns = next(csv.reader([header], delimiter=delimiter_of(header)), [])
    places = {wanted: _place(columns, names) for wanted, names in _COLUMNS.items()}
    missing = [wanted for wanted in ("protein", "ligand") if places[wanted] is None]
    if missing:
        listed = shortened([one_line(column) for column in columns], 12)
        raise InputError(f"no column '{missing[0]}' among {listed}", source=path)
    count = 0
    for count, row in enumerate(table_rows(lines, delimiter_of(header), above), start=1):
        lines.start_record()
        cells = {wanted: _cell(row.cells, column) for wanted, column in places.items()}
        yield Pair(
            _found(cells["protein"], table),
            _found(cells["ligand"], table),
            _found(cells["pocket"], table),
            one_line(cells["name"]) or f"{table.stem}_{count}",
            f"line {row.line}",
            row.error or beyond_header(columns, row.cells),
        )
    if not count:
        raise InputError("the table has no rows", source=path)


def _place(columns: Sequence[str], names: Sequence[str]) -> int | None:
    lowered = [column.strip().lower() for column in columns]
    return next((lowered.index(name) for name in names if name in lowered), None)


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _found(text: str, table: Path) -> str:
    """The path of a file from the working directory; other texts are returned unchanged."""
    beside = table.parent / text
    try:
        return str(beside) if text and not Path(text).exists() and beside.is_file() else text
    except (OSError, ValueError):  # too long, or a character no file name can have
        return text


@dataclass
class PairDocking:
    """Docks one pair after the other; sites are reused for pairs with the same protein and pocket.

    Attributes:
        config: how each is docked.
        pocket: of rows that name none.
        keep, drop, chains, largest_fragment: as in :func:`molgen.dock`, of every protein.
        on_setting: called once for each protein and pocket, when the receptor is ready.
    """

    config: DockConfig
    pocket: str = "auto"
    keep: Collection[str] = ()
    drop: Collection[str] = ()
    chains: Collection[str] = ()
    largest_fragment: bool = False
    on_setting: Callable[[Setting], None] | None = None
    _sites: dict[tuple[str, str], Sequence[Site]] = field(default_factory=dict)
    _said: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, pair: Pair) -> DockingResult:
        with _files_named():
            return self.docked(pair.protein, pair.pocket, ligand_of(pair))

    def docked(self, protein: str, pocket: str, record: InputRecord) -> DockingResult:
        """Dock one molecule.

        Args:
            protein: a structure file.
            pocket: "" for that of the run.
            record: the ligand.

        Raises:
            MolgenError: the protein, the pocket or the ligand cannot be used.
        """
        if not protein:
            raise InputError("the row names no structure of a protein; a sequence alone cannot be docked to")
        pocket = pocket or self.pocket
        with _files_named():
            sites = self._sites_of(protein, pocket)
        compared = compared_with(None, pocket)
        result = dock_variants(
            prepare_variants(record.molecule(), self.config, largest_fragment=self.largest_fragment),
            lambda prepared: dock_prepared(sites, prepared, self.config, reference=compared),
        )
        return with_note(result, record.note)

    def _sites_of(self, protein: str, pocket: str) -> Sequence[Site]:
        key = (protein, pocket)
        if key not in self._sites:
            structure = choose_chains(read_protein(protein), self.chains)
            pockets = receptor_sites([structure], pocket, self.config, keep=self.keep, drop=self.drop)
            sites = pockets.searched
            self._sites = {**dict(list(self._sites.items())[1 - _MOST_SITES :]), key: sites}
            if self.on_setting is not None and key not in self._said:
                self.on_setting(Setting(structure, sites, pockets.others))
            self._said.add(key)
        return self._sites[key]


@contextmanager
def _files_named() -> Iterator[None]:
    """Context in which errors name the invalid file in their reason."""
    try:
        yield
    except MolgenError as error:
        raise type(error)(str(error)) from error


def dock_pairs_to_file(
    table: str | Path,
    output: str | Path,
    work: PairDocking,
    *,
    threads: int = 1,
    on_row: Callable[[DockRow], None] | None = None,
) -> list[DockRow]:
    """Dock every pair of a table and write all poses; one row per pair, a failure too.

    Args:
        table: see :func:`read_pairs`.
        output: .sdf or .pdbqt (also .gz); not touched when no pair gives a pose.
        work: docks one pair.
        threads: of the CPU.
        on_row: called after every pair.

    Raises:
        InputError: the table cannot be read or the output cannot be written.
    """
    check_pose_file(output)
    check_place(output)
    learned_of(work.config)  # weights that cannot be read are no fault of a pair
    torch.set_num_threads(threads)
    return write_poses(read_pairs(table), work, output, on_row)


def ligand_of(pair: Pair) -> InputRecord:
    """The ligand of a pair: a SMILES, or a file that holds one molecule.

    Raises:
        MolgenError: the row is invalid, the ligand cannot be read, or the file holds more molecules.
    """
    if pair.error:
        raise InputError(pair.error)
    ligand = pair.ligand
    source = Path(ligand) if names_file(ligand) else ligand
    records = list(islice(read_molecules(source), 2))
    if len(records) > 1:
        raise ParseError("the ligand of a pair is one molecule, and this file has more", source=ligand)
    if records[0].mol is None:
        raise ParseError(records[0].error or "unreadable", source=ligand)
    return records[0]
