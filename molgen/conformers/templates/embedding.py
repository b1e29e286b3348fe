"""Template conformers of a molecule (bond lengths, angles, rings, stereo) and the torsions set over them."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from rdkit import Chem
from torch import Tensor

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.features.molecule_graph import MoleculeGraph
from molgen.chem.molecules.embedding import Templates, embed_templates
from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.stereo.impossible import overstrained_centers
from molgen.conformers.force_field import ConformerField
from molgen.errors import EmbeddingError
from molgen.geometry.internal_coordinates import internal_coordinates
from molgen.metrics.stereo import stereo_mask
from molgen.sampling.guards import MoleculeWarning

STRAINED = 4.0
"""MMFF94s energy for each heavy atom, kcal/mol; drugs have 1 to 3, cubane 14."""
LARGE_RING = 9
"""Least size of a ring with more shapes than a dozen template conformers show."""


def template_conformers(
    mol: Chem.Mol,
    count: int,
    *,
    seed: int = 0,
    steps: int = 200,
    timeout: float = 60.0,
    loose: bool = False,
    field: ConformerField | None = None,
) -> Templates:
    """Embedded and minimized conformers with the stereo of the input.

    Args:
        mol: with explicit hydrogens and complete stereo.
        count: of template conformers, at most.
        steps: of MMFF94s on each.
        timeout: CPU seconds for the embedding.
        loose: see :func:`molgen.chem.molecules.embedding.embed_templates`.
        field: of the molecule, if it exists already.

    Raises:
        EmbeddingError: there is none.
    """
    embedded = embed_templates(mol, count, seed=seed, timeout=timeout, loose=loose)
    positions, energies = (field or ConformerField(mol)).minimize(embedded.positions, steps)
    _warn_of_strain(mol, float(np.nanmin(energies.values, initial=np.inf)))
    return _with_correct_stereo(embedded, positions, mol)


def _warn_of_strain(mol: Chem.Mol, energy: float) -> None:
    """Warn, with the center at fault, where the lowest template conformer is strained more than rings of drugs."""
    if np.isfinite(energy) and energy > STRAINED * len(heavy_atoms(mol)):
        note = overstrained_centers(mol, energy)
        if note:
            warnings.warn(note, MoleculeWarning, stacklevel=3)


def _with_correct_stereo(embedded: Templates, positions: np.ndarray, mol: Chem.Mol) -> Templates:
    """Minimized templates, or the embedded ones where minimization changed the stereo; wrong ones are dropped."""
    good = stereo_mask(mol, with_conformers(mol, positions))
    if good.all():
        return Templates(with_conformers(mol, positions), embedded.method)
    fallback = stereo_mask(mol, embedded.mol)
    original = embedded.positions
    kept = [positions[k] if good[k] else original[k] for k in range(len(positions)) if good[k] or fallback[k]]
    if not kept:
        raise EmbeddingError("no embedded structure has the stereo of the input")
    return Templates(with_conformers(mol, np.array(kept)), embedded.method)


def set_torsions(mol: Chem.Mol, positions: Tensor, torsions: Tensor, record: MoleculeGraph) -> Tensor:
    """Conformers of all atoms [P, atoms, 3] with their torsions set; hydrogens move with their heavy atoms.

    Args:
        mol: with explicit hydrogens.
        positions: [P, atoms, 3], Angstrom.
        torsions: [P, m], radian, in the order of the record.
        record: the heavy-atom graph of ``mol``.
    """
    if torsions.shape[1] == 0:
        return positions
    heavy = heavy_atoms(mol)
    heavy_index = {int(atom): k for k, atom in enumerate(heavy)}
    carrier = [
        heavy_index[a.GetIdx() if a.GetIdx() in heavy_index else a.GetNeighbors()[0].GetIdx()] for a in mol.GetAtoms()
    ]
    moving = torch.from_numpy(record.moving[:, carrier])
    quadruples = torch.from_numpy(heavy[record.torsions])
    return internal_coordinates(positions, quadruples, moving).positions(torsions)


def flexible_rings(mol: Chem.Mol) -> list[int]:
    """Atoms in each ring with a shape of its own."""
    return [len(ring) for ring in mol.GetRingInfo().AtomRings() if is_flexible(mol, ring)]


def largest_flexible_ring(mol: Chem.Mol) -> int:
    """Atoms in the largest ring with a shape of its own; 0 if there is none."""
    return max(flexible_rings(mol), default=0)


def is_flexible(mol: Chem.Mol, ring: tuple[int, ...]) -> bool:
    """Whether a ring has a shape of its own: over three atoms, two of them sp3."""
    tetrahedral = [mol.GetAtomWithIdx(a).GetHybridization() == Chem.HybridizationType.SP3 for a in ring]
    return len(ring) > 3 and sum(tetrahedral) >= 2
