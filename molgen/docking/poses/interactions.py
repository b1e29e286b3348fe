"""What docked poses interact with, and how that compares with a reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms, without_hydrogens
from molgen.chem.formats.ligands.skeletons import SKELETON
from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.protonation import PHYSIOLOGICAL, has_stated_protons, protonate
from molgen.chem.molecules.standardize import prepare_molecule
from molgen.docking.site import Site
from molgen.errors import MolgenError
from molgen.metrics.interactions import (
    Contacts,
    find_interactions,
    fingerprint,
    ligand_pattern,
    similarity,
)
from molgen.metrics.poses import pose_matches


def pose_contacts(sites: Sequence[Site], mol: Chem.Mol) -> list[Contacts]:
    """The interactions of every conformer, the i-th in the i-th site."""
    pattern = ligand_pattern(mol)
    return [
        find_interactions(site.interacting, pattern, conformer.GetPositions())
        for site, conformer in zip(sites, mol.GetConformers(), strict=True)
    ]


def reference_similarities(
    contacts: Sequence[Contacts],
    sites: Sequence[Site],
    mol: Chem.Mol,
    reference: Chem.Mol | None,
    ph: float | Literal["auto"] | None,
) -> list[float | None]:
    """Tanimoto similarity of the fingerprint of each pose to that of a reference in the same site; None without one.

    Args:
        contacts: of the poses.
        sites: of the poses.
        mol: the ligand; a reference that is the same molecule gets its protonation.
        reference: another ligand, or another pose of this one, with 3D coordinates.
        ph: at which a reference that is another molecule is protonated, as in :class:`DockConfig`.
    """
    known = None if reference is None else _comparable(reference, mol, ph)
    if known is None:
        return [None] * len(contacts)
    there = {id(site): fingerprint(find_interactions(site.interacting, known).interactions) for site in sites}
    own = (fingerprint(pose_contacts.interactions) for pose_contacts in contacts)
    return [similarity(bits, there[id(site)]) for bits, site in zip(own, sites, strict=True)]


def _comparable(reference: Chem.Mol, mol: Chem.Mol, ph: float | Literal["auto"] | None) -> Chem.Mol | None:
    """The reference with hydrogens: in the form of the ligand where it is the same molecule."""
    try:
        matches = pose_matches(reference, mol)
    except ValueError:
        return _protonated(reference, ph)
    heavy = reference.GetConformer().GetPositions()[heavy_atoms(reference)]
    bare = without_hydrogens(mol)
    order = np.asarray(matches.permutations[0])
    positions = np.empty_like(heavy)
    positions[order] = heavy
    return Chem.AddHs(with_conformers(bare, positions[None]), addCoords=True)


def _protonated(mol: Chem.Mol, ph: float | Literal["auto"] | None) -> Chem.Mol | None:
    if mol.HasProp(SKELETON):
        return None
    try:
        full = prepare_molecule(mol, largest_fragment=True)
        if ph is None or (ph == "auto" and has_stated_protons(mol)):
            return full
        return prepare_molecule(protonate(full, PHYSIOLOGICAL if ph == "auto" else ph)[0])
    except MolgenError:
        return None
