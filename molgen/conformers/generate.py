"""Conformers of one molecule or a library: the public functions, and what becomes of every input."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rdkit import Chem, rdBase

from molgen.chem.molecules.reading import InputRecord, Source, read_molecules
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.conformers.boltzmann import boltzmann_ensemble
from molgen.conformers.config import GenerateConfig, checked_config
from molgen.conformers.inputs import join_conformers
from molgen.conformers.samples import sample_conformers
from molgen.conformers.selection import select_conformers
from molgen.errors import ParseError
from molgen.models.torsion_flow.model import TorsionModel
from molgen.models.torsion_flow.task import load_model
from molgen.outcomes import attempt
from molgen.sampling.guards import warnings_as_notes
from molgen.threads import one_thread

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

Model = TorsionModel | Literal["default", "uniform"] | str | Path


def generate_conformers(
    mol: Chem.Mol | str,
    n: int = 50,
    *,
    seed: int = 0,
    model: Model = "default",
    largest_fragment: bool = False,
    **options,
) -> Chem.Mol:
    """Conformers of a molecule, best first.

    Args:
        mol: SMILES or RDKit Mol; missing hydrogens do not matter, nor do coordinates, save that 3D ones give hindered
            axes without a mark their stereo.
        n: conformers to return, at most: fewer when the molecule has fewer distinct ones.
        model: "default" (the weights that ship with molgen), a checkpoint path, a loaded model, or "uniform" for
            uniformly random torsions on the same template conformers (a baseline).
        largest_fragment: drop counter-ions instead of refusing salts.
        options: other fields of :class:`GenerateConfig`.

    Returns:
        The molecule with explicit hydrogens and its conformers in rank order; each carries the properties
        `molgen_rank`, `molgen_energy` (kcal/mol above the best of the returned
        ones), `molgen_energy_method`, `molgen_template` and `molgen_method` (how the template conformers were made).

    Raises:
        MolgenError: one line that says what is wrong with the molecule. Unspecified stereo is set to one isomer, with a
            warning.
    """
    if isinstance(mol, str):
        record = next(iter(read_molecules([mol])))
        if record.mol is None:
            raise ParseError(record.error or "unreadable", source=mol)
        mol = record.mol
    config = checked_config(n=n, seed=seed, **options)
    full = prepare_molecule(mol, largest_fragment=largest_fragment)
    isomer, note = enumerate_stereo(full, "one")[0]
    if note:
        warnings.warn(note, stacklevel=2)
    return conformers_of(isomer, resolve_model(model), config)


@dataclass(frozen=True)
class Outcome:
    """What became of one input: a molecule with conformers, or a named failure.

    Attributes:
        record: the input.
        mol: the result; None for a failure.
        error: the reason of a failure, one line.
        note: a warning, e.g. on stereo that was not specified.
    """

    record: InputRecord
    mol: Chem.Mol | None
    error: str | None = None
    note: str = ""


def generate_many(
    source: Source,
    n: int = 50,
    *,
    seed: int = 0,
    model: Model = "default",
    largest_fragment: bool = False,
    stereo: Literal["one", "enumerate"] = "one",
    smiles_column: str | None = None,
    name_column: str | None = None,
    **options,
) -> Iterator[Outcome]:
    """Conformers for a library: one outcome per input (per stereoisomer with ``stereo="enumerate"``), in order.

    Args:
        source: a file (.smi, .csv, .sdf and others, also compressed), a DataFrame, or an iterable of SMILES, Mols,
            pairs (molecule, name) or dicts: see :func:`molgen.read_molecules`. Streamed. Records of a file that follow
            each other and are conformers of one molecule are one input.
        smiles_column, name_column: of a table, see :func:`molgen.read_molecules`.
        Others as in :func:`generate_conformers`.

    Raises:
        MolgenError: at once, for a source, a model or an option that cannot be used; no molecule raises.
    """
    config = checked_config(n=n, seed=seed, **options)
    network = resolve_model(model)
    records = join_conformers(read_molecules(source, smiles_column=smiles_column, name_column=name_column))
    return (outcome for record in records for outcome in outcomes(record, network, config, largest_fragment, stereo))


def outcomes(
    record: InputRecord,
    model: TorsionModel | None,
    config: GenerateConfig,
    largest_fragment: bool,
    stereo: Literal["one", "enumerate"],
) -> Iterator[Outcome]:
    """The outcomes of one input record: at least one, never an exception."""
    isomers = attempt(_isomers, record, largest_fragment, stereo, name=record.name)
    if isomers.value is None:
        yield Outcome(record, None, isomers.error)
        return
    for number, (isomer, note) in enumerate(isomers.value, 1):
        named = record if len(isomers.value) == 1 else replace(record, name=f"{record.name}_isomer{number}")
        notes = list(filter(None, (record.note, note)))
        with warnings_as_notes(notes):
            made = attempt(conformers_of, isomer, model, config, name=named.name)
        yield Outcome(named, made.value, made.error, "; ".join(notes))


def _isomers(
    record: InputRecord, largest_fragment: bool, stereo: Literal["one", "enumerate"]
) -> list[tuple[Chem.Mol, str]]:
    """The molecule with explicit hydrogens, in every stereoisomer that is wanted, each with a note on open stereo."""
    return enumerate_stereo(prepare_molecule(record.molecule(), largest_fragment=largest_fragment), stereo)


def resolve_model(model: Model) -> TorsionModel | None:
    """A loaded model; None for "uniform"."""
    if isinstance(model, TorsionModel):
        return model
    return None if model == "uniform" else load_model(model)


@one_thread()
def conformers_of(mol: Chem.Mol, model: TorsionModel | None, config: GenerateConfig) -> Chem.Mol:
    """The pipeline for a molecule with explicit hydrogens and complete stereo: sample, make candidates, select.

    RDKit's own messages (on atom types that its fields do not know) stay off the terminal meanwhile.
    """
    with rdBase.BlockLogs():
        if config.boltzmann is not None:
            return boltzmann_ensemble(mol, model, config)
        return select_conformers(sample_conformers(mol, model, config), config)
