"""Ranked poses as records: all atoms, score, terms, strain, validity, RMSD to a reference."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from rdkit import Chem
from torch import Tensor

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.chem.molecules.force_field import minimize_conformers
from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.templates.embedding import set_torsions
from molgen.docking.covalent.result import bond_length, bond_of, without_residue
from molgen.docking.ligand import Ligand
from molgen.docking.poses.interactions import pose_contacts, reference_similarities
from molgen.docking.ranking import KT, RankedPose
from molgen.docking.records import DockConfig, DockingResult, Pose
from molgen.docking.site import Site
from molgen.geometry import rigid
from molgen.geometry.alignment import kabsch
from molgen.geometry.torsions import dihedral_angles
from molgen.metrics.poses import pose_matches, pose_rmsd_matrix
from molgen.metrics.validity.posebusters import posebusters_checks
from molgen.physics.direct import interaction_terms
from molgen.physics.vina import TERMS, rotor_factor, weight_vector


def docking_result(
    ligand: Ligand,
    sites: Sequence[Site],
    ranked: Sequence[RankedPose],
    config: DockConfig,
    *,
    begin: float,
    lowest: RankedPose,
    reference: Chem.Mol | None = None,
    notes: Sequence[str] = (),
) -> DockingResult:
    """The result of a ligand.

    Args:
        ligand: that was docked.
        sites: that were searched.
        ranked: the poses to return, best first, at least one.
        config: how it was docked.
        begin: `time.monotonic()` when its turn came.
        lowest: the pose of lowest energy; its intramolecular energy is the zero of that of all, as in Vina.
        reference: a pose of the same ligand to compare with.
        notes: what was decided on the way.
    """
    template = torch.stack([pose.refined.template[pose.row] for pose in ranked])
    whole = all_atom_poses(ligand, template, torch.stack([pose.positions for pose in ranked]))
    strains = strain(ligand, whole)
    positions = whole[:, ligand.own]
    rmsds = _reference_rmsds(ligand, positions, reference)
    mol = with_conformers(ligand.own_mol, positions)
    contacts = pose_contacts([pose.site for pose in ranked], mol)
    alike = reference_similarities(contacts, [pose.site for pose in ranked], mol, reference, config.ph)
    checks = _checks([pose.site for pose in ranked], ligand, mol, config.posebusters)
    bond = bond_of(ligand, ranked[0].site)
    structures = {id(pose.site): pose.site.receptor.protein for pose in ranked}
    places = {key: place for place, key in enumerate(structures)}
    zero = float(lowest.refined.intramolecular[lowest.row])
    poses = tuple(
        Pose(
            rank=index + 1,
            conformer=index,
            strain=float(strains[index]),
            checks=checks[index],
            rmsd=None if rmsds is None else float(rmsds[index]),
            pocket=pose.site.pocket.name,
            confidence=pose.confidence,
            interactions=contacts[index].interactions,
            unsatisfied=contacts[index].unsatisfied,
            interaction_similarity=alike[index],
            bond_length=bond_length(pose.site, bond, positions[index]),
            structure=places[id(pose.site)],
            known_ligand=None if pose.known is None else pose.known.name,
            known_overlap=None if pose.known is None else pose.known.overlap,
            **_packing(pose.site),
            **_energies(ligand, pose, zero),
        )
        for index, pose in enumerate(ranked)
    )
    receptor = ranked[0].site.receptor
    return DockingResult(
        mol=mol,
        poses=poses,
        pockets=tuple(site.pocket for site in sites),
        receptor=receptor.protein,
        kept=receptor.kept,
        dropped=receptor.dropped,
        notes=(*notes, *_moved_note(sites, poses)),
        seconds=time.monotonic() - begin,
        config=config,
        bond=bond,
        structures=tuple(structures.values()),
        receptor_notes=tuple(dict.fromkeys(note for site in sites for note in (*receptor.protein.notes, *site.notes))),
    )


def _moved_note(sites: Sequence[Site], poses: Sequence[Pose]) -> list[str]:
    """In which packings of the pocket the poses are, where there are some."""
    if not any(site.packings for site in sites):
        return []
    moved = [pose.rank for pose in poses if pose.moved]
    if not moved:
        return ["all poses are in the pocket as the file has it"]
    ranks = ", ".join(map(str, moved))
    if not poses[0].moved:
        return [f"pose 1 is in the pocket as the file has it; side chains have moved in pose {ranks}"]
    energy = f"{poses[0].packing_energy:+.1f} kcal/mol"
    return [f"in pose 1 {', '.join(poses[0].moved)} moved ({energy}); side chains have moved in pose {ranks}"]


def _packing(site: Site) -> dict[str, Any]:
    """What has moved in a site, by the names that the record of a pose has for it."""
    if site.packing is None:
        return {}
    return {"moved": site.packing.moved, "packing_energy": KT * site.packing.energy}


def _energies(ligand: Ligand, pose: RankedPose, zero: float) -> dict[str, Any]:
    """The energies of a pose, by the name that its record has for them; ``zero`` of the intramolecular one."""
    inter, intra = float(pose.refined.intermolecular[pose.row]), float(pose.refined.intramolecular[pose.row])
    own = pose.positions[None, : ligand.n_own]
    terms = interaction_terms(pose.site.atoms, ligand.own_classes, own)[0] * weight_vector()
    return {
        "score": rotor_factor(ligand.rotors) * (inter + intra - zero),
        "intermolecular": inter,
        "intramolecular": intra,
        "torsional": float(pose.refined.torsional[pose.row]),
        "terms": dict(zip(TERMS, terms.tolist(), strict=True)),
    }


def all_atom_poses(ligand: Ligand, template: Tensor, positions: Tensor) -> np.ndarray:
    """Poses of all atoms, float64 [B, atoms, 3], from poses of the heavy atoms.

    Every pose is built anew from its template conformer: torsions set, then laid over the heavy atoms. So bond lengths,
    angles, rings and stereo are those of the template conformer to rounding, however many steps the search took. The
    template conformers of a ligand that is bonded to a residue are in place already.

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
    if ligand.bonding is not None:
        return full.numpy()
    return rigid.apply(kabsch(full[:, heavy], target), full).numpy()


