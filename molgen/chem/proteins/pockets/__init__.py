"""Pockets by name: a ligand in the file, a reference ligand, residues, a box, or whatever the structure offers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.formats.parsing import one_line
from molgen.chem.formats.residue_names import ADDITIVES, GLYCANS
from molgen.chem.proteins.groups.molecules import Molecule, groups, peptide_chains
from molgen.chem.proteins.pockets.boxes import DEFAULT_EDGE, MOST_EDGE, box_pocket
from molgen.chem.proteins.pockets.detection import DetectedPocket, detect_pockets
from molgen.chem.proteins.pockets.ligands import (
    chain_pocket,
    ligand_pocket,
    ligands_of_interest,
    named_ligand,
    names_reference,
    reference_file,
)
from molgen.chem.proteins.pockets.residues import lined_by_residues
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.errors import InputError

FORMS = (
    "ligand:RES[:CHAIN[:NUMBER]], a reference ligand file (.sdf, .mol, .mol2, .pdb, .pdbqt, .cif), chain:P, "
    "residues:A:57,A:102-105, box:X,Y,Z[,SIZE | ,SX,SY,SZ], auto, blind"
)

_FORMS: dict[str, Callable[[str, Protein, float], Pocket]] = {
    "ligand": named_ligand,
    "chain": chain_pocket,
    "residues": lined_by_residues,
    "residue": lined_by_residues,
    "box": box_pocket,
}
_MOST_POCKETS = 8
_AROUND_DOCKED = 4.0  # Angstrom by which a box is longer than the ligand to be docked
_CLEARED = 8.0  # Angstrom around the center of a detected pocket
_BESIDE = 6.0  # Angstrom from a cofactor to the center of a pocket
_LEAST_VOLUME = 100.0  # cubic Angstrom; a benzene ring takes as many


def find_pockets(spec: str | Path, protein: Protein, *, ligand_size: float | None = None) -> list[Pocket]:
    """The pockets that `spec` names in a protein, best first; only `auto` and `blind` give more than one.

    Args:
        spec: one of
            `ligand:RES[:CHAIN[:NUMBER]]`, a group in the file; the first of several copies. A residue of a chain counts
            only with chain and number.
            A path to a reference ligand with 3D coordinates in the frame of the protein: the first molecule of an
            .sdf, .mol, .mol2, .pdb, .pdbqt or .cif file, or .gz.
            `chain:P`, a chain of the file, as a peptide.
            `residues:A:57,A:102,A:195B`; also ranges (`A:57-60`), names (`A:HIS57`), and `A:57,102`.
            `box:X,Y,Z[,SIZE]` or `box:X,Y,Z,SX,SY,SZ`, in Angstrom, taken as it is.
            `auto`: one pocket for each kind of ligand in the file, the largest first, cofactors last, and without
            additives of crystallization, single sugars, lipids, covalently bound groups and groups of fewer than 6
            heavy atoms; where there is none, or only cofactors, as `blind`, with a note; pockets beside a cofactor then
            come first.
            `blind`: at most 8 pockets from the shape of the protein alone.
        protein: with everything that the file holds.
        ligand_size: longest distance between two atoms of the ligand to be docked, Angstrom.

    The center is the centroid of the ligand's heavy atoms, or for residues the mean of points in the lumen that they
    line. An edge of the box is 22.5 Angstrom, or more where the reference needs more to have 4 Angstrom on either side
    of it (residues: 5), or the docked ligand to have 2, however it is turned.

    `Pocket.removed` has the molecule that names the pocket and those in its place (`groups.stand_ins`). For a detected
    pocket these are the ligands that reach within 8 Angstrom of its center; the detection did not see them. Cofactors,
    lipids, glycans and covalently bound groups stay. `Pocket.notes` says what was decided.

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


def is_detected(pocket: Pocket) -> bool:
    """Whether the shape of the protein alone shows where the pocket is: nothing that lies in it was seen."""
    return pocket.reference is None and "(detected" in pocket.name


def ligands_near(protein: Protein, center: np.ndarray) -> tuple[str, ...]:
    """Labels of the ligands that go where a pocket with this center [3] is detected."""
    staying = {residue.label for group in groups(protein) if _is_wall(group) for residue in group.residues}
    return _within(protein, center, staying)


def _auto(protein: Protein, least: float) -> list[Pocket]:
    """One pocket for each kind of ligand; detection where there are none."""
    ligands = ligands_of_interest(protein)[:_MOST_POCKETS]
    if not ligands:
        return _detected(protein, least, "auto")
    return [
        replace(ligand_pocket(ligand, protein, least), name=f"auto {number} (ligand {ligand.residues[0].label})")
        for number, ligand in enumerate(ligands, start=1)
    ]


def _detected(protein: Protein, least: float, word: str) -> list[Pocket]:
    staying = {residue.label for group in groups(protein) if _is_wall(group) for residue in group.residues}
    walls = protein.keep(lambda residue: residue.kind in ("polymer", "metal") or residue.label in staying)
    pockets = [
        Pocket(
            center=pocket.center,
            size=np.full(3, least),
            name=f"{word} {number} (detected, volume {pocket.volume:.0f} A^3)",
            removed=_within(protein, pocket.center, staying),
            notes=tuple(_in_place(protein)),
        )
        for number, pocket in enumerate(_ordered(protein, detect_pockets(walls, count=_MOST_POCKETS), word), start=1)
    ]
    if not pockets:
        raise InputError("no pocket was found in the structure; name one by residues: or box:")
    return pockets


def _ordered(protein: Protein, pockets: Sequence[DetectedPocket], word: str) -> list[DetectedPocket]:
    """The pockets in their order; for `auto` first those beside a cofactor that are large enough for a ligand."""
    cofactors = [residue for group in groups(protein) if group.is_cofactor for residue in group.residues]
    if word != "auto" or not cofactors:
        return list(pockets)
    tree = KDTree(protein.positions[protein.atoms_of(cofactors)])

    def is_beside(pocket: DetectedPocket) -> bool:
        return bool(tree.query(pocket.center)[0] < _BESIDE) and pocket.volume >= _LEAST_VOLUME

    return sorted(pockets, key=lambda pocket: not is_beside(pocket))


def _is_wall(group: Molecule) -> bool:
    return group.consists_of(GLYCANS) or group.stays


def _in_place(protein: Protein) -> Iterator[str]:
    """What a user may have meant as the ligand, and what stays where it is while pockets are detected."""
    listed = {group.residues[0].name: group for group in reversed(groups(protein)) if group.stays}
    for group in reversed(listed.values()):
        kind = "a cofactor" if group.is_cofactor else "a lipid"
        if group.anchors:
            kind = f"covalently bound to {', '.join(group.anchors)}"
        if not group.consists_of(ADDITIVES | GLYCANS):
            label = group.residues[0].label
            yield f"{group.label} is {kind} and not taken for the ligand; --pocket ligand:{label} docks in its place"
    for chain in sorted(peptide_chains(protein)):
        yield f"chain {chain} is a peptide and part of the receptor; --pocket chain:{chain} docks in its place"


def _within(protein: Protein, center: np.ndarray, staying: Collection[str]) -> tuple[str, ...]:
    """Labels of the ligands with an atom near the center of a detected pocket; additives are part of no receptor."""
    near = np.linalg.norm(protein.positions - center, axis=1) < _CLEARED
    return tuple(
        residue.label
        for residue in protein.of_kind("ligand")
        if residue.label not in staying and residue.name not in ADDITIVES and near[residue.start : residue.stop].any()
    )
