"""Poses with the interactions that a user asks for."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from molgen.chem.molecules.positions import with_conformers
from molgen.docking.ligand import Ligand
from molgen.docking.poses.interactions import pose_contacts
from molgen.docking.poses.records import all_atom_poses
from molgen.docking.ranking import RankedPose
from molgen.docking.records import DockConfig
from molgen.docking.site import Site
from molgen.errors import InputError
from molgen.metrics.interactions import Condition, check_possible, check_residues, unmet


def check_conditions(config: DockConfig, sites: Sequence[Site]) -> None:
    """Check that the interactions that are required or forbidden name residues of the receptor and can be met.

    Raises:
        InputError: one does not, or cannot.
    """
    require, forbid = ([Condition.parse(text) for text in texts] for texts in (config.require, config.forbid))
    for site in sites[:1]:
        check_residues([*require, *forbid], site.receptor.protein)
        check_possible(require, forbid, site.receptor.protein)


def fulfilling(ligand: Ligand, ranked: Sequence[RankedPose], config: DockConfig) -> Sequence[RankedPose]:
    """The poses that have what is required and nothing that is forbidden, in their order.

    Raises:
        InputError: none does.
    """
    if not config.require and not config.forbid:
        return ranked
    require, forbid = ([Condition.parse(text) for text in texts] for texts in (config.require, config.forbid))
    template = torch.stack([pose.refined.template[pose.row] for pose in ranked])
    positions = all_atom_poses(ligand, template, torch.stack([pose.positions for pose in ranked]))
    contacts = pose_contacts([pose.site for pose in ranked], with_conformers(ligand.own_mol, positions[:, ligand.own]))
    failed = [unmet(require, forbid, own.interactions) for own in contacts]
    kept = [pose for pose, texts in zip(ranked, failed, strict=True) if not texts]
    if not kept:
        nearest = min(failed, key=len)
        raise InputError(f"none of {len(ranked)} poses meets the conditions; the nearest fails {', '.join(nearest)}")
    return kept