def strain(ligand: Ligand, positions: np.ndarray) -> np.ndarray:
    """Energy of poses [B, atoms, 3] above the lowest minimized template conformer, [B], kcal/mol.

    Each pose is first minimized for a few steps, so that the rigid bonds and angles of the search do not count. MMFF94s
    without electrostatics; nan where no force field has the parameters.
    """
    _, free = minimize_conformers(ligand.free, 200, electrostatics=False)
    _, bound = minimize_conformers(with_conformers(ligand.mol, positions), 20, electrostatics=False)
    energies = np.concatenate([free.values, bound.values])
    return bound.values - np.nanmin(energies, initial=np.inf)


def _checks(sites: Sequence[Site], ligand: Ligand, mol: Chem.Mol, posebusters: bool) -> list[dict[str, bool]]:
    """Name of each validity check -> passed, for every conformer of `mol`, the i-th in the i-th site."""
    if posebusters:
        poses = [Chem.Mol(mol, False, conformer.GetId()) for conformer in mol.GetConformers()]
        return [posebusters_checks(pose, without_residue(site))[0] for pose, site in zip(poses, sites, strict=True)]
    checkers = {id(site): site.checker(mol) for site in sites}
    checks = []
    for conformer, site in zip(mol.GetConformers(), sites, strict=True):
        validity = checkers[id(site)](torch.from_numpy(conformer.GetPositions())[None])
        checks.append(dict(zip(validity.names, validity.passed[0].tolist(), strict=True)))
    return checks


def _reference_rmsds(ligand: Ligand, positions: np.ndarray, reference: Chem.Mol | None) -> np.ndarray | None:
    if reference is None:
        return None
    try:
        matches = pose_matches(reference, ligand.own_mol)
    except ValueError:
        return None
    heavy = [atom.GetIdx() for atom in reference.GetAtoms() if atom.GetAtomicNum() != 1]
    crystal = reference.GetConformer().GetPositions()[heavy]
    own = positions[:, heavy_atoms(ligand.own_mol)]
    return pose_rmsd_matrix(crystal[None], own, matches.permutations)[0].numpy()
