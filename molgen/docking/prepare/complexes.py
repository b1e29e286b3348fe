"""From structure files to training sets of the docking model: crystal complexes, and pieces cut out of proteins."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rdkit import Chem
from scipy.spatial import KDTree

from molgen.chem.atom_types.interaction_types import is_metal
from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.features.pocket_features import pocket_atoms
from molgen.chem.molecules.protonation import protonate
from molgen.chem.molecules.reference import reference_ligand
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.receptor import receptor
from molgen.datasets.complexes import PlacedLigand, complex_record
from molgen.datasets.docking_blocks import Prepared, PrepareSummary, prepare_blocks
from molgen.datasets.stored_proteins import stored_protein
from molgen.docking.prepare.fragments import MAX_PERMUTATIONS, FragmentConfig, cut_fragments
from molgen.docking.prepare.inputs import ComplexFiles, ProteinFile, find_complexes, find_proteins
from molgen.errors import InputError, MolgenError, ParseError
from molgen.metrics.symmetry import automorphisms

_LONGEST_BOND = 2.5
"""Angstrom. A file with a longer one has the atoms of another molecule, or in another order."""


@dataclass(frozen=True)
class ComplexConfig:
    """What to make of every crystal complex; lengths in Angstrom.

    Attributes:
        ph: at which ligands are protonated.
        max_heavy_atoms: of a ligand; complexes of larger ones are left out, as named failures.
        reach: protein atoms farther from the ligand are not stored.
        nearest, farthest: limits of the smallest distance between ligand and receptor (metals aside for the lower
            one); outside of them a ligand is bonded to the receptor, or is elsewhere.
        block: complexes per part file.
    """

    ph: float = 7.4
    max_heavy_atoms: int = 100
    reach: float = 20.0
    nearest: float = 1.9
    farthest: float = 5.0
    block: int = 400


def prepare_fragments(
    source: str | Path,
    output: str | Path,
    config: FragmentConfig | None = None,
    *,
    workers: int = 1,
    limit: int | None = None,
    on_block: Callable[[int], None] | None = None,
) -> PrepareSummary:
    """Cut pseudo-ligands out of every protein of `source` (see `inputs.find_proteins`), into part files in `output`.

    Args:
        workers: processes; the result does not depend on them.
        limit: only the first so many proteins.
        on_block: called with the number of proteins finished so far.

    Raises:
        InputError: the input cannot be read, or ``output`` was begun with other settings.
    """
    chosen = config or FragmentConfig()
    return prepare_blocks(
        find_proteins(source)[:limit],
        _FromProtein(chosen),
        output,
        source=Path(source).name,
        config=chosen,
        block=chosen.block,
        workers=workers,
        on_block=on_block,
    )


def prepare_complexes(
    source: str | Path,
    output: str | Path,
    config: ComplexConfig | None = None,
    *,
    workers: int = 1,
    limit: int | None = None,
    on_block: Callable[[int], None] | None = None,
) -> PrepareSummary:
    """Store every crystal complex of `source` (see `inputs.find_complexes`), into part files in `output`.

    Ligand and receptor are as docking has them: the same protonation, atom order, cofactors and metals.

    Args:
        workers, limit, on_block: as in :func:`prepare_fragments`.

    Raises:
        InputError: the input cannot be read, or ``output`` was begun with other settings.
    """
    chosen = config or ComplexConfig()
    return prepare_blocks(
        find_complexes(source)[:limit],
        _FromComplex(chosen),
        output,
        source=Path(source).name,
        config=chosen,
        block=chosen.block,
        workers=workers,
        on_block=on_block,
    )


class _FromProtein:
    """One protein with its pieces; picklable."""

    def __init__(self, config: FragmentConfig) -> None:
        self.config = config

    def __call__(self, file: ProteinFile) -> Prepared:
        protein = read_protein(file.path).keep(lambda residue: residue.kind != "water")
        rng = np.random.default_rng([self.config.seed, zlib.crc32(file.name.encode())])
        fragments = cut_fragments(protein, self.config, rng)
        if not fragments:
            raise ParseError("no piece of the protein is held by the rest of it")
        ligands = [
            PlacedLigand(
                graph=one.piece.graph,
                permutations=one.permutations,
                positions=protein.positions[one.atoms],
                excluded=one.excluded,
                cluster=file.cluster,
                name=f"{file.name}:{one.label}",
            )
            for one in fragments
        ]
        points = np.concatenate([ligand.positions for ligand in ligands])
        stored = stored_protein(pocket_atoms(protein), points, self.config.reach)
        return [complex_record(stored, ligand) for ligand in ligands]


class _FromComplex:
    """One crystal complex; picklable."""

    def __init__(self, config: ComplexConfig) -> None:
        self.config = config

    def __call__(self, files: ComplexFiles) -> Prepared:
        if files.protein is None:
            raise InputError("there is no file of the protein")
        path, ligand = self._ligand(files)
        whole = read_protein(files.protein)
        protein = receptor(whole, find_pockets(path, whole)[0]).protein
        self._check_distance(protein.positions, is_metal(protein.elements), ligand.positions)
        return [complex_record(stored_protein(pocket_atoms(protein), ligand.positions, self.config.reach), ligand)]

    def _ligand(self, files: ComplexFiles) -> tuple[Path, PlacedLigand]:
        """The first file whose molecule can be used; the error of the first one if there is none."""
        first: MolgenError = InputError("there is no file of the ligand")
        for place, path in enumerate(files.ligands):
            try:
                return path, placed_ligand(reference_ligand(path), files.name, files.cluster, self.config)
            except MolgenError as error:
                first = error if place == 0 else first
        raise first

    def _check_distance(self, positions: np.ndarray, metal: np.ndarray, ligand: np.ndarray) -> None:
        distance, _ = KDTree(ligand).query(positions)
        if distance.min() > self.config.farthest:
            raise ParseError(f"the ligand is {distance.min():.1f} Angstrom from the receptor")
        nearest = distance[~metal].min(initial=np.inf)
        if nearest < self.config.nearest:
            raise ParseError(f"the ligand is {nearest:.2f} Angstrom from the receptor: bonded, or there twice")


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
