"""From structure files to a training set of crystal complexes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.features.pocket_features import pocket_atoms
from molgen.chem.molecules.protonation import protonate
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.receptor import receptor
from molgen.datasets.parts.block_runner import PreparationInput
from molgen.datasets.parts.preparation import Preparation
from molgen.datasets.records.complexes import ComplexRecord, PlacedLigand, complex_record, encode_complexes
from molgen.datasets.records.stored_proteins import stored_protein
from molgen.datasets.structure_clusters import with_clusters
from molgen.datasets.structure_files import ComplexFiles, find_complexes, named
from molgen.docking.prepare.cross_pairs import other_structure, own_and_pairs
from molgen.docking.prepare.crystal import check_distance, crystal_ligand, protein_file
from molgen.docking.prepare.repacked import repacked
from molgen.errors import ParseError
from molgen.limits import above, at_least
from molgen.metrics.symmetry import automorphisms

MAX_PERMUTATIONS = 64
_LONGEST_BOND = 2.5
"""Angstrom. A file with a longer one has the atoms of another molecule, or in another order."""


@dataclass(frozen=True)
class ComplexConfig:
    """What to make of every crystal complex; lengths in Angstrom.

    Attributes:
        redock: ligands are stored in their own structures.
        cross: ordered pairs of complexes of one group that are made besides, at most: the ligand of one where it would
            lie in the structure of the other, laid over its own, so that a model learns from pockets that were not
            shaped by the ligand. Pairs that are no fair question (`PocketComparison`) fail.
        repacked: some side chains around the ligand are moved to where they also might be
            (:func:`molgen.docking.prepare.repacked.repacked`); complexes in which they stand in its place fail.
        seed: of the order of the pairs, and of the side chains that are moved.
        ph: at which ligands are protonated.
        max_heavy_atoms: of a ligand; complexes of larger ones are left out, as named failures.
        reach: protein atoms farther from the ligand are not stored.
        nearest, farthest: limits of the smallest distance between ligand and receptor (metals aside for the lower
            one); outside of them a ligand is bonded to the receptor, or is elsewhere.
        clusters: a .csv with columns id and cluster (`molgen prepare clusters`); "": the clusters that SOURCE names,
            else those of the sequences.
        block: complexes per part file.
    """

    redock: bool = True
    cross: int = 0
    repacked: bool = False
    seed: int = 1
    ph: float = 7.4
    max_heavy_atoms: int = 100
    reach: float = 20.0
    nearest: float = 1.9
    farthest: float = 5.0
    clusters: str = ""
    block: int = 400

    def __post_init__(self) -> None:
        at_least(self, 1, "max_heavy_atoms", "block")
        at_least(self, 0, "cross", "seed", "nearest")
        above(self, self.nearest, "farthest")
        above(self, 0, "reach")
        if not 0 <= self.ph <= 14:
            raise ValueError(f"ph must be between 0 and 14, not {self.ph}")


def complexes_of(files: ComplexFiles, config: ComplexConfig) -> list[ComplexRecord]:
    """The record of one crystal complex, or of a ligand in another structure of its protein.

    Ligand and receptor are as docking has them: the same protonation, atom order, cofactors and metals.

    Raises:
        MolgenError: a file is missing or cannot be used; the ligand is bonded to the receptor, or elsewhere.
    """
    use = partial(placed_ligand, name=files.name, cluster=files.cluster, config=config)
    path, ligand = crystal_ligand(files, use)
    whole = other_structure(files, path, ligand.positions) if files.native else read_protein(protein_file(files))
    pocket = find_pockets(path, whole)[0]
    protein = receptor(whole, pocket).protein
    if config.repacked:
        protein = repacked(protein, pocket, config.seed)
    check_distance(protein, ligand.positions, config)
    return [complex_record(stored_protein(pocket_atoms(protein), ligand.positions, config.reach), ligand)]


def placed_ligand(mol: Chem.Mol, name: str, cluster: str, config: ComplexConfig) -> PlacedLigand:
    """A crystal ligand protonated as for docking, with the coordinates of its file.

    Raises:
        MolgenError: molgen does not handle the molecule, or its bonds are not those of its coordinates.
    """
    full = prepare_molecule(mol, max_heavy_atoms=config.max_heavy_atoms)
    full, _ = protonate(full, config.ph)
    full = prepare_molecule(full)
    graph, positions = molecule_graph(full), full.GetConformer().GetPositions()[heavy_atoms(full)]
    i, j = graph.bond_index.astype(int)
    longest = np.linalg.norm(positions[i] - positions[j], axis=1).max(initial=0.0)
    if longest > _LONGEST_BOND:
        raise ParseError(f"a bond of the ligand is {longest:.1f} Angstrom long")
    return PlacedLigand(
        graph=graph,
        permutations=automorphisms(full, MAX_PERMUTATIONS).permutations.astype(np.uint8),
        positions=positions,
        excluded=(-1, -1),
        cluster=cluster,
        name=name,
    )


def _inputs(source: Path, config: ComplexConfig) -> list[PreparationInput]:
    complexes = with_clusters(find_complexes(source), config.clusters)
    return named(own_and_pairs(complexes, config))


prepare_complexes = Preparation(ComplexConfig, _inputs, complexes_of, encode_complexes)
"""Store every crystal complex of a folder or a table (see `find_complexes`), as `ComplexConfig` says."""
