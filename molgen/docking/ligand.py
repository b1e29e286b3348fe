"""Preparation of a ligand for docking: protonation, stereo, template conformers, torsions, interaction types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from rdkit import Chem
from torch import Tensor

from molgen.chem.atom_types.interaction_types import ligand_types
from molgen.chem.atom_types.vina_rotors import vina_rotors
from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.conformers.templates.embedding import LARGE_RING, largest_flexible_ring, template_conformers
from molgen.conformers.torsion_library import resolve_library, torsion_densities
from molgen.docking.covalent.part import Bonding, ligand_atoms, ligand_of_adduct, rooted
from molgen.docking.records import DockConfig
from molgen.docking.states.ligand_states import LigandState, ligand_states
from molgen.errors import EmbeddingError
from molgen.physics.intramolecular import LigandPairs, ligand_pairs
from molgen.physics.torsion_terms import BINS, TorsionTerms, torsion_terms
from molgen.physics.torsion_tree import TorsionTree, torsion_tree
from molgen.physics.vina import AtomClasses, atom_classes

_RELAX = 100
"""MMFF94s steps on each template conformer."""
_TORSION_WEIGHT, _UNKNOWN = 0.6, 0.1
"""kcal/mol, k T at room temperature; and the share of uniform angles, which bounds the energy."""


@dataclass(frozen=True)
class Ligand:
    """One protonation state and stereoisomer of a ligand with n heavy atoms and T template conformers.

    Attributes:
        mol: with explicit hydrogens; its conformers are the template conformers.
        graph: record of the heavy atoms.
        templates: float32 [T, n, 3], heavy atoms of the template conformers, Angstrom.
        classes: of the heavy atoms.
        tree: rigid fragments and axes.
        pairs: of atoms whose distance changes.
        torsions: their energies, by how common their angles are in crystals of like molecules.
        rotors: rotatable bonds as Vina counts them.
        free: conformers that strain is measured from.
        bonding: of a ligand that is bonded to a residue: the atoms of the residue near the bond are part of `mol`.
    """

    mol: Chem.Mol
    graph: MoleculeGraph
    templates: Tensor
    classes: AtomClasses
    tree: TorsionTree
    pairs: LigandPairs
    torsions: TorsionTerms
    rotors: float
    free: Chem.Mol
    bonding: Bonding | None = None

    @property
    def heavy(self) -> np.ndarray:
        """int64 [n], indices of the heavy atoms."""
        return heavy_atoms(self.mol)

    @property
    def own(self) -> np.ndarray:
        """int64, indices of the atoms that are the ligand's own; all where it is not bonded to a residue."""
        return ligand_atoms(self.mol, self.bonding)

    @property
    def n_own(self) -> int:
        """Number of the ligand's own heavy atoms, which come first."""
        return self.graph.n_atoms if self.bonding is None else self.bonding.n_ligand

    @property
    def own_mol(self) -> Chem.Mol:
        """The ligand's own atoms as a molecule."""
        return ligand_of_adduct(self.mol, self.bonding)

    @property
    def own_classes(self) -> AtomClasses:
        """The classes of the ligand's own heavy atoms."""
        return replace(self.classes, index=self.classes.index[: self.n_own])


def ligand_of(
    mol: Chem.Mol,
    *,
    seed: int = 0,
    timeout: float = 60.0,
    keep_conformer: bool = False,
    bonding: Bonding | None = None,
    torsion_library: str | Path = "default",
    with_itself: bool = True,
) -> Ligand:
    """Prepare a ligand for docking.

    Args:
        mol: with explicit hydrogens and complete stereo.
        seed: of the template conformers.
        timeout: seconds for their embedding.
        keep_conformer: the bond lengths, angles and rings of the molecule's own conformer are the only template
        conformer.
        bonding: of an adduct.
        torsion_library: see :class:`molgen.docking.records.DockConfig`.
        with_itself: whether the ligand itself counts where the library has it.

    Raises:
        CheckpointError: the library cannot be read.
        EmbeddingError: no 3D structure could be made.
    """
    graph = molecule_graph(mol)
    if bonding is not None:
        graph = rooted(graph, bonding.n_ligand)
    free = _free(mol, seed, timeout, needed=not keep_conformer)
    templates = Chem.Mol(mol) if keep_conformer else free
    positions = np.array([conformer.GetPositions() for conformer in templates.GetConformers()])
    classes = atom_classes(ligand_types(mol))
    return Ligand(
        mol=templates,
        graph=graph,
        templates=torch.from_numpy(positions[:, heavy_atoms(mol)]).float(),
        classes=classes,
        tree=torsion_tree(graph, is_fixed=bonding is not None),
        pairs=ligand_pairs(graph, classes),
        torsions=_torsion_terms(mol, graph, positions[0, heavy_atoms(mol)], torsion_library, with_itself),
        rotors=vina_rotors(mol),
        free=free,
        bonding=bonding,
    )


