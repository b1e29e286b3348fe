"""Conformers as HTML without scripts: laid over each other as sticks, the formula, and a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdDepictor
from rdkit.Chem.Draw import rdMolDraw2D

from molgen.chem.drawing.sticks import PALE, stick_svg, sticks_of
from molgen.chem.features.molecule_features import heavy_atoms
from molgen.geometry import rigid
from molgen.geometry.alignment import kabsch

MOST_ROWS = 10
"""Most conformers that are drawn and listed."""


def conformer_html(
    mol: Chem.Mol,
    positions: NDArray[np.float64],
    energies: Sequence[float] | NDArray[np.float64],
    distances: NDArray[np.float64],
    method: str,
) -> str:
    """The HTML of a notebook cell, also in a stored notebook.

    Args:
        mol: the molecule.
        positions: float64 [k, atoms, 3] in rank order, Angstrom.
        energies: [k], kcal/mol.
        distances: [k], RMSD to the first, Angstrom.
        method: the field of the energies.
    """
    smiles = Chem.MolToSmiles(Chem.RemoveHs(mol))
    title = f"{escape(smiles)}: {len(positions)} conformers, {escape(method)}"
    head = "<tr><th>rank</th><th>kcal/mol</th><th>RMSD to the first / Å</th></tr>"
    rows = "".join(
        f"<tr><td>{rank}</td><td>{energy:.2f}</td><td>{distance:.2f}</td></tr>"
        for rank, (energy, distance) in enumerate(zip(energies, distances, strict=True), 1)
        if rank <= MOST_ROWS
    )
    more = max(0, len(positions) - MOST_ROWS)
    left = f"<p>and {more} more</p>" if more else ""
    return f"<div>{formula(mol)}{overlay_svg(mol, positions)}<p>{title}</p><table>{head}{rows}</table>{left}</div>"


def overlay_svg(mol: Chem.Mol, positions: NDArray[np.float64]) -> str:
    """The first conformers laid on the very first, which is in front in the colors of its elements."""
    heavy = heavy_atoms(mol)
    if not len(positions) or not len(heavy):
        return ""
    places = torch.from_numpy(np.ascontiguousarray(positions[:MOST_ROWS]))
    motion = kabsch(places[:, heavy], places[:1, heavy].expand(len(places), -1, -1))
    laid = rigid.apply(motion, places).numpy()
    others = [sticks_of(mol, xyz, carbon=PALE, width=0.12) for xyz in laid[1:]]
    return stick_svg([sticks_of(mol, laid[0]), *others])


def formula(mol: Chem.Mol) -> str:
    """SVG text of the structural formula."""
    flat = Chem.RemoveHs(Chem.Mol(mol))
    flat.RemoveAllConformers()
    rdDepictor.Compute2DCoords(flat)
    canvas = rdMolDraw2D.MolDraw2DSVG(260, 160)
    rdMolDraw2D.PrepareAndDrawMolecule(canvas, flat)
    canvas.FinishDrawing()
    text = canvas.GetDrawingText()
    return text[text.index("<svg") :]  # in a page there is no XML declaration
