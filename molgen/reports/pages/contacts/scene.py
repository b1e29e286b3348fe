"""The interactions of a pose in the 3D view: dashed lines with their lengths, and the names of the residues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from molgen.chem.proteins.structure import Protein, Residue
from molgen.docking.records import DockingResult, Pose
from molgen.metrics.interactions import Interaction, short_name
from molgen.reports.pages.contacts.colors import COLORS

INK = "#1b1f24"
"""Of labels, on a light ground."""
_BOND = "#c9a227"


def contact_nodes(interactions: Sequence[Interaction], receptor: Protein) -> list[dict[str, Any]]:
    """MolViewSpec nodes; a residue's name stands at its CA or its middle.

    Args:
        interactions: of one pose.
        receptor: whose atoms they refer to.
    """
    if not interactions:
        return []
    drawn = [_dashes(interaction) for interaction in interactions]
    residues = dict.fromkeys(interaction.residue for interaction in interactions)
    named = [_name(residue, receptor) for residue in residues]
    return [{"kind": "primitives", "params": {"label_color": INK}, "children": [*drawn, *named]}]


def bond_nodes(result: DockingResult, pose: Pose) -> list[dict[str, Any]]:
    """The covalent bond of a pose to the receptor as a solid line; nothing without one."""
    if result.bond is None:
        return []
    start = result.receptor.positions[result.bond.receptor_atom]
    end = result.mol_of(pose).GetConformer(pose.conformer).GetPositions()[result.bond.ligand_atom]
    ends = {"start": [round(float(x), 3) for x in start], "end": [round(float(x), 3) for x in end]}
    line = {"kind": "primitive", "params": {"kind": "tube", **ends, "radius": 0.12, "color": _BOND}}
    return [{"kind": "primitives", "params": {"label_color": INK}, "children": [line]}]


def _dashes(interaction: Interaction) -> dict[str, Any]:
    start, end = ([round(float(x), 3) for x in point] for point in interaction.ends)
    line = {"start": start, "end": end, "radius": 0.06, "dash_length": 0.2, "color": COLORS[interaction.kind]}
    if interaction.kind == "hydrophobic":
        return {"kind": "primitive", "params": {"kind": "tube", **line, "radius": 0.04}}
    label = {"label_template": f"{interaction.distance:.1f}", "label_size": 0.7, "label_color": line["color"]}
    return {"kind": "primitive", "params": {"kind": "distance_measurement", **line, **label}}


def _name(residue: Residue, receptor: Protein) -> dict[str, Any]:
    names = receptor.atom_names[residue.start : residue.stop]
    atoms = receptor.positions[residue.start : residue.stop]
    position = atoms[names.index("CA")] if residue.kind == "polymer" and "CA" in names else np.mean(atoms, axis=0)
    spot = [round(float(x), 3) for x in position]
    text = {"position": spot, "text": short_name(residue), "label_size": 0.8, "label_offset": 1.0}
    return {"kind": "primitive", "params": {"kind": "label", **text}}
