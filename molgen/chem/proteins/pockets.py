"""Pockets by name: a ligand in the file, a reference ligand, residues, a box, or whatever the structure offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from molgen.chem.formats.parsing import one_line
from molgen.chem.formats.residue_names import ADDITIVES, COFACTORS, GLYCANS
from molgen.chem.proteins.ligand_pockets import (
    ligand_pocket,
    ligands_of_interest,
    named_ligand,
    names_reference,
    reference_file,
)
from molgen.chem.proteins.pocket_boxes import DEFAULT_EDGE, MOST_EDGE, box_pocket
from molgen.chem.proteins.pocket_detection import detect_pockets
from molgen.chem.proteins.residue_pockets import lined_by_residues
from molgen.chem.proteins.structure import Pocket, Protein, Residue
from molgen.errors import InputError

FORMS = (
    "ligand:RES[:CHAIN[:NUMBER]], a reference ligand file (.sdf, .mol, .mol2, .pdb), residues:A:57,A:102-105, "
    "box:X,Y,Z[,SIZE | ,SX,SY,SZ], auto, blind"
)

_FORMS: dict[str, Callable[[str, Protein, float], Pocket]] = {
    "ligand": named_ligand,
    "residues": lined_by_residues,
    "residue": lined_by_residues,
    "box": box_pocket,
}
_MOST_POCKETS = 8
_AROUND_DOCKED = 4.0  # Angstrom by which a box is longer than the ligand to be docked
_CLEARED = 8.0  # Angstrom around the center of a detected pocket


def find_pockets(spec: str | Path, protein: Protein, *, ligand_size: float | None = None) -> list[Pocket]:
    """The pockets that `spec` names in a protein, best first; only `auto` and `blind` give more than one.

    Args:
        spec: one of
            `ligand:RES[:CHAIN[:NUMBER]]`, a group in the file; the first of several copies. A residue of a chain counts
            only with chain and number.
            A path to a reference ligand with 3D coordinates in the frame of the protein: the first molecule of an
            .sdf, .mol, .mol2, .pdb or .cif file, or .gz.
            `residues:A:57,A:102,A:195B`; also ranges (`A:57-60`), names (`A:HIS57`), and `A:57,102`.
            `box:X,Y,Z[,SIZE]` or `box:X,Y,Z,SX,SY,SZ`, in Angstrom, taken as it is.
            `auto`: one pocket for each kind of ligand in the file, the largest first, cofactors last, and without
            additives of crystallization, glycans, lipids and groups of fewer than 6 heavy atoms; where there is none,
            as `blind`.
            `blind`: at most 8 pockets from the shape of the protein alone.
        protein: with everything that the file holds.
        ligand_size: longest distance between two atoms of the ligand to be docked, Angstrom.

    The center is the centroid of the ligand's heavy atoms, or for residues the mean of points in the lumen that they
    line. An edge of the box is 22.5 Angstrom, or more where the reference needs more to have 4 Angstrom on either side
    of it (residues: 5), or the docked ligand to have 2, however it is turned.

    `Pocket.removed` has the group that names the pocket and those in its place: more than half of their atoms within
    1.5 Angstrom of it. For a detected pocket these are the groups, other than cofactors, glycans and additives, that
    reach within 8 Angstrom of its center; the detection did not see them.

    Raises:
        InputError: the spec has none of these forms, or names what is not there, with what is; or nothing is found.
    """
    if not len(protein):
        raise InputError("the structure holds no atoms", source=protein.source or None)
    if ligand_size is not None and not 0 <= ligand_size < np.inf:
        raise InputError(f"the size of the ligand is {ligand_size}, not a length in Angstrom")
    least = max(DEFAULT_EDGE, min(MOST_EDGE, (ligand_size or 0.0) + _AROUND_DOCKED))
    text = str(spec).strip()
    keyword, colon, rest = text.partition(":")
    form = _FORMS.get(keyword.strip().lower()) if colon and isinstance(spec, str) else None
    if form is not None:
        return [replace(form(rest.strip(), protein, least), name=one_line(text))]
    if isinstance(spec, str) and text.lower() in ("auto", "blind"):
        return _auto(protein, least) if text.lower() == "auto" else _detected(protein, least, "blind")
    path = Path(text)
    if names_reference(path):
        return [reference_file(path, protein, least)]
    raise InputError(f"'{one_line(text)}' names no pocket; the forms are {FORMS}")


def _auto(protein: Protein, least: float) -> list[Pocket]:
    """One pocket for each kind of ligand; detection where there are none."""
    ligands = ligands_of_interest(protein)[:_MOST_POCKETS]
    if not ligands:
        return _detected(protein, least, "auto")
    return [
        replace(ligand_pocket(ligand, protein, least), name=f"auto {number} (ligand {ligand.label})")
        for number, ligand in enumerate(ligands, start=1)
    ]


def _detected(protein: Protein, least: float, word: str) -> list[Pocket]:
    walls = protein.keep(_is_wall)
    pockets = [
        Pocket(
            center=pocket.center,
            size=np.full(3, least),
            name=f"{word} {number} (detected, volume {pocket.volume:.0f} A^3)",
            removed=_within(protein, pocket.center, _is_passing),
        )
        for number, pocket in enumerate(detect_pockets(walls, count=_MOST_POCKETS), start=1)
    ]
    if not pockets:
        raise InputError("no pocket was found in the structure; name one by residues: or box:")
    return pockets


def _is_wall(residue: Residue) -> bool:
    return residue.kind in ("polymer", "metal") or (residue.kind == "ligand" and residue.name in COFACTORS | GLYCANS)


def _is_passing(residue: Residue) -> bool:
    """Whether a group is a ligand that another may replace; additives never are part of a receptor."""
    return residue.kind == "ligand" and not _is_wall(residue) and residue.name not in ADDITIVES


def _within(protein: Protein, center: np.ndarray, wanted: Callable[[Residue], bool]) -> tuple[str, ...]:
    """Labels of the wanted residues with an atom near the center of a detected pocket."""
    near = np.linalg.norm(protein.positions - center, axis=1) < _CLEARED
    residues = [residue for residue in protein.residues if wanted(residue)]
    return tuple(residue.label for residue in residues if near[residue.start : residue.stop].any())
