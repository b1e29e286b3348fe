"""The interactions of a pose as a flat picture: the formula, and dashed lines to the residues around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
from rdkit import Chem

from molgen.chem.proteins.structure import Residue
from molgen.metrics.interactions import TITLES, Interaction, Kind, short_name
from molgen.reports.pages.contacts.colors import COLORS

_WIDTH, _HEIGHT, _MARGIN = 560, 420, 88
_LABEL = (62, 22)  # width and height of a residue's box
_INK = "#1b1f24"


def interaction_map(mol: Chem.Mol, interactions: Sequence[Interaction]) -> str:
    """SVG text; "" where the molecule cannot be drawn or nothing interacts.

    Args:
        mol: with explicit hydrogens, to whose atoms the interactions refer.
        interactions: of one pose.
    """
    from rdkit.Chem import rdDepictor
    from rdkit.Chem.Draw import rdMolDraw2D

    if not interactions:
        return ""
    try:
        flat, index = _without_hydrogens(mol)
        rdDepictor.Compute2DCoords(flat)
        canvas = rdMolDraw2D.MolDraw2DSVG(_WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN)
        canvas.drawOptions().clearBackground = False
        canvas.drawOptions().useBWAtomPalette()
        rdMolDraw2D.PrepareAndDrawMolecule(canvas, flat)
        canvas.FinishDrawing()
        drawn = canvas.GetDrawingText()
        points = [canvas.GetDrawCoords(k) for k in range(flat.GetNumAtoms())]
    except (ValueError, RuntimeError):  # a picture less is no reason to stop
        return ""
    places = np.array([(point.x + _MARGIN, point.y + _MARGIN) for point in points])
    anchors = [
        places[[index[atom] for atom in interaction.ligand_atoms if atom in index]].mean(axis=0)
        for interaction in interactions
    ]
    boxes = _boxes(interactions, anchors)
    lines = "".join(
        _line(interaction, anchor, boxes[interaction.residue])
        for interaction, anchor in zip(interactions, anchors, strict=True)
    )
    labels = "".join(_label(residue, position) for residue, position in boxes.items())
    molecule = drawn[drawn.index("<!-- END OF HEADER -->") :].removesuffix("\n").removesuffix("</svg>")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12">{lines}<g transform="translate({_MARGIN} {_MARGIN})">{molecule}</g>{labels}'
        f"{_legend(interactions)}</svg>"
    )


def _without_hydrogens(mol: Chem.Mol) -> tuple[Chem.Mol, Mapping[int, int]]:
    """The molecule to draw, and the place of every heavy atom in it."""
    marked = Chem.Mol(mol)
    for atom in marked.GetAtoms():
        atom.SetIntProp("_molgen_index", atom.GetIdx())
    flat = Chem.RemoveHs(marked)
    flat.RemoveAllConformers()
    return flat, {atom.GetIntProp("_molgen_index"): atom.GetIdx() for atom in flat.GetAtoms()}


def _boxes(interactions: Sequence[Interaction], anchors: Sequence[np.ndarray]) -> dict[Residue, np.ndarray]:
    """Where the residues stand: on an ellipse, in the directions of what they interact with, apart from one another."""
    middle = np.array([_WIDTH, _HEIGHT]) / 2
    partners: dict[Residue, list[np.ndarray]] = {}
    for interaction, anchor in zip(interactions, anchors, strict=True):
        partners.setdefault(interaction.residue, []).append(anchor)
    wanted = {residue: np.mean(points, axis=0) - middle for residue, points in partners.items()}
    order = sorted(wanted, key=lambda residue: np.arctan2(wanted[residue][1], wanted[residue][0]))
    angles = np.array([np.arctan2(wanted[residue][1], wanted[residue][0]) for residue in order])
    half = np.array([(_WIDTH - _LABEL[0]) / 2 - 4, (_HEIGHT - _LABEL[1]) / 2 - 22])
    spread = _apart(angles, 2 * np.pi / max(len(order), 15))
    return {
        residue: middle + half * (np.cos(a), np.sin(a)) + (0, -10) for residue, a in zip(order, spread, strict=True)
    }


def _apart(angles: np.ndarray, least: float) -> np.ndarray:
    """Sorted angles pushed apart, going around, until all are at least this far from their neighbors."""
    moved = angles.copy()
    for _ in range(200):
        gaps = np.diff(moved, append=moved[:1] + 2 * np.pi)
        push = np.maximum(least - gaps, 0) / 2
        if len(moved) < 2 or push.max() < 1e-3:
            break
        moved += np.roll(push, 1) - push
    return moved


def _line(interaction: Interaction, anchor: np.ndarray, box: np.ndarray) -> str:
    text = f"{TITLES[interaction.kind]} with {interaction.label}, {interaction.distance:.2f} Å"
    (x, y), (a, b) = anchor, box
    middle = 0.45 * anchor + 0.55 * box
    distance = (
        ""
        if interaction.kind == "hydrophobic"
        else f'<text x="{middle[0]:.1f}" y="{middle[1]:.1f}" fill="{COLORS[interaction.kind]}" font-size="10" '
        f'stroke="#fff" stroke-width="3" paint-order="stroke" text-anchor="middle">{interaction.distance:.1f}</text>'
    )
    return (
        f'<g><title>{escape(text)}</title><line x1="{x:.1f}" y1="{y:.1f}" x2="{a:.1f}" y2="{b:.1f}" '
        f'stroke="{COLORS[interaction.kind]}" stroke-width="1.6" stroke-dasharray="5 3"/>{distance}</g>'
    )


def _label(residue: Residue, position: np.ndarray) -> str:
    width, height = _LABEL
    x, y = position
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width}" height="{height}" rx="6" fill="#fff" '
        f'stroke="#8a8f98"/><text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" fill="{_INK}">'
        f"{escape(short_name(residue))}</text>"
    )


def _legend(interactions: Sequence[Interaction]) -> str:
    kinds: list[Kind] = list(dict.fromkeys(interaction.kind for interaction in interactions))
    spot, texts = 10.0, []
    for kind in kinds:
        title = TITLES[kind]
        texts.append(
            f'<path d="M {spot:.0f} {_HEIGHT - 10} h 16" stroke="{COLORS[kind]}" '
            f'stroke-width="2" stroke-dasharray="5 3"/><text x="{spot + 20:.0f}" y="{_HEIGHT - 6}" fill="{_INK}" '
            f'font-size="10">{title}</text>'
        )
        spot += 34 + 5.4 * len(title)
    return "".join(texts)
