"""From SMILES or reference structures to prepared conformers: parallel, resumable, one part file per block of input."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgen.chem.embedding import embed_templates
from molgen.chem.features import heavy_atoms, molecule_graph
from molgen.chem.forcefield import relax
from molgen.chem.reading import InputRecord, read_molecules
from molgen.chem.standardise import prepare_molecule
from molgen.chem.stereo import enumerate_stereo
from molgen.chem.writing import write_atomically
from molgen.conformers.matching import match_reference, reference_positions
from molgen.conformers.store import Entry, encode_part
from molgen.errors import InputError, MolgenError
from molgen.metrics.symmetry import automorphisms

KT_298 = 0.592484
"""k T at 298.15 K in kcal/mol."""
MAX_PERMUTATIONS = 32


@dataclass(frozen=True)
class PrepareConfig:
    """What to make of every molecule.

    Attributes:
        kind: "ensemble" (SMILES or structures whose coordinates are ignored: ETKDGv3 + MMFF94s) or "reference" (the
            structures of an SDF or a GEOM folder, matched on to template geometry by turning torsions).
        conformers: ensemble: conformers per molecule; reference: templates per molecule.
        relax_iterations: MMFF94s steps on the embedded conformers.
        electrostatics: keep the charges in the relaxation; in vacuum they fold molecules on to themselves.
        boltzmann: weight an ensemble by exp(-E / kT) at 298 K; otherwise all conformers count the same.
        match_tolerance: references that no template matches to this RMSD (Angstrom) keep their own geometry.
        max_heavy_atoms: larger molecules are left out, as named failures.
        block: input records per part file.
        seed: of the embedding.
    """

    kind: str = "ensemble"
    conformers: int = 10
    relax_iterations: int = 200
    electrostatics: bool = False
    boltzmann: bool = False
    match_tolerance: float = 0.4
    max_heavy_atoms: int = 60
    block: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in ("ensemble", "reference"):
            raise ValueError(f'kind must be "ensemble" or "reference", not "{self.kind}"')


@dataclass(frozen=True)
class PrepareSummary:
    """Counts over the whole input, parts of earlier runs included."""

    molecules: int
    conformers: int
    failures: int


@dataclass(frozen=True)
class Block:
    """A run of input records: (name, place, molecule or None, error or None)."""

    number: int
    records: tuple[tuple[str, str | None, Chem.Mol | None, str | None], ...]


def prepare(
    source: str | Path,
    output: str | Path,
    config: PrepareConfig,
    *,
    workers: int = 1,
    limit: int | None = None,
    on_block: Callable[[int], None] | None = None,
) -> PrepareSummary:
    """Prepare every molecule of ``source`` into part files below ``output``; finished parts of an earlier run are kept.

    Args:
        source: .smi, .csv, .sdf (all also .gz) or, for ``kind="reference"``, a GEOM folder (see
            molgen.conformers.geom).
        workers: processes.
        limit: only the first so many records.
        on_block: called with the number of records finished so far.

    Raises:
        InputError: the input cannot be read, or ``output`` was begun with other settings.
    """
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    _check_settings(folder, source, config)
    blocks = _todo(_blocks(_records(source, limit), config.block), folder)
    done = 0
    for count in _map(_Job(folder, Path(source).name, config), blocks, workers):
        done += count
        if on_block:
            on_block(done)
    return _summary(folder)


class _Job:
    """Prepares one block and writes its part and its log; picklable."""

    def __init__(self, folder: Path, source: str, config: PrepareConfig) -> None:
        self.folder, self.source, self.config = folder, source, config

    def __call__(self, block: Block) -> int:
        entries, rows = [], []
        for name, place, mol, error in block.records:
            try:
                if mol is None:
                    raise MolgenError(error or "unreadable")
                entries.append(prepare_entry(mol, self.config))
            except MolgenError as failure:
                rows.append((name, place, failure.reason))
            except Exception as failure:  # one molecule must not stop a library: it ends as a named failure
                rows.append((name, place, f"{type(failure).__name__}: {failure}"))
        if entries:
            with write_atomically(self.folder / f"part-{block.number:05d}.safetensors", binary=True) as file:
                file.write(encode_part(entries, self.source))
        log = {
            "molecules": len(entries),
            "conformers": sum(len(e.positions) for e in entries),
            "failures": rows,
        }
        with write_atomically(self.folder / f"part-{block.number:05d}.json") as file:
            json.dump(log, file)
        return len(block.records)


def prepare_entry(mol: Chem.Mol, config: PrepareConfig) -> Entry:
    """One molecule -> its graph and conformers.

    Raises:
        MolgenError: the molecule is outside what molgen handles, or nothing could be embedded or matched.
    """
    full = prepare_molecule(mol, max_heavy_atoms=config.max_heavy_atoms)
    if config.kind == "ensemble":
        full = enumerate_stereo(full, "one")[0][0]
    graph = molecule_graph(full)
    templates = embed_templates(full, config.conformers, seed=config.seed, timeout=30.0)
    relaxed, energies = relax(templates.mol, config.relax_iterations, electrostatics=config.electrostatics)
    positions = relaxed[:, heavy_atoms(full)]
    weights = np.ones(len(positions))
    if config.kind == "reference":
        positions = _matched(mol, full, positions, config.match_tolerance)
        weights = _reference_weights(mol)
    elif config.boltzmann and np.isfinite(energies.values).all():
        weights = np.exp(-(energies.values - energies.values.min()) / KT_298)
    positions = positions - positions.mean(1, keepdims=True)
    symmetry = automorphisms(full, MAX_PERMUTATIONS).permutations
    return Entry(graph, positions.astype(np.float16), weights.astype(np.float16), symmetry.astype(np.uint8))


def _matched(reference: Chem.Mol, mol: Chem.Mol, templates: np.ndarray, tolerance: float) -> np.ndarray:
    graph = molecule_graph(mol)
    kept = []
    for conformer in reference.GetConformers():
        own = reference_positions(reference, mol, conformer.GetId())
        if own is None:
            raise MolgenError("the atoms of the reference structure do not map onto the molecule")
        match = match_reference(own, templates, graph)
        kept.append(match.positions if match.rmsd <= tolerance else own)
    return np.array(kept)


def _reference_weights(mol: Chem.Mol) -> np.ndarray:
    """Boltzmann weights carried by the conformers (GEOM), or ones."""
    given = [c.GetDoubleProp("weight") if c.HasProp("weight") else 1.0 for c in mol.GetConformers()]
    return np.array(given)


def _records(source: str | Path, limit: int | None) -> Iterator[InputRecord]:
    path = Path(source)
    if path.is_dir():
        from molgen.conformers.geom import read_geom

        return islice(read_geom(path), limit)
    return islice(read_molecules(path), limit)


def _blocks(records: Iterable[InputRecord], size: int) -> Iterator[Block]:
    stream = iter(records)
    number = 0
    while chunk := tuple((r.name, r.place, r.mol, r.error) for r in islice(stream, size)):
        yield Block(number, chunk)
        number += 1


def _todo(blocks: Iterator[Block], folder: Path) -> Iterator[Block]:
    return (block for block in blocks if not (folder / f"part-{block.number:05d}.json").exists())


def _map(job: _Job, blocks: Iterator[Block], workers: int) -> Iterator[int]:
    if workers <= 1:
        yield from map(job, blocks)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with multiprocessing.get_context("fork").Pool(workers, initializer=_one_thread) as pool:
        yield from pool.imap_unordered(job, blocks)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def _check_settings(folder: Path, source: str | Path, config: PrepareConfig) -> None:
    path = folder / "prepare.json"
    settings = {"source": Path(source).name, **asdict(config)}
    if path.exists():
        before = json.loads(path.read_text())
        changed = [k for k in settings if before.get(k) != settings[k]]
        if changed:
            raise InputError(
                f"was prepared with another {', '.join(changed)}; use the same settings to resume, or a new folder",
                source=folder,
            )
        return
    with write_atomically(path) as file:
        json.dump(settings, file, indent=1)


def _summary(folder: Path) -> PrepareSummary:
    logs = [json.loads(p.read_text()) for p in sorted(folder.glob("part-*.json"))]
    rows = [row for log in logs for row in log["failures"]]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "place", "reason"))
    writer.writerows(rows)
    with write_atomically(folder / "failures.csv") as file:
        file.write(text.getvalue())
    return PrepareSummary(sum(x["molecules"] for x in logs), sum(x["conformers"] for x in logs), len(rows))
