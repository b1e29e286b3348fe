"""Ligands of other complexes of a protein, where they would lie in one of them."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from rdkit import Chem
from scipy.spatial import KDTree

from molgen.chem.comparison.superposition import REACH, residues_near, superposed
from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.receptor import receptor
from molgen.chem.proteins.structure import Protein
from molgen.datasets.structure_files import ComplexFiles, Relative
from molgen.docking.known_ligands import KnownLigand, most_overlap
from molgen.docking.prepare.cross_pairs import LEAST_IDENTITY
from molgen.docking.prepare.crystal import crystal_ligand, protein_file
from molgen.errors import MolgenError
from molgen.metrics.symmetry import heavy_coordinates

MOST = 4
"""Known ligands of a complex in a training set; how many is drawn, from one on."""
_ELSEWHERE = 10.0
"""Angstrom from most atoms of a ligand to that of the complex: in another pocket."""


def with_relatives(
    wanted: Sequence[ComplexFiles], complexes: Sequence[ComplexFiles], seed: int, most: int | None = None
) -> list[ComplexFiles]:
    """Complexes and pairs, each with some of the other complexes of its group.

    The complex whose structure a ligand is docked into comes first, then others at random: as many as `most`, or one to
    four, drawn for each.
    """
    groups: dict[str, list[ComplexFiles]] = defaultdict(list)
    for item in complexes:
        groups[item.group or item.cluster].append(item)
    return [replace(item, relatives=_drawn(item, groups[item.group or item.cluster], seed, most)) for item in wanted]


def known_of(files: ComplexFiles, ligand: Chem.Mol) -> tuple[KnownLigand, ...]:
    """The ligands of the relatives of a complex that are another molecule, in the frame of the complex.

    Each is moved with its structure, which is laid over that of the complex by the residues around its ligand. One
    whose structure cannot be read or is of another protein, and one that then lies elsewhere, is left out.

    Args:
        files: of a complex or a pair.
        ligand: of the complex, with the conformer of the crystal.
    """
    path, _ = crystal_ligand(files, lambda mol: mol)
    native = read_protein(files.native or protein_file(files))
    own = receptor(native, find_pockets(path, native)[0]).protein
    crystal = heavy_coordinates(ligand)[0]
    found = (_moved(relative, own, crystal) for relative in files.relatives)
    return tuple(known for known in found if known is not None and known.missing_atoms(ligand) != 0)


def known_overlaps(positions: np.ndarray, known: Sequence[KnownLigand]) -> np.ndarray | None:
    """The largest overlap of each pose [K, n, 3] with a known ligand, [K]; None where none is known."""
    if not known:
        return None
    return most_overlap(torch.from_numpy(np.asarray(positions, dtype=np.float64)), known)[0].numpy()


def _drawn(item: ComplexFiles, group: Sequence[ComplexFiles], seed: int, most: int | None) -> tuple[Relative, ...]:
    rng = np.random.default_rng([seed, zlib.crc32(item.name.encode())])
    own = {item.native or item.protein}
    others = [other for other in group if other.protein is not None and other.protein not in own]
    first = [other for other in others if other.protein == item.protein]
    rest = [other for other in others if other.protein != item.protein]
    count = int(rng.integers(1, MOST + 1)) if most is None else most
    chosen = [*first, *(rest[k] for k in rng.permutation(len(rest)))][:count]
    return tuple(Relative(other.name, protein_file(other), other.ligands) for other in chosen)


def _moved(relative: Relative, own: Protein, crystal: np.ndarray) -> KnownLigand | None:
    try:
        mol = crystal_ligand(ComplexFiles(relative.name, relative.protein, relative.ligands, ""), lambda mol: mol)[1]
        places = heavy_coordinates(mol)[0]
        laid = superposed(_chains_at(read_protein(relative.protein), places), own, crystal)
    except MolgenError:
        return None
    if laid.identity < LEAST_IDENTITY:
        return None
    positions = places @ laid.rotation.T + laid.translation
    if np.median(KDTree(crystal).query(positions)[0]) > _ELSEWHERE:
        return None
    elements = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1])
    return KnownLigand(relative.name, positions, elements)


def _chains_at(structure: Protein, places: np.ndarray) -> Protein:
    """The chains of a structure that line a place: of several copies of a protein the one with the ligand."""
    near = {structure.residues[k].chain for k in residues_near(structure, places, REACH)}
    return structure.keep(lambda residue: residue.chain in near)
