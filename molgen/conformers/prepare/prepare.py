"""From SMILES or reference structures to prepared conformers: parallel, resumable, one part file per block of input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.molecules.embedding import embed_templates
from molgen.chem.molecules.reading import InputRecord, read_molecules
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.chem.molecules.xtb import METHODS, check_xtb, relax_xtb
from molgen.conformers.force_field import ConformerField
from molgen.conformers.prepare.gas_phase import VacuumConfig, check_vacuum, vacuum_conformers
from molgen.conformers.prepare.matching import match_reference, reference_positions
from molgen.conformers.prepare.merging import merged
from molgen.conformers.prepare.reflow import ReflowConfig, prepare_trajectories
from molgen.conformers.prepare.resample import ResampleConfig, resampled_conformers, trained_model
from molgen.datasets.blocks import BlockJob, Item, Made, PrepareSummary, check_settings, run_blocks
from molgen.datasets.conformers import ConformerRecord, encode_conformers
from molgen.errors import MolgenError
from molgen.metrics.symmetry import automorphisms

KT_298 = 0.592484
"""k T at 298.15 K in kcal/mol."""
MAX_PERMUTATIONS = 32
KINDS = ("ensemble", "reference", "vacuum", "resampled", "reflow")


@dataclass(frozen=True)
class PrepareConfig:
    """What to make of every molecule.

    Attributes:
        kind: "ensemble" (SMILES or structures whose coordinates are ignored: ETKDGv3 + MMFF94s), "reference" (the
            structures of an SDF or a GEOM folder, matched on to template geometry by turning torsions), "vacuum" (the
            lowest of many samples of a trained model, as ``vacuum`` says), "resampled" (samples of a trained model,
            drawn again by their energies, as ``resample`` says) or "reflow" (trajectories of a trained flow over a
            prepared set, as ``reflow`` says).
        conformers: ensemble and vacuum: conformers per molecule; resampled: draws; reference: templates per molecule.
        relax_iterations: MMFF94s steps on the embedded conformers.
        electrostatics: keep the charges in the relaxation; in vacuum they fold molecules on to themselves.
        relax: "mmff" alone, or on top of it at most ``relax_iterations`` steps of "gfn2" or "gfn1" (xTB; needs tblite),
            whose energies then weight the ensemble.
        solvent: implicit solvent of xTB, such as "water"; empty: vacuum.
        boltzmann: weight an ensemble by exp(-E / kT) at 298 K; otherwise all conformers count the same.
        merge: ensemble conformers nearer than this RMSD (Angstrom) are kept once, with their weights added up, or with
            the larger one if Boltzmann's; 0 keeps all. At 0.1 less than half of 30 conformers are left.
        match_tolerance: references that no template matches to this RMSD (Angstrom) keep their own geometry.
        matches: reference: at most so many templates within that RMSD are kept for each, the nearest ones, so that its
            torsions are learned on more than one template conformer.
        max_heavy_atoms: larger molecules are left out, as named failures.
        block: input records per part file.
        seed: of the embedding, or of the starts of trajectories.
        vacuum, resample, reflow: the settings of these kinds.
    """

    kind: str = "ensemble"
    conformers: int = 10
    relax_iterations: int = 200
    electrostatics: bool = False
    boltzmann: bool = False
    relax: str = "mmff"
    solvent: str = ""
    merge: float = 0.0
    match_tolerance: float = 0.4
    matches: int = 1
    max_heavy_atoms: int = 60
    block: int = 100
    seed: int = 0
    vacuum: VacuumConfig = field(default_factory=VacuumConfig)
    resample: ResampleConfig = field(default_factory=ResampleConfig)
    reflow: ReflowConfig = field(default_factory=ReflowConfig)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f'kind must be one of {", ".join(KINDS)}, not "{self.kind}"')
        if self.relax not in ("mmff", *METHODS):
            raise ValueError(f'relax must be one of mmff, gfn1, gfn2, not "{self.relax}"')


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
        source: .smi, .csv, .sdf (all also .gz); for ``kind="reference"`` also a GEOM folder (see
            molgen.conformers.prepare.geom); for ``kind="reflow"`` a prepared set.
        workers: processes.
        limit: only the first so many records.
        on_block: called with the number of records finished so far.

    Raises:
        InputError: the input cannot be read, or ``output`` was begun with other settings.
        WorkerError: a process died twice at the same block; what is finished stays.
    """
    if config.relax != "mmff":
        check_xtb()
    if config.kind == "vacuum":
        check_vacuum(config.vacuum)
    if config.kind == "resampled":
        trained_model(config.resample.model)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    name = {"source": Path(source).name}
    check_settings(folder, name | asdict(config), name | asdict(PrepareConfig()))
    if config.kind == "reflow":
        options = {"block": config.block, "seed": config.seed, "workers": workers, "limit": limit}
        return prepare_trajectories(Path(source), folder, config.reflow, **options, on_block=on_block)
    items = (Item(r.name, r.place, r.mol, r.error) for r in _records(source, limit))
    job = BlockJob(folder, partial(_made, config=config), partial(encode_conformers, source=Path(source).name))
    return run_blocks(items, config.block, job, workers, on_block)


