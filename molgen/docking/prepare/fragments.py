"""Pseudo-ligands: pieces cut out of a protein, which the rest of it then holds as it would hold a ligand.

A piece is a side chain, or one to four residues with capped ends (molgen.chem.proteins.residue_pieces). The residues
that give atoms to a piece, and their neighbors along the chain, are no part of its pocket; so nothing in the pocket is
bonded to the piece or to a neighbor of its atoms.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from rdkit import Chem

from molgen.chem.features.pocket_features import pocket_atoms
from molgen.chem.proteins.reading import read_protein
from molgen.chem.proteins.residue_pieces import Piece
from molgen.chem.proteins.structure import Protein
from molgen.datasets.parts.block_runner import PreparationInput
from molgen.datasets.parts.preparation import Preparation
from molgen.datasets.records.complexes import ComplexRecord, PlacedLigand, complex_record, encode_complexes
from molgen.datasets.records.stored_proteins import stored_protein
from molgen.datasets.structure_clusters import with_clusters
from molgen.datasets.structure_files import ProteinFile, find_proteins, named
from molgen.docking.prepare.complexes import MAX_PERMUTATIONS
from molgen.docking.prepare.fragment_config import FragmentConfig
from molgen.docking.prepare.fragment_contacts import ProteinContacts
from molgen.docking.prepare.protein_chain import ProteinChain
from molgen.errors import ParseError
from molgen.metrics.symmetry import automorphisms

SHARES = {0: 0.25, 4: 0.08, 3: 0.17, 2: 0.25, 1: 0.25}
"""Of the pieces of a protein, by the number of whole residues; 0 stands for side chains."""
_BONDS = (1.1, 2.0)
"""Angstrom; a piece with a shorter or longer bond is none."""


@dataclass(frozen=True)
class Fragment:
    """A piece of n heavy atoms where it lies in a protein.

    Attributes:
        piece: the molecule.
        permutations: uint8 [p, n], its symmetries, the identity first.
        atoms: int [n], indices of its atoms in the protein.
        excluded: first and last residue, inclusive, that are not part of the pocket.
        label: e.g. "3:PHE:A:33", the number of whole residues (0: a side chain) and the first one.
    """

    piece: Piece
    permutations: np.ndarray
    atoms: np.ndarray
    excluded: tuple[int, int]
    label: str


def cut_fragments(protein: Protein, config: FragmentConfig, rng: np.random.Generator) -> list[Fragment]:
    """Choose pieces of a protein at random, spread over the kinds as `SHARES` says; where one kind runs out there are
    more of the next in its order.

    Args:
        protein: N atoms, without water; residue indices of the result count its residues.
        rng: source of the choice.
    """
    chain = ProteinChain(protein)
    contacts = ProteinContacts(protein, config)
    wanted = dict(zip(SHARES, _quotas(config.per_protein), strict=True))
    fragments: list[Fragment] = []
    spare = 0
    for length in SHARES:
        starts = rng.permutation(chain.starts(length, config))
        chosen = []
        for start in starts:
            if len(chosen) >= wanted[length] + (spare if length else 0):
                break
            fragment = _cut(chain, contacts, int(start), length, config)
            if fragment is not None:
                chosen.append(fragment)
        spare += wanted[length] - len(chosen)
        fragments += chosen
    return fragments


def fragments_of(file: ProteinFile, config: FragmentConfig) -> list[ComplexRecord]:
    """The pieces of one protein where they lie in it.

    Raises:
        MolgenError: the file cannot be read, or no piece is held by the rest of the protein.
    """
    protein = read_protein(file.path).keep(lambda residue: residue.kind != "water")
    rng = np.random.default_rng([config.seed, zlib.crc32(file.name.encode())])
    fragments = cut_fragments(protein, config, rng)
    if not fragments:
        raise ParseError("no piece of the protein is held by the rest of it")
    ligands = [
        PlacedLigand(
            graph=fragment.piece.graph,
            permutations=fragment.permutations,
            positions=protein.positions[fragment.atoms],
            excluded=fragment.excluded,
            cluster=file.cluster,
            name=f"{file.name}:{fragment.label}",
        )
        for fragment in fragments
    ]
    points = np.concatenate([ligand.positions for ligand in ligands])
    stored = stored_protein(pocket_atoms(protein), points, config.reach)
    return [complex_record(stored, ligand) for ligand in ligands]


def _quotas(count: int) -> list[int]:
    """`count` split by `SHARES`."""
    ends = np.round(np.cumsum(list(SHARES.values())) * count).astype(int)
    return np.diff(ends, prepend=0).tolist()


def _cut(
    chain: ProteinChain, contacts: ProteinContacts, start: int, length: int, config: FragmentConfig
) -> Fragment | None:
    """The piece that begins at a residue; None where it does not fit or is not held by the protein."""
    piece = chain.piece(start, length)
    atoms = np.array([chain.atoms[start + offset][name] for offset, name in piece.atoms])
    excluded = chain.excluded(start, length, config.margin)
    if not contacts.hold(atoms, excluded):
        return None
    ends = chain.protein.positions[atoms[piece.graph.bond_index.astype(int)]]
    lengths = np.linalg.norm(ends[0] - ends[1], axis=1)
    if lengths.min() < _BONDS[0] or lengths.max() > _BONDS[1]:
        return None
    label = f"{length}:{chain.protein.residues[start].label}"
    return Fragment(piece, _permutations(piece.smiles), atoms, excluded, label)


@lru_cache(maxsize=4096)
def _permutations(smiles: str) -> np.ndarray:
    return automorphisms(Chem.MolFromSmiles(smiles), MAX_PERMUTATIONS).permutations.astype(np.uint8)


def _inputs(source: Path, config: FragmentConfig) -> list[PreparationInput]:
    return named(with_clusters(find_proteins(source), config.clusters))


prepare_fragments = Preparation(FragmentConfig, _inputs, fragments_of, encode_complexes)
"""Cut pseudo-ligands out of every protein of a folder or a table (see `find_proteins`)."""
