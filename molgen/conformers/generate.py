"""Conformers of one molecule or a library: the public functions, and the outcome of every input."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from numbers import Integral
from pathlib import Path
from typing import Literal

from rdkit import Chem, rdBase

from molgen.chem.molecules.reading import InputRecord, Source, read_molecules
from molgen.chem.molecules.standardize import molecule_notes, prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.conformers.batching.batches import AT_ONCE, IN_A_PROCESS, batch_results, growing_batches
from molgen.conformers.boltzmann import boltzmann_ensemble
from molgen.conformers.config import GenerateConfig, check_switches, checked_config
from molgen.conformers.coordinates.samples import check_options, coordinate_samples
from molgen.conformers.ensemble import ConformerMol
from molgen.conformers.inputs import join_conformers
from molgen.conformers.parallel.ahead import Made, PreparedInput, isomers_of, templates_of, with_templates
from molgen.conformers.parallel.in_order import in_order, tracked
from molgen.conformers.samples import ReadyTemplates, sample_conformers
from molgen.conformers.selection.select import select_conformers
from molgen.conformers.torsion_library import resolve_library
from molgen.errors import ConfigError, ParseError, readable
from molgen.former_names import takes_former_names
from molgen.models.cartesian.model import CartesianModel
from molgen.models.cartesian.task import load_cartesian_model
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import load_model
from molgen.nets.depthwise import neighbor_sums
from molgen.outcomes import attempt
from molgen.physics.mmff import lanes
from molgen.runtime.allocation import keep_freed_memory
from molgen.runtime.devices import device_of
from molgen.runtime.stages import stage
from molgen.runtime.threads import one_thread
from molgen.runtime.time_limit import cpu_limit
from molgen.sampling.guards import warnings_as_notes
from molgen.training.checkpoint import task_of

__all__ = [
    "GenerateConfig",
    "Model",
    "Outcome",
    "conformers_of",
    "generate_conformers",
    "generate_many",
    "outcomes",
    "resolve_model",
]

ConformerModel = TorsionModel | CartesianModel
Model = ConformerModel | Literal["default", "uniform", "diffusion", "cartesian"] | str | Path
Stereo = Literal["one", "enumerate"]


def generate_conformers(
    mol: Chem.Mol | str,
    n: int = 50,
    *,
    seed: int = 0,
    model: Model = "default",
    largest_fragment: bool = False,
    **options,
) -> ConformerMol:
    """Conformers of a molecule, best first.

    Args:
        mol: SMILES or RDKit Mol; missing hydrogens do not matter, nor do coordinates, save that 3D ones give hindered
            axes without a mark their stereo.
        n: conformers to return, at most: fewer when the molecule has fewer distinct ones.
        model: "default" (the flow of torsions that ships with molgen), "diffusion" (of torsions), "cartesian" (which
            places all atoms, and needs no template conformers), a checkpoint path, a loaded model, or "uniform" for
            uniformly random torsions on the same template conformers (a baseline).
        largest_fragment: drop counter-ions instead of refusing salts.
        options: other fields of :class:`GenerateConfig`.

    Returns:
        The molecule with explicit hydrogens and its conformers in rank order, an RDKit Mol with arrays (`energies`,
        `rmsd_matrix`). Each conformer carries the properties `molgen_rank`, `molgen_rank_reason`, `molgen_energy`
        (kcal/mol above the lowest of the returned ones), `molgen_absolute_energy`, `molgen_energy_method`,
        `molgen_template`, `molgen_method` (how the template conformers were made) and `molgen_torsions` ("model", or
        the molecules of the library whose torsions it has).

    Raises:
        MolgenError: one line on what is wrong with the molecule. Unspecified stereo is set to one isomer, with a
            warning.
    """
    if isinstance(mol, str):
        record = next(iter(read_molecules([mol])))
        if record.mol is None:
            raise ParseError(record.error or "unreadable", source=mol)
        if record.name != record.source:
            record.mol.SetProp("_Name", record.name)
        mol = record.mol
    if not isinstance(mol, Chem.Mol):
        raise ParseError(f"a molecule is a SMILES, an InChI or an RDKit Mol, not {readable(repr(mol))}")
    config = checked_config(n=n, seed=seed, **options)
    check_switches(largest_fragment=largest_fragment)
    full = prepare_molecule(mol, largest_fragment=largest_fragment)
    isomer, note = enumerate_stereo(full, "one")[0]
    for text in filter(None, (*molecule_notes(full), note)):
        warnings.warn(text, stacklevel=2)
    return conformers_of(isomer, resolve_model(model, config.device), config)


@dataclass(frozen=True)
class Outcome:
    """The outcome of one input: a molecule with conformers, or a named failure.

    Attributes:
        record: the input.
        mol: the result; None for a failure.
        error: the reason of a failure, one line.
        note: a warning, e.g. on stereo that was not specified.
    """

    record: InputRecord
    mol: ConformerMol | None
    error: str | None = None
    note: str = ""

    def _repr_html_(self) -> str:
        """Name, note and conformers, or the reason of the failure, for notebooks."""
        content = escape(self.error or "") if self.mol is None else self.mol._repr_html_()
        return f"<div><b>{escape(self.record.name)}</b> {escape(self.note)}{content}</div>"


def generate_many(
    source: Source,
    n: int = 50,
    *,
    seed: int = 0,
    model: Model = "default",
    largest_fragment: bool = False,
    stereo: Stereo = "one",
    smiles_column: str | None = None,
    name_column: str | None = None,
    n_jobs: int = 1,
    progress: bool = False,
    **options,
) -> Iterator[Outcome]:
    """Conformers for a library: one outcome per input (per stereoisomer with ``stereo="enumerate"``), in order.

    Args:
        source: a file (.smi, .csv, .sdf and others, also compressed), a DataFrame, or an iterable of SMILES, Mols,
            pairs (molecule, name) or dicts: see :func:`molgen.read_molecules`. Streamed. Records of a file that follow
            each other and are conformers of one molecule are one input.
        smiles_column, name_column: of a table, see :func:`molgen.read_molecules`.
        n_jobs: processes; the result does not depend on it. With a GPU they make template conformers for it, ahead.
        progress: show a bar.
        options: other fields of :class:`GenerateConfig`; ``timeout`` limits the CPU seconds of each molecule.
        Others as in :func:`generate_conformers`.

    Raises:
        MolgenError: at once, for a source, a model or an option that cannot be used; no molecule raises.
    """
    config = checked_config(n=n, seed=seed, **options)
    check_switches(progress=progress)
    network = resolve_model(model, config.device)
    records = join_conformers(read_molecules(source, smiles_column=smiles_column, name_column=name_column))
    results = (o for o, _ in timed_outcomes(records, network, config, largest_fragment, stereo, n_jobs=n_jobs))
    total = len(source) if isinstance(source, Sized) and not isinstance(source, (str, Mapping)) else None
    return tracked(results, total) if progress else results


def timed_outcomes(
    records: Iterable[InputRecord],
    model: ConformerModel | None,
    config: GenerateConfig,
    largest_fragment: bool,
    stereo: Stereo,
    *,
    n_jobs: int = 1,
) -> Iterator[tuple[Outcome, float]]:
    """The outcomes of all records, in their order, each with the seconds of wall time that it took.

    Where the network runs on a GPU, the processes make template conformers for it ahead.

    Raises:
        MolgenError: at once, for a value or a library of torsions that cannot be used.
    """
    check_switches(largest_fragment=largest_fragment)
    _check_library(model, config)
    if stereo not in ("one", "enumerate"):
        raise ConfigError(f'stereo must be "one" or "enumerate", not {readable(stereo)}')
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, Integral) or n_jobs < 1:
        raise ConfigError(f"n_jobs must be a whole number of at least 1, not {readable(n_jobs)}")
    together = partial(outcomes, model=model, config=config, largest_fragment=largest_fragment, stereo=stereo)
    if n_jobs > 1 and _is_on_gpu(model, config):
        if not config.is_batched or config.is_restrained or isinstance(model, CartesianModel):
            raise ConfigError(f"processes have nothing to prepare here for {config.device}: n_jobs must be 1")
        prepare = partial(templates_of, config=config, largest_fragment=largest_fragment, stereo=stereo)
        prepared = with_templates(growing_batches(_sendable(records)), prepare, int(n_jobs))

        def work(ahead: PreparedInput) -> Iterator[Outcome]:
            return together(ahead.record, ready=ahead.made)

        return (result for block in prepared for result in batch_results(work, block))
    most = IN_A_PROCESS if n_jobs > 1 else AT_ONCE
    blocks = growing_batches(_sendable(records) if n_jobs > 1 else records, most if config.is_batched else 1)
    return in_order(
        partial(batch_results, together), blocks, int(n_jobs), lambda record, why: (Outcome(record, None, why), 0.0)
    )


def _check_library(model: ConformerModel | None, config: GenerateConfig) -> None:
    """Raise at once for a library of torsions that cannot be read, or would not be used."""
    resolve_library(config.torsion_library)
    with_weights = config.boltzmann is not None
    if config.torsion_library not in ("default", "none") and (with_weights or not isinstance(model, TorsionModel)):
        kind = "Boltzmann weights take" if with_weights else "this model takes"
        raise ConfigError(f"{kind} nothing from a library of torsions")


def _is_on_gpu(model: ConformerModel | None, config: GenerateConfig) -> bool:
    return (device_of(config.device) if model is None else model.device).type != "cpu"


def _sendable(records: Iterable[InputRecord]) -> Iterator[InputRecord]:
    """Records whose molecules keep their data fields when pickled."""
    return (replace(record, mol=record.mol and ConformerMol(record.mol)) for record in records)


def outcomes(
    record: InputRecord,
    model: ConformerModel | None,
    config: GenerateConfig,
    largest_fragment: bool,
    stereo: Stereo,
    ready: Made = (),
) -> Iterator[Outcome]:
    """The outcomes of one input: at least one, never an exception. ``ready``: template conformers made before."""
    isomers = attempt(isomers_of, record, largest_fragment, stereo, name=record.name)
    if isomers.value is None:
        yield Outcome(record, None, isomers.error)
        return
    for number, (isomer, note) in enumerate(isomers.value, 1):
        named = record if len(isomers.value) == 1 else replace(record, name=f"{record.name}_isomer{number}")
        notes = list(filter(None, (record.note, *molecule_notes(isomer), note)))
        with warnings_as_notes(notes):
            templates = ready[number - 1] if number <= len(ready) else None
            result = attempt(conformers_of, isomer, model, config, templates, name=named.name)
        if result.value is not None:
            result.value.SetProp("_Name", named.name)
        yield Outcome(named, result.value, result.error, "; ".join(notes))


def resolve_model(model: Model, device: str = "cpu") -> ConformerModel | None:
    """A model on a device; None for "uniform". One that is loaded already stays where it is.

    Raises:
        ConfigError: it is neither a model nor a file, or the device is not available.
        CheckpointError: the file cannot be used.
    """
    if not isinstance(model, (ConformerModel, str, Path)):
        raise ConfigError(f"model must be a name, a file or a loaded model, not {readable(repr(model))}")
    loaded = model if isinstance(model, ConformerModel) else _loaded(model, device)
    lanes.warm_up()
    neighbor_sums.warm_up()
    return loaded


def _loaded(model: str | Path, device: str) -> ConformerModel | None:
    if model == "uniform":
        return None
    if model == "cartesian" or task_of(model) == "cartesian":
        return load_cartesian_model("default" if model == "cartesian" else model)[0].to(device_of(device))
    return load_model(model).to(device_of(device))


@one_thread()
@takes_former_names(made="ready")
def conformers_of(
    mol: Chem.Mol, model: ConformerModel | None, config: GenerateConfig, ready: ReadyTemplates | None = None
) -> ConformerMol:
    """The pipeline for a molecule with explicit hydrogens and complete stereo: sample, make candidates, select.

    RDKit's own messages (on unknown atom types) are silenced.
    """
    keep_freed_memory()
    _check_library(model, config)
    with rdBase.BlockLogs(), cpu_limit(config.timeout):
        if isinstance(model, CartesianModel):
            check_options(model, config)
            stage("samples")
            samples = coordinate_samples(mol, model, config)
        elif config.boltzmann is not None:
            return ConformerMol(boltzmann_ensemble(mol, model, config))
        else:
            stage("samples")
            samples = sample_conformers(mol, model, config, ready)
        stage("selection")
        return ConformerMol(select_conformers(samples, config))
