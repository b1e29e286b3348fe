"""Docking of the ligands of a file: batches are searched together, and a failure does not stop the others."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from rdkit import Chem

from molgen.chem.molecules.reading import InputRecord
from molgen.docking.dock import Found, dock_prepared
from molgen.docking.learned import learned_of
from molgen.docking.library.searching import CPU_TOGETHER, Wanted, find_together
from molgen.docking.ligand import Ligand, PreparedLigand, prepare_variants
from molgen.docking.records import DockConfig, DockingResult, with_note
from molgen.docking.restraints import Anchor, restraints_of
from molgen.docking.site import Site
from molgen.docking.states.variants import dock_variants
from molgen.outcomes import Attempt, attempt, reason_of
from molgen.runtime.devices import may_be_gpu
from molgen.runtime.stages import stage

GPU_BATCH = 256
"""Number of ligands that are prepared for one batch of a GPU."""

Variants = Sequence[PreparedLigand]


def ligands_together(config: DockConfig) -> int:
    """Ligands that are searched together on the device of a configuration."""
    return GPU_BATCH if may_be_gpu(config.device) else CPU_TOGETHER


@dataclass
class LigandDocking:
    """Docks ligands, batch after batch; the maps of each serve those that follow, and the first ligand is kept."""

    sites: Sequence[Site]
    config: DockConfig
    anchors: Sequence[Anchor]
    core: Chem.Mol | None
    reference: Chem.Mol | None
    largest_fragment: bool
    first: Ligand | None = None

    def outcomes(self, records: Iterable[InputRecord]) -> Iterator[tuple[InputRecord, Attempt[DockingResult]]]:
        """Every record with its outcome, in order; a batch is read ahead."""
        size = ligands_together(self.config)
        stream = iter(records)
        while batch := list(islice(stream, size)):
            yield from self._batch(batch)

    def _batch(self, records: Sequence[InputRecord]) -> Iterator[tuple[InputRecord, Attempt[DockingResult]]]:
        stage("preparation")
        prepared = [attempt(self._prepared, record, name=record.name) for record in records]
        begin = time.monotonic()
        searches = self._found([variant for attempted in prepared for variant in attempted.value or ()])
        share = (time.monotonic() - begin) / max(1, sum(attempted.value is not None for attempted in prepared))
        for record, attempted in zip(records, prepared, strict=True):
            if attempted.value is None:
                yield record, Attempt(None, attempted.error, attempted.seconds)
                continue
            ended = attempt(self._docked, record, attempted.value, searches, name=record.name)
            value = None if ended.value is None else replace(ended.value, seconds=ended.value.seconds + share)
            yield record, Attempt(value, ended.error, attempted.seconds + share + ended.seconds)

    def _prepared(self, record: InputRecord) -> Variants:
        return prepare_variants(record.molecule(), self.config, largest_fragment=self.largest_fragment)

    def _found(self, variants: Variants) -> dict[int, list[Found | None]]:
        """The results of the search in every site for each variant, by its identity.

        Ligands that are bonded to a residue are searched one at a time; so are all where the search fails, so that each
        has its own error.
        """
        for variant in variants:
            self.sites = [site.with_maps(variant.ligand.classes) for site in self.sites]
        if len(variants) < 2 or self.config.covalent is not None:
            return {}
        wanted = {id(own): attempt(self._wanted, own).value for own in variants}
        known = {key: one for key, one in wanted.items() if one is not None}
        try:
            learned = learned_of(self.config)
            each = [find_together(site, list(known.values()), self.config, learned) for site in self.sites]
        except Exception as error:
            reason_of(error, "a batch of ligands")
            return {}
        return {key: list(found) for key, *found in zip(known, *each, strict=True)}

    def _wanted(self, prepared: PreparedLigand) -> Wanted:
        return Wanted(prepared.ligand, restraints_of(prepared.ligand.mol, self.anchors, self.core))

    def _docked(
        self, record: InputRecord, variants: Variants, searches: dict[int, list[Found | None]]
    ) -> DockingResult:
        def docked(prepared: PreparedLigand) -> DockingResult:
            result = dock_prepared(
                self.sites,
                prepared,
                self.config,
                anchors=self.anchors,
                core=self.core,
                reference=self.reference,
                found=searches.get(id(prepared)),
            )
            self.first = self.first or prepared.ligand
            return result

        return with_note(dock_variants(variants, docked), record.note)