def _free(mol: Chem.Mol, seed: int, timeout: float, *, needed: bool) -> Chem.Mol:
    """The free template conformers; the input structure where they are not needed and cannot be made."""
    try:
        return template_conformers(mol, _count(mol), seed=seed, steps=_RELAX, timeout=timeout).mol
    except EmbeddingError:
        if needed:
            raise
        return Chem.Mol(mol)


def _torsion_terms(
    mol: Chem.Mol, graph: MoleculeGraph, positions: np.ndarray, name: str | Path, with_itself: bool
) -> TorsionTerms:
    """The energies of the torsions, none without a library: -w log of the density in crystals, 0 where it is largest.

    Args:
        positions: [n, 3], heavy atoms of a template conformer, Angstrom.
    """
    library = resolve_library(name)
    if library is None:
        return torsion_terms(np.zeros((0, 6)), np.zeros((0, BINS)))
    density, paths = torsion_densities(library, mol, graph, positions, BINS, with_itself=with_itself)
    energy = -_TORSION_WEIGHT * np.log((1 - _UNKNOWN) * density + _UNKNOWN)
    return torsion_terms(paths, energy - energy.min(1, keepdims=True))


def _count(mol: Chem.Mol) -> int:
    """Number of template conformers: many for flexible rings; torsions are searched anyway."""
    ring = largest_flexible_ring(mol)
    if not ring:
        return 6
    return 24 if ring >= LARGE_RING else 10


@dataclass(frozen=True)
class PreparedLigand:
    """A ligand that can be docked.

    Attributes:
        ligand: one state of it.
        notes: what was decided on the way.
        energy: rough free energy of the state above the dominant one in water, kcal/mol.
    """

    ligand: Ligand
    notes: tuple[str, ...]
    energy: float = 0.0


def prepare_ligand(
    mol: Chem.Mol, config: DockConfig, *, largest_fragment: bool = False, with_itself: bool = True
) -> PreparedLigand:
    """Standardize, protonate, set open stereo, make template conformers; of several states the dominant one.

    ``with_itself``: whether the ligand itself counts where the library of torsions has it.

    Raises:
        MolgenError: the molecule cannot be docked.
    """
    return _prepared(ligand_states(mol, config, largest_fragment=largest_fragment)[0], config, with_itself)


def prepare_variants(mol: Chem.Mol, config: DockConfig, *, largest_fragment: bool = False) -> list[PreparedLigand]:
    """As :func:`prepare_ligand`, but every state and stereoisomer that the configuration asks for, at least one.

    Raises:
        MolgenError: none of them can be docked.
    """
    states = ligand_states(mol, config, largest_fragment=largest_fragment)
    if len(states) == 1:
        return [_prepared(states[0], config)]
    variants, failure = [], None
    for state in states:
        try:
            variants.append(_prepared(state, config))
        except EmbeddingError as error:  # an isomer that cannot exist
            failure = error
    if failure is not None and not variants:
        raise failure
    return variants


def _prepared(state: LigandState, config: DockConfig, with_itself: bool = True) -> PreparedLigand:
    ligand = ligand_of(
        state.mol,
        seed=config.seed,
        timeout=config.timeout,
        keep_conformer=config.keep_conformer,
        bonding=state.bonding,
        torsion_library=config.torsion_library,
        with_itself=with_itself,
    )
    return PreparedLigand(ligand, state.notes, state.energy)
