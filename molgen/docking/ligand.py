"""A ligand made ready for docking: protonation, stereo, template conformers, torsions, interaction types."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from rdkit import Chem
from torch import Tensor

from molgen.chem.atom_types.interaction_types import ligand_types
from molgen.chem.atom_types.vina_rotors import vina_rotors
from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.molecules.protonation import PHYSIOLOGICAL, has_stated_protons, protonate
from molgen.chem.molecules.standardize import molecule_notes, prepare_molecule
from molgen.chem.molecules.stereo import enumerate_stereo
from molgen.conformers.templates import LARGE_RING, largest_flexible_ring, template_conformers
from molgen.docking.records import DockConfig
from molgen.errors import EmbeddingError, ParseError
from molgen.physics.intramolecular import LigandPairs, ligand_pairs
from molgen.physics.torsion_tree import TorsionTree, torsion_tree
from molgen.physics.vina import AtomClasses, atom_classes

_RELAX = 100
"""MMFF94s steps on each template conformer."""


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
        rotors: rotatable bonds as Vina counts them.
        free: conformers that strain is measured from.
    """

    mol: Chem.Mol
    graph: MoleculeGraph
    templates: Tensor
    classes: AtomClasses
    tree: TorsionTree
    pairs: LigandPairs
    rotors: float
    free: Chem.Mol

    @property
    def heavy(self) -> np.ndarray:
        """int64 [n], indices of the heavy atoms."""
        return heavy_atoms(self.mol)


def ligand_of(mol: Chem.Mol, *, seed: int = 0, timeout: float = 60.0, keep_conformer: bool = False) -> Ligand:
    """Make a ligand ready.

    Args:
        mol: with explicit hydrogens and complete stereo.
        seed: of the template conformers.
        timeout: seconds for their embedding.
        keep_conformer: the bond lengths, angles and rings of the molecule's own conformer are the only template
        conformer.

    Raises:
        EmbeddingError: no 3D structure could be made.
    """
    graph = molecule_graph(mol)
    free = _free(mol, seed, timeout, needed=not keep_conformer)
    templates = Chem.Mol(mol) if keep_conformer else free
    positions = np.array([conformer.GetPositions() for conformer in templates.GetConformers()])
    classes = atom_classes(ligand_types(mol))
    return Ligand(
        mol=templates,
        graph=graph,
        templates=torch.from_numpy(positions[:, heavy_atoms(mol)]).float(),
        classes=classes,
        tree=torsion_tree(graph),
        pairs=ligand_pairs(graph, classes),
        rotors=vina_rotors(mol),
        free=free,
    )


def _free(mol: Chem.Mol, seed: int, timeout: float, *, needed: bool) -> Chem.Mol:
    """The template conformers; where they are not needed and cannot be made, the molecule as it is."""
    try:
        return template_conformers(mol, _count(mol), seed=seed, steps=_RELAX, timeout=timeout).mol
    except EmbeddingError:
        if needed:
            raise
        return Chem.Mol(mol)


def _count(mol: Chem.Mol) -> int:
    """Template conformers: rings that flip need many, everything else turns."""
    ring = largest_flexible_ring(mol)
    if not ring:
        return 6
    return 24 if ring >= LARGE_RING else 10


@dataclass(frozen=True)
class PreparedLigand:
    """A ligand that can be docked, and what was decided on the way."""

    ligand: Ligand
    notes: tuple[str, ...]


def prepare_ligand(mol: Chem.Mol, config: DockConfig, *, largest_fragment: bool = False) -> PreparedLigand:
    """Standardize, protonate, set open stereo, make template conformers.

    Raises:
        MolgenError: the molecule cannot be docked.
    """
    full = prepare_molecule(mol, largest_fragment=largest_fragment)
    notes = list(molecule_notes(full))
    if config.ph == "auto" and has_stated_protons(mol):
        notes += _kept_state_notes(full)
    elif config.ph is not None:
        full, protons = protonate(full, PHYSIOLOGICAL if config.ph == "auto" else config.ph)
        full = prepare_molecule(full)
        notes += protons
    if config.keep_conformer:
        if not full.GetNumConformers() or not full.GetConformer().Is3D():
            raise ParseError("--keep-conformer needs a ligand with 3D coordinates")
    else:
        full.RemoveAllConformers()
        full, open_stereo = enumerate_stereo(full, "one")[0]
        notes += [open_stereo] if open_stereo else []
    ligand = ligand_of(full, seed=config.seed, timeout=config.timeout, keep_conformer=config.keep_conformer)
    return PreparedLigand(ligand, tuple(notes))


def _kept_state_notes(full: Chem.Mol) -> list[str]:
    """What the hydrogens of the input say against the rules, where they do."""
    state, protons = protonate(full, PHYSIOLOGICAL)
    drawn, ruled = (
        [atom.GetFormalCharge() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1] for mol in (full, state)
    )
    if drawn == ruled:
        return []
    return [
        f"protonation kept as the hydrogens of the input say, charge {sum(drawn):+d}; at pH {PHYSIOLOGICAL} it would "
        f"be {sum(ruled):+d} ({'; '.join(protons)}): --protonate {PHYSIOLOGICAL}"
    ]
