"""Training sets of the side-chain model, from proteins or from complexes with their ligands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from molgen.chem.molecules.reference import reference_ligand
from molgen.chem.proteins.reading import read_protein
from molgen.chem.side_chains.records import element_class, side_chain_record
from molgen.datasets.parts.block_runner import PreparationInput
from molgen.datasets.parts.preparation import Preparation
from molgen.datasets.records.side_chains import SideChainEntry, encode_side_chains
from molgen.datasets.structure_clusters import with_clusters
from molgen.datasets.structure_files import ComplexFiles, ProteinFile, find_complexes, find_proteins, named
from molgen.errors import InputError, ParseError
from molgen.limits import at_least


@dataclass(frozen=True)
class SideChainPrepareConfig:
    """What to make of every structure.

    Attributes:
        complexes: SOURCE holds complexes: one folder each with protein and ligand, or a table of both. Else structures.
        least: residues; a smaller structure is left out.
        clusters: a .csv with columns id and cluster (`molgen prepare clusters`); "": the clusters that SOURCE names,
            else those of the sequences.
        block: structures per part file.
    """

    complexes: bool = False
    least: int = 20
    clusters: str = ""
    block: int = 500

    def __post_init__(self) -> None:
        at_least(self, 1, "least", "block")


def entry_of(file: ProteinFile | ComplexFiles, config: SideChainPrepareConfig) -> list[SideChainEntry]:
    """The residues of one structure; a ligand in a file of its own is part of the surroundings.

    Raises:
        MolgenError: a file is missing or cannot be used, or the structure is too small.
    """
    path = file.path if isinstance(file, ProteinFile) else file.protein
    if path is None:
        raise InputError("there is no file of the protein")
    record = side_chain_record(read_protein(path))
    if len(record) < config.least:
        raise ParseError(f"{len(record)} amino acids with N, CA and C; {config.least} are wanted")
    context, elements, optional = record.context, record.elements, record.optional
    if isinstance(file, ComplexFiles):
        if not file.ligands:
            raise InputError("there is no file of the ligand")
        atoms, classes = _heavy_atoms(file.ligands[0])
        context, elements = np.concatenate((context, atoms)), np.concatenate((elements, classes))
        optional = np.concatenate((optional, np.ones(len(atoms), dtype=bool)))
    return [
        SideChainEntry(
            name=file.name,
            cluster=file.cluster,
            types=record.types.astype(np.uint8),
            atoms=record.atoms,
            present=record.present,
            chains=record.chains.astype(np.int16),
            numbers=record.numbers.astype(np.int32),
            context=context,
            elements=elements.astype(np.uint8),
            optional=optional,
        )
    ]


def _heavy_atoms(path: Path) -> tuple[np.ndarray, np.ndarray]:
    mol = reference_ligand(path)
    heavy = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1]
    classes = [element_class(mol.GetAtomWithIdx(k).GetAtomicNum()) for k in heavy]
    return mol.GetConformer().GetPositions()[heavy].astype(np.float32), np.array(classes, dtype=np.int64)


def _inputs(source: Path, config: SideChainPrepareConfig) -> Iterable[PreparationInput]:
    if config.complexes:
        return named(with_clusters(find_complexes(source), config.clusters))
    return named(with_clusters(find_proteins(source), config.clusters))


prepare_side_chains = Preparation(SideChainPrepareConfig, _inputs, entry_of, encode_side_chains)
"""Residues of every structure of a folder or a table (see `molgen.datasets.structure_files`)."""
