"""A ligand made ready for docking: template conformers, torsions, interaction types."""

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
from molgen.chem.molecules.force_field import relax
from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.templates import LARGE_RING, largest_flexible_ring, set_torsions, template_conformers
from molgen.errors import EmbeddingError
from molgen.geometry import rigid
from molgen.geometry.alignment import kabsch
from molgen.geometry.torsions import dihedral_angles
from molgen.physics.articulation import Articulation, articulation
from molgen.physics.intramolecular import LigandPairs, ligand_pairs
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
        body: rigid fragments and axes.
        pairs: of atoms whose distance changes.
        rotors: rotatable bonds as Vina counts them.
        free: conformers that strain is measured from.
    """

    mol: Chem.Mol
    graph: MoleculeGraph
    templates: Tensor
    classes: AtomClasses
    body: Articulation
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
        body=articulation(graph),
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


def all_atom_poses(ligand: Ligand, template: Tensor, positions: Tensor) -> np.ndarray:
    """Poses of all atoms, float64 [B, atoms, 3], from poses of the heavy atoms.

    Every pose is built anew from its template conformer: torsions set, then laid over the heavy atoms. So bond lengths,
    angles, rings and stereo are those of the template conformer to rounding, however many steps the search took.

    Args:
        ligand: that was docked.
        template: int64 [B], the template conformer of each pose.
        positions: [B, n, 3], Angstrom.
    """
    heavy = torch.from_numpy(ligand.heavy)
    full = torch.from_numpy(np.array([c.GetPositions() for c in ligand.mol.GetConformers()]))[template]
    target = positions.double()
    torsions = dihedral_angles(target, torch.from_numpy(ligand.graph.torsions.astype(np.int64)))
    full = set_torsions(ligand.mol, full, torsions, ligand.graph)
    return rigid.apply(kabsch(full[:, heavy], target), full).numpy()


def strain(ligand: Ligand, positions: np.ndarray) -> np.ndarray:
    """Energy of poses [B, atoms, 3] above the lowest relaxed template conformer, [B], kcal/mol.

    Each pose is first relaxed for a few steps, so that the rigid bonds and angles of the search do not count. MMFF94s
    without electrostatics; nan where no force field has the parameters.
    """
    _, free = relax(ligand.free, 200, electrostatics=False)
    _, bound = relax(with_conformers(ligand.mol, positions), 20, electrostatics=False)
    everything = np.concatenate([free.values, bound.values])
    return bound.values - np.nanmin(everything, initial=np.inf)
