"""Prepared sets: records on disk, the preparation that writes them, the stream of batches drawn from them.

Read without RDKit. A record is a small frozen dataclass of numpy arrays; the parts of a set are safetensors files. The
names below are imported when they are first used, so that a configuration can be read before torch is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from molgen.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from molgen.datasets.mixture import MixtureDataset, MixtureSource, cluster_weights
    from molgen.datasets.parts.block_runner import PreparationInput, PrepareSummary
    from molgen.datasets.parts.part_files import PartFormat, encode_part, find_parts, load_records
    from molgen.datasets.parts.preparation import Preparation
    from molgen.datasets.records.complexes import ComplexRecord, encode_complexes, load_complexes
    from molgen.datasets.records.conformers import ConformerRecord, encode_conformers, load_conformers
    from molgen.datasets.records.decoys import DecoyRecord, encode_decoys, load_decoys
    from molgen.datasets.records.trajectories import TrajectoryRecord, encode_trajectories, load_trajectories
    from molgen.datasets.sources import SourceConfig

__all__ = [
    "ComplexRecord",
    "ConformerRecord",
    "DecoyRecord",
    "MixtureDataset",
    "MixtureSource",
    "PartFormat",
    "Preparation",
    "PreparationInput",
    "PrepareSummary",
    "SourceConfig",
    "TrajectoryRecord",
    "cluster_weights",
    "encode_complexes",
    "encode_conformers",
    "encode_decoys",
    "encode_part",
    "encode_trajectories",
    "find_parts",
    "load_complexes",
    "load_conformers",
    "load_decoys",
    "load_records",
    "load_trajectories",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        ".parts.block_runner": ("PreparationInput", "PrepareSummary"),
        ".records.complexes": ("ComplexRecord", "encode_complexes", "load_complexes"),
        ".records.conformers": ("ConformerRecord", "encode_conformers", "load_conformers"),
        ".records.decoys": ("DecoyRecord", "encode_decoys", "load_decoys"),
        ".mixture": ("MixtureDataset", "MixtureSource", "cluster_weights"),
        ".parts.part_files": ("PartFormat", "encode_part", "find_parts", "load_records"),
        ".parts.preparation": ("Preparation",),
        ".sources": ("SourceConfig",),
        ".records.trajectories": ("TrajectoryRecord", "encode_trajectories", "load_trajectories"),
    },
)
