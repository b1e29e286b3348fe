"""Cross-docking: the ligand of one complex in another structure of the same protein."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from molgen.chem.comparison.pocket_comparison import PocketComparison, compare_pockets
from molgen.chem.comparison.superposition import superposed
from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.receptor import receptor
from molgen.chem.proteins.structure import Protein
from molgen.datasets.structure_files import ComplexFiles
from molgen.docking.prepare.crystal import protein_file
from molgen.errors import ConfigError, ParseError

LEAST_IDENTITY = 0.95
"""Share of the residues around the ligand that are the same in two structures of one protein."""


class PairConfig(Protocol):
    """Which complexes a set is made of: ligands in their own structures, and so many ordered pairs of a group."""

    @property
    def redock(self) -> bool: ...
    @property
    def cross(self) -> int: ...
    @property
    def seed(self) -> int: ...


def own_and_pairs(complexes: Sequence[ComplexFiles], config: PairConfig) -> list[ComplexFiles]:
    """The complexes themselves, if wanted, and pairs of them.

    Raises:
        ConfigError: neither is there.
    """
    wanted = [*(complexes if config.redock else ()), *cross_pairs(complexes, config.cross, config.seed)]
    if not wanted:
        why = "cross is 0" if config.cross == 0 else "no two structures are of one group"
        raise ConfigError(f"there is nothing to prepare: redock is false, and {why}")
    return wanted


def cross_pairs(complexes: Sequence[ComplexFiles], most: int, seed: int) -> list[ComplexFiles]:
    """Ordered pairs of complexes of one group, at most so many of each group, drawn at random.

    The ligands of a group take turns, so that few pairs are of many ligands.
    """
    groups: dict[str, list[ComplexFiles]] = defaultdict(list)
    for item in complexes:
        groups[item.group or item.cluster].append(item)
    rng = np.random.default_rng(seed)
    pairs = []
    for members in groups.values():
        turns = []
        for item in _shuffled(members, rng):
            others = _shuffled([other for other in members if other.protein != item.protein], rng)
            turns += [(turn, _pair(item, other)) for turn, other in enumerate(others)]
        turns.sort(key=lambda turn: turn[0])
        pairs += [pair for _, pair in turns[:most]]
    return pairs


def other_structure(files: ComplexFiles, ligand: Path, crystal: np.ndarray) -> Protein:
    """The structure of a pair, laid over the one that its ligand was seen in.

    Args:
        files: of a pair.
        ligand: the file of the ligand.
        crystal: float [n, 3], its heavy atoms in the frame of its own structure, Angstrom.

    Raises:
        MolgenError: a structure cannot be read, or is of another protein.
        ParseError: docking the ligand there is no fair test: less than 95 % of the pocket is the same, the geometry
            says so (`PocketComparison.unsound`), or the protein stands where the ligand was.
    """
    structure, compared = compared_structure(files, ligand, crystal)
    if compared.closed:
        raise ParseError(f"{compared.atoms} atoms of the protein stand in the place of the ligand")
    return structure


def compared_structure(files: ComplexFiles, ligand: Path, crystal: np.ndarray) -> tuple[Protein, PocketComparison]:
    """The structure of a pair as :func:`other_structure` has it, closed ones too, and how its pocket compares."""
    native = read_protein(files.native or protein_file(files))
    own = receptor(native, find_pockets(ligand, native)[0]).protein
    moved = superposed(read_protein(protein_file(files)), own, crystal)
    if moved.identity < LEAST_IDENTITY:
        raise ParseError(f"{moved.identity:.0%} of the residues around the ligand are the same in both structures")
    docked = receptor(moved.protein, find_pockets(ligand, moved.protein)[0]).protein  # without a ligand in the place
    compared = compare_pockets(own, superposed(docked, own, crystal), crystal)
    if compared.unsound:
        raise ParseError(compared.unsound)
    return moved.protein, compared


def _pair(ligand: ComplexFiles, structure: ComplexFiles) -> ComplexFiles:
    name = f"{ligand.name} in {structure.name}"
    return ComplexFiles(name, structure.protein, ligand.ligands, ligand.cluster, ligand.group, ligand.protein)


def _shuffled(items: Sequence[ComplexFiles], rng: np.random.Generator) -> list[ComplexFiles]:
    return [items[k] for k in rng.permutation(len(items))]
