"""Conformers as the work on a library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.writing import sdf_block
from molgen.conformers.batching.batches import AT_ONCE, IN_A_PROCESS, batch_results
from molgen.conformers.config import GenerateConfig
from molgen.conformers.generate import ConformerModel, Outcome, outcomes, resolve_model
from molgen.runtime.devices import may_be_gpu
from molgen.screening.conformer_file import row_of, sdf_records
from molgen.screening.work import ColumnKind, MoleculeResult, WorkFunction


@dataclass(frozen=True)
class ConformerWork:
    """Conformers of one molecule.

    Attributes:
        config: how they are made.
        model: "default", "uniform" or a weights file.
        largest_fragment: keep only the largest fragment.
    """

    config: GenerateConfig
    model: str = "default"
    largest_fragment: bool = False

    @property
    def name(self) -> str:
        return "conformers"

    @property
    def columns(self) -> Mapping[str, ColumnKind]:
        return {"conformers": "whole", "energy_span": "number", "diversity": "number", "notes": "text"}

    @property
    def rank_by(self) -> tuple[str, ...]:
        return ()

    @property
    def together(self) -> int:
        if not self.config.is_batched:
            return 1
        on_gpu = self.config.device == "mps" or may_be_gpu(self.config.device)
        return AT_ONCE if on_gpu else IN_A_PROCESS

    @property
    def device(self) -> str:
        return self.config.device

    def arrays(self) -> list[np.ndarray]:
        return []

    def open(self, arrays: Sequence[np.ndarray]) -> WorkFunction:
        network = resolve_model(self.model, self.config.device)
        return lambda smiles: self._generate(network, smiles)

    def _generate(self, network: ConformerModel | None, smiles: Sequence[str]) -> list[MoleculeResult]:
        def work(text: str) -> Iterator[Outcome]:
            record = next(iter(read_molecules([text])))
            return outcomes(record, network, self.config, self.largest_fragment, "one")

        return [self._result(outcome, seconds) for outcome, seconds in batch_results(work, list(smiles))]

    def _result(self, outcome: Outcome, seconds: float) -> MoleculeResult:
        if outcome.mol is None:
            return MoleculeResult(outcome.error, seconds)
        sdf = "".join(sdf_block(record) for record in sdf_records(outcome, self.config))
        return MoleculeResult(None, seconds, _values(outcome, seconds), sdf)


def _values(outcome: Outcome, seconds: float) -> dict[str, object]:
    row = row_of(outcome, seconds)
    return {
        "conformers": row.conformers,
        "energy_span": None if row.energy_span is None else round(row.energy_span, 4),
        "diversity": None if row.diversity is None else round(row.diversity, 4),
        "notes": "; ".join(row.notes),
    }
