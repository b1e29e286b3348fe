"""Molecules and receptors as the 3D view takes them: mmCIF text, and which residues lie near a ligand."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from rdkit import Chem
from scipy.spatial import KDTree

from molgen.chem.formats.mmcif.atom_site import AtomSite
from molgen.chem.formats.mmcif.writing import mmcif_text
from molgen.chem.proteins.structure import Protein, Residue
from molgen.chem.proteins.writing import protein_atoms

NEAR = 5.0
"""Angstrom from the ligand at which a residue is drawn with its side chain."""
MOST_ATOMS, _CUT = 20_000, 30.0
"""A larger receptor is cut to the residues this near (Angstrom) to a pose."""
_AROUND = 12.0  # Angstrom
_CARBON_HYDROGEN = re.compile(r"\bHC\d+\b")
_TORSION = (0.65, 0.82, 0.95)  # RGB


def ligand_text(mol: Chem.Mol, positions: np.ndarray, *, hydrogens: bool = False, beside: Protein | None = None) -> str:
    """mmCIF text of a molecule with its bonds.

    Args:
        mol: its atoms and bonds.
        positions: float64 [atoms, 3], Angstrom.
        hydrogens: hydrogens on carbon too, whose names begin with HC (:func:`without_carbon_hydrogens`).
        beside: residues that are shown with it.
    """
    kept = [atom for atom in mol.GetAtoms() if hydrogens or not _on_carbon(atom)]
    index = {atom.GetIdx(): k for k, atom in enumerate(kept)}
    counts: Counter[str] = Counter()
    sites = []
    for atom in kept:
        symbol = "HC" if _on_carbon(atom) else atom.GetSymbol().upper()
        counts[symbol] += 1
        x, y, z = positions[atom.GetIdx()].tolist()
        named = (f"{symbol}{counts[symbol]}", "", "LIG", "L", 1, "", x, y, z, 1.0, atom.GetAtomicNum())
        sites.append(AtomSite(*named, hetero=True, in_sequence=False))
    sites += [] if beside is None else protein_atoms(beside)
    bonds = [(index.get(b.GetBeginAtomIdx()), index.get(b.GetEndAtomIdx()), b.GetBondType()) for b in mol.GetBonds()]
    return mmcif_text(sites, [(a, b, order) for a, b, order in bonds if a is not None and b is not None])


def without_carbon_hydrogens(text: str) -> str:
    """The mmCIF text of :func:`ligand_text` without the atoms and bonds of hydrogens on carbon."""
    return "".join(line for line in text.splitlines(keepends=True) if not _CARBON_HYDROGEN.search(line))


def receptor_text(receptor: Protein) -> str:
    """mmCIF text of a structure."""
    return mmcif_text(protein_atoms(receptor), [])


def shown_part(receptor: Protein, ligands: Sequence[np.ndarray]) -> Protein:
    """The structure, or what of a large one surrounds some ligands."""
    if len(receptor) <= MOST_ATOMS or not ligands:
        return receptor
    near = set(residues_near(receptor, np.concatenate(ligands), _CUT))
    return receptor.keep(near.__contains__)


def residues_near(receptor: Protein, points: np.ndarray, distance: float = NEAR) -> tuple[Residue, ...]:
    """Residues other than water with an atom this near (Angstrom) to one of some points [n, 3], in order."""
    close = KDTree(points).query(receptor.positions, distance_upper_bound=distance)[0] <= distance
    return tuple(
        residue
        for residue in receptor.residues
        if residue.kind != "water" and close[residue.start : residue.stop].any()
    )


def camera_on(points: np.ndarray, *, away_from: np.ndarray | None = None, margin: float) -> dict[str, list[float]]:
    """Where to look from, so that some points [n, 3] are in sight, in Angstrom.

    Args:
        points: what is looked at.
        away_from: points [m, 3] that are to lie behind, not in between; None looks along the thinnest direction.
        margin: Angstrom to be seen around the points.
    """
    center = points.mean(axis=0)
    axes = np.linalg.eigh(np.cov((points - center).T) if len(points) > 1 else np.eye(3))[1].T  # the thinnest first
    towards = axes[0]
    if away_from is not None and len(away_from):
        open_side = center - away_from.mean(axis=0)
        towards = open_side / np.linalg.norm(open_side) if np.linalg.norm(open_side) > 0.5 else towards
    up = np.cross(towards, axes[2])  # the longest axis lies across the picture
    up = up / np.linalg.norm(up) if np.linalg.norm(up) > 1e-3 else axes[1]
    radius = np.linalg.norm(points - center, axis=1).max() + margin
    named = {"target": center, "position": center + 2 * radius * towards, "up": up}
    return {name: [round(float(x), 3) for x in values] for name, values in named.items()}


def camera_in_pocket(pose: np.ndarray, receptor: Protein) -> dict[str, list[float]]:
    """Where to look from to see a pose [n, 3]: the open side of its pocket."""
    around = np.linalg.norm(receptor.positions - pose.mean(axis=0), axis=1) < _AROUND
    return camera_on(pose, away_from=receptor.positions[around], margin=4.0)


def _on_carbon(atom: Chem.Atom) -> bool:
    neighbors = atom.GetNeighbors()
    return atom.GetAtomicNum() == 1 and len(neighbors) == 1 and neighbors[0].GetAtomicNum() == 6


def drawing(mol: Chem.Mol, torsions: Sequence[Sequence[int]] = ()) -> str:
    """SVG text of the structural formula; "" where it cannot be drawn.

    Args:
        mol: the molecule.
        torsions: atoms a-b-c-d of each, counted over heavy atoms; their axes b-c are marked T1, T2 and so on.
    """
    from rdkit.Chem import rdDepictor
    from rdkit.Chem.Draw import rdMolDraw2D

    try:
        flat = Chem.RemoveHs(Chem.Mol(mol))
        flat.RemoveAllConformers()
        rdDepictor.Compute2DCoords(flat)
        canvas = rdMolDraw2D.MolDraw2DSVG(*((360, 240) if torsions else (260, 160)))
        canvas.drawOptions().clearBackground = False
        canvas.drawOptions().useBWAtomPalette()
        canvas.drawOptions().annotationFontScale = 0.7
        axes = _marked_axes(flat, torsions)
        marks = {"highlightBonds": axes, "highlightBondColors": dict.fromkeys(axes, _TORSION)} if axes else {}
        rdMolDraw2D.PrepareAndDrawMolecule(canvas, flat, highlightAtoms=[], **marks)
        canvas.FinishDrawing()
        return canvas.GetDrawingText()
    except (ValueError, RuntimeError):  # a picture less is no reason to stop
        return ""


def _marked_axes(flat: Chem.Mol, torsions: Sequence[Sequence[int]]) -> list[int]:
    """Bonds of the axes, which get the number of their torsion as a note; of a straight chain all its bonds."""
    if any(atom.GetAtomicNum() == 1 for atom in flat.GetAtoms()):
        return []  # torsions are counted over heavy atoms
    marked: list[int] = []
    for number, (_, b, c, _) in enumerate(torsions, 1):
        path = Chem.GetShortestPath(flat, int(b), int(c))
        bonds = [flat.GetBondBetweenAtoms(begin, end) for begin, end in itertools.pairwise(path)]
        bonds[len(bonds) // 2].SetProp("bondNote", f"T{number}")
        marked += [bond.GetIdx() for bond in bonds]
    return marked
