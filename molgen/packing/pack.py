"""Pack, repair and mutate side chains of a structure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from molgen.chem.formats.parsing import shortened
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.structure import Protein
from molgen.chem.side_chains.geometry import chi_angles
from molgen.chem.side_chains.records import SideChainRecord, side_chain_record
from molgen.chem.side_chains.residues import HAS_CHI, NAMES
from molgen.errors import ConfigError, InputError
from molgen.models.side_chains.model import SideChainModel
from molgen.models.side_chains.task import TASK
from molgen.packing.confidence import probabilities
from molgen.packing.records import PackConfig, PackedResidue, Packing
from molgen.packing.residues.selection import Selection, select
from molgen.packing.search.problem import problem_of
from molgen.packing.search.solve import Packed, SearchSettings, best_packing, landscape_of
from molgen.packing.structure import with_side_chains

_SIGHT = 30.0  # Angstrom; what lies farther from all moving residues is not looked at


def pack(
    protein: Protein | str | Path, config: PackConfig | None = None, model: SideChainModel | None = None, **options
) -> Packing:
    """Predict the side chains of a structure, or of some of its residues; all other atoms are fixed.

    Ligands, metals, modified residues and nucleic acids are fixed parts of the surroundings; water is ignored. A side
    chain that is bonded to one of them stays.

    Args:
        protein: a structure, or the path of one.
        model: instead of the one that ``config`` names.
        options: fields of :class:`PackConfig`, e.g. ``around="TQ3"``, in place of those of ``config``.

    Raises:
        ConfigError: there is no such option.
        InputError: the structure has no amino acids with N, CA and C, or a selection or a mutation names nothing in it.
    """
    try:
        config = replace(config or PackConfig(), **options)
    except TypeError as error:
        raise ConfigError(str(error).replace("PackConfig.__init__() ", "")) from error
    structure = protein if isinstance(protein, Protein) else read_protein(protein)
    record = side_chain_record(structure)
    try:
        selection = select(structure, record, config)
    except InputError as error:
        raise InputError(error.reason, source=structure.source or None) from error
    return packed(structure, record, selection, config, model)


def packed(
    structure: Protein,
    record: SideChainRecord,
    selection: Selection,
    config: PackConfig,
    model: SideChainModel | None = None,
) -> Packing:
    """:func:`pack` for residues that are chosen already."""
    if not selection.moves.any():
        return Packing(structure, (), (0.0,) * len(structure), (), _notes(structure, selection))
    rows = record.near(np.flatnonzero(selection.moves), _SIGHT)
    record, selection = record.part(rows), selection.part(rows)
    best, *others = _solved(model or TASK.load(config.model)[0], record, selection, config)
    chis = np.asarray(HAS_CHI.sum(-1))[selection.types]
    certain = probabilities(best.belief.numpy(), best.mass.numpy(), chis)
    filled = with_side_chains(structure, record, selection, best.atoms.numpy())
    index = {int(record.residues[r]): 100 * float(certain[r, 1]) for r in np.flatnonzero(selection.moves)}
    return Packing(
        protein=filled,
        residues=_packed_residues(structure, record, selection, best, certain),
        b_factors=tuple(index.get(k, 0.0) for k in filled.residue_index.tolist()),
        alternatives=tuple(with_side_chains(structure, record, selection, x.atoms.numpy()) for x in others),
        notes=_notes(structure, selection),
    )


def _solved(model: SideChainModel, record: SideChainRecord, selection: Selection, config: PackConfig) -> list[Packed]:
    problem = problem_of(record, selection, model.config)
    rng = torch.Generator().manual_seed(config.seed)
    settings = SearchSettings()
    given = landscape_of(model, problem, settings)
    return [best_packing(problem, given, settings, rng, noise=float(sample > 0)) for sample in range(config.samples)]


def _packed_residues(
    structure: Protein, record: SideChainRecord, selection: Selection, best: Packed, certain: np.ndarray
) -> tuple[PackedResidue, ...]:
    old = chi_angles(torch.from_numpy(record.types), torch.from_numpy(record.atoms))
    packed = []
    for r in np.flatnonzero(selection.moves).tolist():
        kind, residue = int(selection.types[r]), structure.residues[int(record.residues[r])]
        has = np.flatnonzero(HAS_CHI[kind, :])
        mutated = bool(selection.mutated[r])
        whole = bool(selection.complete[r]) and not mutated
        reason = f"mutated from {residue.name}" if mutated else "packed" if whole else "incomplete"
        packed.append(
            PackedResidue(
                label=replace(residue, name=NAMES[kind] if mutated else residue.name).label,
                chi=tuple(best.chi[r, has].tolist()),
                before=tuple(old[r, has].tolist()) if whole else None,
                chi1_probability=float(certain[r, 0]),
                probability=float(certain[r, 1]),
                reason=reason,
            )
        )
    return tuple(packed)


def _notes(structure: Protein, selection: Selection) -> tuple[str, ...]:
    notes = list(structure.notes)
    if (structure.hydrogens > 0).any():
        notes.append("hydrogen atoms of the file are left out")
    for reason, labels in selection.kept.items():
        notes.append(f"{reason}: {shortened(labels, 8)}")
    return tuple(notes)