def prepare_entry(mol: Chem.Mol, config: PrepareConfig) -> ConformerRecord:
    """One molecule -> its graph and conformers.

    Raises:
        MolgenError: the molecule is outside what molgen handles, or nothing could be embedded or matched.
    """
    full = prepare_molecule(mol, max_heavy_atoms=config.max_heavy_atoms)
    if config.kind != "reference":
        full = enumerate_stereo(full, "one")[0][0]
    graph = molecule_graph(full)
    symmetry = automorphisms(full, MAX_PERMUTATIONS).permutations
    if config.kind == "resampled":
        made, weights = resampled_conformers(full, config.resample, config.conformers, seed=config.seed)
        return _entry(graph, made[:, heavy_atoms(full)], weights, symmetry)
    relaxed, energies = _conformers(full, config)
    positions = relaxed[:, heavy_atoms(full)]
    weights = np.ones(len(positions))
    if config.kind == "reference":
        positions, weights = _matched(mol, full, positions, config)
    elif config.boltzmann and np.isfinite(energies).all():
        weights = np.exp(-(energies - energies.min()) / KT_298)
    if config.kind != "reference" and config.merge:
        positions, weights = merged(positions, weights, symmetry, config.merge, add=not config.boltzmann)
    return _entry(graph, positions, weights, symmetry)


def _entry(graph: MoleculeGraph, positions: np.ndarray, weights: np.ndarray, symmetry: np.ndarray) -> ConformerRecord:
    positions = positions - positions.mean(1, keepdims=True)
    return ConformerRecord(graph, positions.astype(np.float16), weights.astype(np.float16), symmetry.astype(np.uint8))


def _conformers(mol: Chem.Mol, config: PrepareConfig) -> tuple[np.ndarray, np.ndarray]:
    """Positions [k, atoms, 3] and energies [k], kcal/mol."""
    if config.kind == "vacuum":
        return vacuum_conformers(mol, config.vacuum, config.conformers, seed=config.seed, solvent=config.solvent)
    templates = embed_templates(mol, config.conformers, seed=config.seed, timeout=30.0)
    field = ConformerField(mol)
    relaxed, energies = field.minimize(
        templates.positions, config.relax_iterations, electrostatics=config.electrostatics
    )
    if config.relax != "mmff":
        relaxed, energies = relax_xtb(mol, relaxed, config.relax, config.relax_iterations, config.solvent)
    return relaxed, energies.values


def _made(mol: Chem.Mol, config: PrepareConfig) -> Made:
    entry = prepare_entry(mol, config)
    return Made(entry, len(entry.positions))


def _matched(
    reference: Chem.Mol, mol: Chem.Mol, templates: np.ndarray, config: PrepareConfig
) -> tuple[np.ndarray, np.ndarray]:
    """Positions [k, n, 3] of templates turned on to the references, and weights [k]: a reference shares its own."""
    graph = molecule_graph(mol)
    kept, weights = [], []
    for conformer, weight in zip(reference.GetConformers(), _reference_weights(reference), strict=True):
        own = reference_positions(reference, mol, conformer.GetId())
        if own is None:
            raise MolgenError("the atoms of the reference structure do not map onto the molecule")
        near = [m.positions for m in match_reference(own, templates, graph) if m.rmsd <= config.match_tolerance]
        chosen = near[: config.matches] or [own]
        kept += chosen
        weights += [weight / len(chosen)] * len(chosen)
    return np.array(kept), np.array(weights)


def _reference_weights(mol: Chem.Mol) -> np.ndarray:
    """Boltzmann weights carried by the conformers (GEOM), or ones."""
    given = [c.GetDoubleProp("weight") if c.HasProp("weight") else 1.0 for c in mol.GetConformers()]
    return np.array(given)


def _records(source: str | Path, limit: int | None) -> Iterator[InputRecord]:
    path = Path(source)
    if path.is_dir():
        from molgen.conformers.prepare.geom import read_geom

        return islice(read_geom(path), limit)
    return islice(read_molecules(path), limit)
