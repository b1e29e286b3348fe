"""Docking as the work on a library: one receptor, its maps made once."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rdkit import Chem

from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.reference import compared_with
from molgen.chem.molecules.writing import sdf_block
from molgen.chem.proteins.entries import choose_chains
from molgen.docking.ensemble import structures_of
from molgen.docking.learned import learned_of
from molgen.docking.library.ligands import LigandDocking, ligands_together
from molgen.docking.poses.output import sdf_records
from molgen.docking.receptor_sites import receptor_sites
from molgen.docking.records import DockConfig, DockingResult
from molgen.docking.restraints import Anchor
from molgen.docking.site import Site, class_keys
from molgen.docking.states.variants import variant_smiles
from molgen.metrics.interactions import fingerprint
from molgen.metrics.interactions.texts import unsatisfied_text
from molgen.outcomes import Attempt, attempt
from molgen.physics.vina import common_classes
from molgen.screening.work import ColumnKind, MoleculeResult, WorkFunction

DOCK_COLUMNS: Mapping[str, ColumnKind] = {
    "score": "number",
    "confidence": "number",
    "valid": "truth",
    "failed_checks": "text",
    "torsional": "number",
    "strain": "number",
    "pocket": "text",
    "interactions": "text",
    "unsatisfied": "text",
    "interaction_similarity": "number",
    "known_ligand": "text",
    "known_overlap": "number",
    "docked_smiles": "text",
    "poses": "whole",
    "notes": "text",
}
RANK_BY = ("score", "-confidence")


@dataclass(frozen=True)
class DockWork:
    """Dock one ligand into the sites of a receptor.

    Attributes:
        sites: without maps; those are made by :meth:`arrays`.
        config: how each ligand is docked; `config.n` poses are kept.
        anchors, largest_fragment: as in :func:`molgen.dock`.
        reference: a known ligand, whose interactions those of the poses are compared with.
    """

    sites: tuple[Site, ...]
    config: DockConfig
    anchors: tuple[Anchor, ...] = ()
    largest_fragment: bool = False
    reference: Chem.Mol | None = None

    @property
    def name(self) -> str:
        return "screen"

    @property
    def columns(self) -> Mapping[str, ColumnKind]:
        return DOCK_COLUMNS

    @property
    def rank_by(self) -> tuple[str, ...]:
        return RANK_BY

    @property
    def together(self) -> int:
        return ligands_together(self.config)

    @property
    def device(self) -> str:
        return self.config.device

    def arrays(self) -> list[np.ndarray]:
        """For every site the maps of all classes of ligand atom, float32 [classes, points]."""
        classes = common_classes()
        return [site.maps_for(classes).values.view(len(classes), -1).numpy() for site in self.sites]

    def open(self, arrays: Sequence[np.ndarray]) -> WorkFunction:
        learned_of(self.config)
        keys = class_keys(common_classes())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the arrays may be read-only, and are only read
            maps = [dict(zip(keys, torch.from_numpy(values), strict=True)) for values in arrays]
        sites = [dataclasses.replace(site, maps=grid) for site, grid in zip(self.sites, maps, strict=True)]
        docking = LigandDocking(sites, self.config, self.anchors, None, self.reference, self.largest_fragment)
        return lambda smiles: _docked(docking, smiles)


def _docked(docking: LigandDocking, smiles: Sequence[str]) -> list[MoleculeResult]:
    records = [next(iter(read_molecules([entry]))) for entry in smiles]
    ended = docking.outcomes(records)
    return [molecule_result(docked, entry) for entry, (_, docked) in zip(smiles, ended, strict=True)]


def molecule_result(docked: Attempt[DockingResult], smiles: str) -> MoleculeResult:
    """The row of the best pose and the SD records of all, or why there are none."""
    if docked.value is None:
        return MoleculeResult(docked.error, docked.seconds)
    written = attempt(lambda result: (row_values(result), sdf_text(result, smiles)), docked.value, name=smiles)
    if written.value is None:
        return MoleculeResult(written.error, docked.seconds)
    return MoleculeResult(None, docked.seconds, *written.value)


def dock_work(
    protein: str | Path | Sequence[str | Path],
    pocket: str,
    config: DockConfig,
    *,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    chains: Collection[str] = (),
    anchors: Sequence[str] = (),
    largest_fragment: bool = False,
    reference: str | Path | None = None,
) -> DockWork:
    """Read the protein, or several structures of it, and find the pocket.

    Raises:
        MolgenError: the protein, the pocket, an anchor or the weights cannot be used.
    """
    restraints = tuple(Anchor.parse(anchor) for anchor in anchors)
    learned_of(config)  # weights that cannot be read are no fault of a ligand
    structures = [choose_chains(entry, chains) for entry in structures_of(protein)]
    sites = receptor_sites(structures, pocket, config, keep=keep, drop=drop).searched
    return DockWork(sites, config, restraints, largest_fragment, compared_with(reference, pocket))


def sdf_text(result: DockingResult, name: str) -> str:
    """The SD records of all poses."""
    return "".join(sdf_block(record) for record in sdf_records(result, name))


def row_values(result: DockingResult) -> dict[str, object]:
    """The row of the best pose: a value for each of `DOCK_COLUMNS`."""
    best = result.poses[0]
    return {
        "score": round(best.score, 4),
        "confidence": None if best.confidence is None else round(best.confidence, 4),
        "valid": best.valid,
        "failed_checks": ", ".join(best.failed),
        "torsional": round(best.torsional, 4),
        "strain": round(best.strain, 4) if np.isfinite(best.strain) else None,
        "pocket": best.pocket,
        "interactions": "; ".join(fingerprint(best.interactions)),
        "unsatisfied": unsatisfied_text(result.mol_of(best), best.unsatisfied),
        "interaction_similarity": best.interaction_similarity,
        "known_ligand": best.known_ligand,
        "known_overlap": None if best.known_overlap is None else round(best.known_overlap, 4),
        "docked_smiles": variant_smiles(result.mol),
        "poses": len(result.poses),
        "notes": "; ".join(result.notes),
    }
