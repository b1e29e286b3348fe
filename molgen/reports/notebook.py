"""The 3D view of a report as a widget in a notebook, without network."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
from rdkit import Chem

from molgen.chem.features.molecule_features import heavy_atoms
from molgen.docking.records import DockingResult
from molgen.errors import ConfigError
from molgen.reports.content import Report
from molgen.reports.pages.conformer_report import overlay
from molgen.reports.pages.contacts.scene import contact_nodes
from molgen.reports.pages.scene import scene, templates
from molgen.reports.pages.structures import (
    camera_in_pocket,
    camera_on,
    ligand_text,
    receptor_text,
    residues_near,
    shown_part,
    without_carbon_hydrogens,
)
from molgen.reports.pages.viewer import OPTIONS, check_viewer


def notebook_view(
    report: Report, *, subject: int = 0, entry: int | None = None, surface: bool | str = False, height: int = 450
) -> Any:
    """What a report shows of one molecule, as an `ipymolstar` widget.

    Args:
        report: e.g. of :func:`molgen.reports.pages.docking_report.docking_report`.
        subject: index of the molecule.
        entry: index of the conformer or pose; None for all of them.
        surface: draw that of the receptor; "surface_hydrophobic" and "surface_charge" color it.
        height: in pixels.

    Raises:
        ConfigError: ipymolstar is not installed.
    """
    check_viewer()
    chosen = report.subjects[subject]
    first, entries = (0, chosen.entries) if entry is None else (entry, [chosen.entries[entry]])
    tree = scene(
        templates(),
        [(_url(without_carbon_hydrogens(entry.structure)), entry.nearby) for entry in entries],
        count=len(chosen.entries),
        first=first,
        camera=chosen.camera,
        receptor=_url(report.receptor),
        reference=_url(chosen.reference),
        surface=surface,
        contacts=() if entry is None else entries[0].contacts,
        residues=report.residues,
    )
    return _widget(tree, height)


def pose_view(result: DockingResult, rank: int = 1, *, surface: bool | str = False, height: int = 450) -> Any:
    """One pose in its pocket with its interactions, as an `ipymolstar` widget.

    Args:
        result: of :func:`molgen.dock` or :func:`molgen.rescore`.
        rank: of the pose.
        surface: draw that of the receptor; "surface_hydrophobic" and "surface_charge" color it.
        height: in pixels.

    Raises:
        ConfigError: there is no such pose, or ipymolstar is not installed.
    """
    check_viewer()
    pose = next((candidate for candidate in result.poses if candidate.rank == rank), None)
    if pose is None:
        raise ConfigError(f"there is no pose {rank}: the ranks are 1 to {len(result.poses)}")
    mol = result.mol_of(pose)
    positions = mol.GetConformer(pose.conformer).GetPositions()
    heavy = positions[heavy_atoms(mol)]
    receptor = result.receptor_of(pose)
    part = shown_part(receptor, [heavy])
    tree = scene(
        templates(),
        [(_url(ligand_text(mol, positions)), residues_near(part, heavy))],
        count=len(result.poses),
        first=rank - 1,
        camera=camera_in_pocket(heavy, part),
        receptor=_url(receptor_text(part)),
        surface=surface,
        contacts=contact_nodes(pose.interactions, receptor),
        residues=part.residues,
    )
    return _widget(tree, height)


def conformer_view(mol: Chem.Mol, rank: int | None = None, *, height: int = 450) -> Any:
    """Conformers laid over each other, or one of them, as an `ipymolstar` widget.

    Args:
        mol: with conformers in rank order.
        rank: of the only one that is shown; None shows all.
        height: in pixels.

    Raises:
        ConfigError: there is no such conformer, or ipymolstar is not installed.
    """
    check_viewer()
    count = mol.GetNumConformers()
    if not count or (rank is not None and not 1 <= rank <= count):
        raise ConfigError(f"there is no conformer {rank or 1}: there are {count}")
    places = overlay(mol, np.array([conformer.GetPositions() for conformer in mol.GetConformers()]))
    shown = list(places) if rank is None else [places[rank - 1]]
    tree = scene(
        templates(),
        [(_url(ligand_text(mol, xyz)), ()) for xyz in shown],
        count=count,
        first=0 if rank is None else rank - 1,
        camera=camera_on(places[:, heavy_atoms(mol)].reshape(-1, 3), margin=1.0),
    )
    return _widget(tree, height)


def _widget(tree: dict[str, Any], height: int) -> Any:
    from ipymolstar.molviewspec import MolViewSpec

    return MolViewSpec(
        msvj_data=json.dumps(tree),
        height=f"{height}px",
        viewer_options=dict(OPTIONS),
        mvs_load_options={"replaceExisting": True, "sanityChecks": False},
    )


def _url(text: str) -> str:
    """A text as the URL of itself; "" for none."""
    return f"data:text/plain;base64,{base64.b64encode(text.encode('utf-8')).decode('ascii')}" if text else ""
