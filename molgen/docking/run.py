"""A library of ligands to one file of poses: one row per input, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch

from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.reference import compared_with, reference_ligand
from molgen.chem.molecules.writing import SdfRecord
from molgen.chem.proteins.entries import choose_chains
from molgen.chem.proteins.output import check_receptor_file, write_receptor
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.chem.proteins.writing import check_room, write_complex, writer_of
from molgen.docking.ensemble import structures_of
from molgen.docking.learned import learned_of
from molgen.docking.library.ligands import LigandDocking
from molgen.docking.pose_files import check_pose_file, write_pose_file
from molgen.docking.pose_files.trajectory import sampling_frames, write_trajectory
from molgen.docking.poses.output import pocket_record, sdf_records, summary
from molgen.docking.receptor_sites import receptor_sites
from molgen.docking.records import DockConfig, DockingResult
from molgen.docking.restraints import Anchor
from molgen.docking.site import Site
from molgen.errors import ConfigError
from molgen.files import check_place, json_value, write_atomically
from molgen.metrics.validity.posebusters import check_posebusters
from molgen.outcomes import Attempt, attempts


@dataclass(frozen=True)
class DockRow:
    """The outcome of one ligand.

    Attributes:
        name, place: of the input (place: "line 7", "record 3" or None).
        result: None for a failure.
        seconds: wall time.
        error: reason of a failure, one line.
    """

    name: str
    place: str | None
    result: DockingResult | None
    seconds: float
    error: str | None


@dataclass(frozen=True)
class Setting:
    """The receptor of a run.

    Attributes:
        protein: the whole structure.
        sites: that are searched.
        others: further pockets that were found.
    """

    protein: Protein
    sites: Sequence[Site]
    others: Sequence[Pocket]

    @property
    def notes(self) -> list[str]:
        """The notes on the protein and on the searched sites, each once."""
        return list(dict.fromkeys((*self.protein.notes, *(note for site in self.sites for note in site.notes))))


def dock_to_file(
    source: str | Path,
    protein: Protein | str | Path | Sequence[Protein | str | Path],
    pocket: str,
    output: str | Path,
    *,
    config: DockConfig,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    chains: Collection[str] = (),
    anchors: Sequence[str] = (),
    core: str | Path | None = None,
    reference: str | Path | None = None,
    largest_fragment: bool = False,
    smiles_column: str | None = None,
    name_column: str | None = None,
    complexes: str | Path | None = None,
    receptor_file: str | Path | None = None,
    summary_file: str | Path | None = None,
    trajectory: str | Path | None = None,
    threads: int = 1,
    on_setting: Callable[[Setting], None] | None = None,
    on_row: Callable[[DockRow], None] | None = None,
) -> list[DockRow]:
    """Dock every ligand of ``source`` and write all poses.

    Args:
        source: SMILES, or a .smi, .csv, .sdf, .mol2 file (also .gz). Streamed.
        protein: PDB or mmCIF file (also .gz), what was read from one, or several of one protein, as in
            :func:`molgen.dock`.
        pocket: as in :func:`molgen.dock`.
        output: .sdf or .pdbqt (also .gz); not touched when no ligand gives a pose.
        config: how each is docked.
        keep, drop, chains, anchors, core: as in :func:`molgen.dock`.
        reference: a file with a pose of the ligand to compare with; by default the one that names the pocket.
        smiles_column, name_column: of a table, see :func:`molgen.read_molecules`.
        complexes: .pdb or .cif file for the receptor with the best pose of the (first) ligand.
        receptor_file: .pdb, .cif or .pdbqt file for the receptor of the first site, without a ligand.
        summary_file: JSON with all results and failures.
        trajectory: PDB file of how the model samples the first ligand that is docked, one model per step.
        on_setting: called once, when the receptor is ready.
        on_row: called after every ligand.

    Raises:
        InputError: the protein, the pocket, the source or an output cannot be used.
    """
    _check_outputs(output, complexes, receptor_file, summary_file, trajectory)
    if config.posebusters:
        check_posebusters()
    learned_of(config)  # weights that cannot be read are no fault of a ligand
    if trajectory is not None and learned_of(config).poses is None:
        raise ConfigError("a trajectory needs proposals both or learned, not random, and no covalent bond")
    parsed = [Anchor.parse(anchor) for anchor in anchors]
    core_pose = None if core is None else reference_ligand(core)
    torch.set_num_threads(threads)
    records = read_molecules(source, smiles_column=smiles_column, name_column=name_column)
    structures = [choose_chains(entry, chains) for entry in structures_of(protein)]
    pockets = receptor_sites(structures, pocket, config, keep=keep, drop=drop)
    sites = pockets.searched
    if complexes is not None:
        for site in sites:
            check_room(complexes, site.receptor.protein)
    work = LigandDocking(sites, config, parsed, core_pose, compared_with(reference, pocket), largest_fragment)
    setting = Setting(structures[0], sites, pockets.others)
    if on_setting:
        on_setting(setting)
    if receptor_file is not None:
        write_receptor(receptor_file, sites[0].receptor.protein)
    rows = write_outcomes(work.outcomes(records), output, on_row)
    best = next((row.result for row in rows if row.result is not None), None)
    if summary_file is not None:
        write_document(summary_file, run_document(rows, setting))
    if trajectory is not None and work.first is not None:
        write_trajectory(trajectory, work.first, sampling_frames(work.sites[0], work.first, config))
    if complexes is not None and best is not None:
        write_complex(complexes, best.receptor, best.mol, best.poses[0].conformer, link=best.link)
    return rows


def _check_outputs(
    output: str | Path, complexes: str | Path | None, receptor_file: str | Path | None, *others: str | Path | None
) -> None:
    """Check that every file can be written, before the work."""
    check_pose_file(output)
    if complexes is not None:
        writer_of(complexes)
    if receptor_file is not None:
        check_receptor_file(receptor_file)
    for path in filter(None, (output, complexes, receptor_file, *others)):
        check_place(path)


class Named(Protocol):
    """An input of a run: its name and location."""

    @property
    def name(self) -> str: ...

    @property
    def place(self) -> str | None: ...


Input = TypeVar("Input", bound=Named)


def write_poses(
    inputs: Iterable[Input],
    work: Callable[[Input], DockingResult],
    output: str | Path,
    on_row: Callable[[DockRow], None] | None = None,
) -> list[DockRow]:
    """Dock every input and write the poses of all into one file; the file is not touched when there are none.

    Args:
        inputs: with a name and a place each; streamed.
        work: input -> result; an exception becomes a row.
        output: .sdf or .pdbqt (also .gz).
        on_row: called after every input.
    """
    return write_outcomes(attempts(inputs, work, lambda item: item.name), output, on_row)


def write_outcomes(
    outcomes: Iterable[tuple[Input, Attempt[DockingResult]]],
    output: str | Path,
    on_row: Callable[[DockRow], None] | None = None,
) -> list[DockRow]:
    """As :func:`write_poses`, for inputs with their outcomes."""
    rows: list[DockRow] = []
    poses = _poses(outcomes, rows, on_row)
    first = next(poses, None)
    if first is not None:
        write_pose_file(output, chain([first], poses))
    return rows


def _poses(
    outcomes: Iterable[tuple[Input, Attempt[DockingResult]]],
    rows: list[DockRow],
    on_row: Callable[[DockRow], None] | None,
) -> Iterator[SdfRecord]:
    """The poses of all ligands; appends a row for each of them to ``rows``."""
    for record, docked in outcomes:
        row = DockRow(record.name, record.place, docked.value, docked.seconds, docked.error)
        rows.append(row)
        if on_row:
            on_row(row)
        if row.result is not None:
            yield from sdf_records(row.result, row.name)


def run_document(rows: Sequence[DockRow], setting: Setting) -> dict[str, Any]:
    """A run as JSON values: the receptor, decisions on it, the pockets, and every ligand."""
    return {**receptor_document(setting), "ligands": ligand_documents(rows)}


def write_document(path: str | Path, document: dict[str, Any]) -> None:
    """Write JSON values of a run, with those of numpy and paths in plain ones."""
    with write_atomically(path) as file:
        json.dump(json_value(document), file, indent=1)
        file.write("\n")


def receptor_document(setting: Setting) -> dict[str, Any]:
    """The receptor, decisions on it and the pockets as JSON values."""
    return {
        "protein": setting.protein.source,
        "protein_notes": setting.notes,
        "left_out": list(setting.sites[0].receptor.left_out),
        "pockets": [pocket_record(site.pocket) for site in setting.sites],
    }


def ligand_documents(rows: Sequence[DockRow]) -> list[dict[str, Any]]:
    """The outcome of every ligand as JSON values: its poses, or the error."""
    return [
        summary(row.result, row.name) | {"place": row.place}
        if row.result is not None
        else {"name": row.name, "place": row.place, "error": row.error}
        for row in rows
    ]
