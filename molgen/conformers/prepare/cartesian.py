"""From reference structures to training sets for the model of coordinates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgen.chem.features.polar_features import polar_graph
from molgen.chem.features.stereo_marks import stereo_is_right
from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.conformers.prepare.geom import read_geom
from molgen.datasets.parts.block_runner import PreparationInput
from molgen.datasets.parts.preparation import Preparation
from molgen.datasets.records.cartesian import CartesianRecord, encode_cartesian
from molgen.errors import MolgenError
from molgen.limits import above, at_least


@dataclass(frozen=True)
class CartesianPrepareConfig:
    """What to make of every structure.

    Attributes:
        max_atoms: heavy atoms and polar hydrogens; larger molecules are left out, as named failures.
        max_resolution: Angstrom; structures whose field `resolution` is larger are left out, those without are kept.
        block: input records per part file.
    """

    max_atoms: int = 80
    max_resolution: float = 2.8
    block: int = 500

    def __post_init__(self) -> None:
        at_least(self, 1, "max_atoms", "block")
        above(self, 0, "max_resolution")


def cartesian_record(mol: Chem.Mol, config: CartesianPrepareConfig) -> CartesianRecord:
    """A molecule with conformers -> its graph, stereo and coordinates; hydrogens that are missing are added.

    Raises:
        MolgenError: outside what molgen handles, too large, resolved too badly, without coordinates in three dimensions
            or with another stereo than its own.
    """
    resolution = mol.GetProp("resolution").strip() if mol.HasProp("resolution") else ""
    if resolution and float(resolution) > config.max_resolution:
        raise MolgenError(f"resolved to {resolution} Angstrom only")
    if not mol.GetNumConformers() or not mol.GetConformer().Is3D():
        raise MolgenError("has no coordinates in three dimensions")
    full = prepare_molecule(mol, max_heavy_atoms=config.max_atoms)
    polar = polar_graph(full)
    if len(polar.atoms) > config.max_atoms:
        raise MolgenError(f"has {len(polar.atoms)} heavy atoms and polar hydrogens; {config.max_atoms} is the most")
    positions = np.stack([conformer.GetPositions() for conformer in full.GetConformers()])[:, polar.atoms]
    positions = positions[stereo_is_right(positions, polar.marks)]
    if not len(positions):
        raise MolgenError("its coordinates have another stereo")
    added = polar.atoms >= mol.GetNumAtoms()
    placed = [not (new and _turns(full.GetAtomWithIdx(int(k)))) for k, new in zip(polar.atoms, added, strict=True)]
    centered = positions - positions.mean(1, keepdims=True)
    return CartesianRecord(polar.graph, polar.marks, centered.astype(np.float16), np.array(placed))


def _turns(hydrogen: Chem.Atom) -> bool:
    """Whether the position of a hydrogen is not determined by the heavy atoms."""
    if hydrogen.GetAtomicNum() != 1 or not hydrogen.GetDegree():
        return False
    parent = hydrogen.GetNeighbors()[0]
    heavy = sum(neighbor.GetAtomicNum() > 1 for neighbor in parent.GetNeighbors())
    return heavy < 3 and (parent.GetSymbol() != "N" or parent.GetHybridization() == Chem.HybridizationType.SP3)


def _inputs(source: Path, config: CartesianPrepareConfig) -> Iterator[PreparationInput]:
    records = read_geom(source) if source.is_dir() else read_molecules(source)
    return (PreparationInput(record.name, record.mol, record.place, record.error) for record in records)


def _prepared(mol: Chem.Mol, config: CartesianPrepareConfig) -> list[CartesianRecord]:
    return [cartesian_record(mol, config)]


prepare_cartesian = Preparation(
    CartesianPrepareConfig,
    inputs=_inputs,
    prepare=_prepared,
    encode=encode_cartesian,
    count=lambda record: len(record.positions),
)
"""Store the structures of an SD file or a GEOM folder, as `CartesianPrepareConfig` says."""
