"""Batches: whole structures or the part of them around a residue, with side chains of ideal geometry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import chi_angles, chi_known, ideal_residues
from molgen.datasets.batch_numbers import batch_numbers
from molgen.datasets.held_back import cluster_of
from molgen.datasets.mixture import POOL, STRETCH, MixtureSource
from molgen.datasets.parts.shards import OpenedParts, ShardedRecords, values_of
from molgen.datasets.records.side_chains import SideChainEntry
from molgen.models.side_chains.config import SideChainModelConfig
from molgen.models.side_chains.graph import SideChainGraph, side_chain_graph

if TYPE_CHECKING:
    from torch_geometric.data import Data

    from molgen.models.side_chains.record import SideChainData


@dataclass(frozen=True)
class SideChainBatch:
    """Residues of several structures.

    Attributes:
        graph: what the network is shown of them.
        atoms: [R, 14, 3], ideal residues with all chi angles zero, Angstrom.
        chi: [R, 4], the chi angles of the structures, radian; known: bool [R, 4], those of which all atoms are there.
        structure: int64 [R], counts the structures.
    """

    graph: SideChainGraph
    atoms: Tensor
    chi: Tensor
    known: Tensor
    structure: Tensor

    @classmethod
    def of(cls, data: Data) -> SideChainBatch:
        """What is in a batch of :class:`SideChainData`."""
        graph = SideChainGraph(**{f.name: data[f.name] for f in fields(SideChainGraph)})
        return cls(graph, data["ideal"], data["chi"], data["known"], data["batch"])


@dataclass(frozen=True)
class Cropping:
    """How a structure becomes a part of a batch; see :class:`molgen.models.side_chains.config.SideChainTrainConfig`."""

    residues: int
    hide_ligands: float
    backbone_noise: float


def side_chain_batch(
    entries: Sequence[SideChainEntry],
    config: SideChainModelConfig,
    cropping: Cropping | None = None,
    rng: np.random.Generator | None = None,
) -> Data:
    """The batch of some structures; with ``cropping``, parts of them, drawn by ``rng``."""
    from torch_geometric.data import Batch  # slow to import; packing does without

    batch: Any = Batch.from_data_list([_part(entry, config, cropping, rng) for entry in entries])
    return batch


class SideChainStream(torch.utils.data.IterableDataset):
    """Endless batches; a batch depends on the seed and its number alone, so that a run can be resumed."""

    def __init__(
        self,
        sources: Sequence[tuple[Sequence[SideChainEntry], float]],
        config: SideChainModelConfig,
        cropping: Cropping,
        batch: int,
        seed: int,
        start: int = 0,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        super().__init__()
        self.sources = [_source_of(entries) for entries, _ in sources]
        shares = np.array([share for _, share in sources], dtype=np.float64)
        self.shares = shares / shares.sum()
        self.config, self.cropping, self.batch, self.seed = config, cropping, batch, seed
        self.numbers = partial(batch_numbers, start, rank, world_size)

    def __iter__(self) -> Iterator[Data]:
        for number in self.numbers():
            rng = np.random.default_rng((self.seed, number))
            drawn = rng.choice(len(self.sources), size=self.batch, p=self.shares)
            opened = [_opened(source, number // (POOL * STRETCH), self.seed) for source in self.sources]
            families = [_family(opened[k], rng) for k in drawn.tolist()]
            entries = [family[int(rng.integers(len(family)))] for family in families]
            yield side_chain_batch(entries, self.config, self.cropping, rng)


Families = list[list[SideChainEntry]]


def _source_of(entries: Sequence[SideChainEntry]) -> Families | MixtureSource:
    """The families of a set; of one that stays on disk its structures, weighted so that families are alike."""
    if not isinstance(entries, ShardedRecords):
        return _families(entries)
    _, family, sizes = np.unique(values_of(entries, cluster_of), return_inverse=True, return_counts=True)
    return MixtureSource(entries, weights=1 / (len(sizes) * sizes[family]))  # type: ignore[arg-type]


def _opened(source: Families | MixtureSource, stretch: int, seed: int) -> Any:
    return source.opened(stretch, seed) if isinstance(source, MixtureSource) else source


def _family(opened: Families | OpenedParts[SideChainEntry], rng: np.random.Generator) -> Sequence[SideChainEntry]:
    """A family, or a structure of its own."""
    return [opened.draw(rng)] if isinstance(opened, OpenedParts) else opened[int(rng.integers(len(opened)))]


def _families(entries: Sequence[SideChainEntry]) -> Families:
    families: dict[str, list[SideChainEntry]] = {}
    for entry in entries:
        families.setdefault(entry.cluster, []).append(entry)
    return list(families.values())


def _part(
    entry: SideChainEntry, config: SideChainModelConfig, cropping: Cropping | None, rng: np.random.Generator | None
) -> SideChainData:
    from molgen.models.side_chains.record import SideChainData

    kept, shown, noise = slice(None), np.ones(len(entry.context), dtype=bool), 0.0
    if cropping is not None and rng is not None:
        kept = _near(entry.atoms[:, 1], cropping.residues, rng)
        shown = ~entry.optional | (rng.random() >= cropping.hide_ligands)
        noise = cropping.backbone_noise
    types = torch.from_numpy(entry.types[kept].astype(np.int64))
    present = torch.from_numpy(entry.present[kept])
    atoms = torch.from_numpy(entry.atoms[kept])
    atoms[:, 3] = torch.where(present[:, 3, None], atoms[:, 3], atoms[:, 2])
    chi, known = chi_angles(types, atoms), chi_known(types, present)
    if noise and rng is not None:
        shift = torch.from_numpy(rng.standard_normal((len(types), 4, 3)).astype(np.float32))
        atoms = torch.cat((atoms[:, :4] + noise * shift, atoms[:, 4:]), 1)
    chains, numbers = (torch.from_numpy(a[kept].astype(np.int64)) for a in (entry.chains, entry.numbers))
    context = torch.from_numpy(entry.context[shown])
    elements = torch.from_numpy(entry.elements[shown].astype(np.int64))
    graph = side_chain_graph(types, atoms, chains, numbers, context, elements, config.neighbors, config.surroundings)
    columns = {f.name: getattr(graph, f.name) for f in fields(graph)}
    return SideChainData(
        **columns,
        ideal=ideal_residues(types, atoms),
        chi=torch.where(known, chi, 0.0),
        known=known,
        num_nodes=len(types),
    )


def _near(origins: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Indices, in order, of the residues nearest to one drawn at random."""
    if len(origins) <= most:
        return np.arange(len(origins))
    distance = np.linalg.norm(origins - origins[rng.integers(len(origins))], axis=-1)
    return np.sort(np.argpartition(distance, most)[:most])
