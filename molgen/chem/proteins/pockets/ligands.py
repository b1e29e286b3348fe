"""Pockets around ligands: a group of the structure file, or a reference ligand in a file of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.formats.compression import plain_name
from molgen.chem.formats.parsing import one_line, shortened
from molgen.chem.formats.residue_names import ADDITIVES, GLYCANS
from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.reference import PLACES_ONLY, RECORDS, first_molecule, reference_ligand
from molgen.chem.proteins.groups.molecules import Molecule, groups, molecule_of
from molgen.chem.proteins.groups.stand_ins import StandIns, covalent_note, stand_ins
from molgen.chem.proteins.pockets.boxes import box_edges
from molgen.chem.proteins.structure import Pocket, Protein, Residue
from molgen.errors import InputError

_MARGIN = 8.0  # Angstrom, of both sides together
_ANOTHER_FRAME = 10.0  # Angstrom from the protein
_APART = 6.0  # Angstrom; of bound ligands nearly every atom is nearer to the protein
_LEAST_LIGAND = 6  # heavy atoms of a ligand that is taken unasked


def named_ligand(text: str, protein: Protein, least: float) -> Pocket:
    """The pocket of a group RES[:CHAIN[:NUMBER]] of the file; `least` is the least edge of its box.

    Raises:
        InputError: there is no such group; with those that there are.
    """
    parts = [part.strip() for part in text.split(":")]
    if not parts[0] or len(parts) > 3:
        raise InputError(f"'{one_line(text)}' is not RES[:CHAIN[:NUMBER]]; {_ligands_there(protein)}")
    name, chain, number = [*parts, "", ""][:3]
    exact = bool(chain or len(parts) == 3) and bool(number)
    kinds = ("ligand", "polymer") if exact else ("ligand",)
    matches = [residue for residue in protein.of_kind(*kinds) if residue.name.lower() == name.lower()]
    if number:
        matches = [residue for residue in matches if f"{residue.number}{residue.insertion}".lower() == number.lower()]
    if chain:
        matches = _in_chain(matches, chain)
    if not matches:
        reason = f"there is no ligand {one_line(text)}; {_ligands_there(protein)}"
        raise InputError("; ".join((reason, *_left_out(name, protein))), source=protein.source or None)
    return ligand_pocket(molecule_of(protein, matches[0]), protein, least)


def chain_pocket(text: str, protein: Protein, least: float) -> Pocket:
    """The pocket in which a chain lies; `least` is the least edge of its box.

    Raises:
        InputError: there is no such chain, or nothing beside it.
    """
    inside = _in_chain([residue for residue in protein.residues if residue.kind != "water"], text.strip())
    chain = [residue for residue in inside if residue.kind == "polymer"] or inside
    if not chain:
        there = shortened(list(dict.fromkeys(residue.chain or "''" for residue in protein.residues)), 20)
        reason = f"there is no chain {one_line(text)!r}; the chains are {there}"
        raise InputError(reason, source=protein.source or None)
    if all(residue.chain == chain[0].chain for residue in protein.of_kind("polymer")):
        raise InputError(f"chain {one_line(text)} is the only one: nothing is left to dock to")
    return ligand_pocket(Molecule(tuple(chain)), protein, least)


def reference_file(path: Path, protein: Protein, least: float) -> Pocket:
    """The pocket around the first molecule of a file; `least` is the least edge of its box.

    Raises:
        InputError: the file is missing or holds no ligand with coordinates near the protein.
    """
    if not _is_file(path):
        raise InputError("no such file for a reference ligand", source=one_line(path))
    elements, reference = _atoms(path)
    if not len(reference) or not np.isfinite(reference).all():
        raise InputError("the reference ligand has no usable coordinates", source=one_line(path))
    occupied = stand_ins(protein, [reference])
    rest = protein.keep(lambda residue: residue.kind != "water" and residue.label not in occupied.removed)
    away = _distances(rest if len(rest) else protein, reference)
    if away.min() > _ANOTHER_FRAME:
        reason = f"the reference ligand is {away.min():.0f} A away from the nearest protein atom: another frame?"
        raise InputError(reason, source=one_line(path))
    if np.median(away) > _APART:
        note = f"most of the reference ligand is more than {_APART:g} A away from the protein: another frame?"
        occupied = replace(occupied, notes=(note, *occupied.notes))
    if _suffix(path) in RECORDS and len(list(islice(read_molecules(path), 2))) > 1:
        note = f"{one_line(path.name)} holds several molecules: the pocket is around the first"
        occupied = replace(occupied, notes=(*occupied.notes, note))
    return replace(_around(reference, least, name=one_line(path), occupied=occupied), elements=elements)


def names_reference(path: Path) -> bool:
    """Whether a text that names a pocket is the path of a reference ligand: by its suffix, or because it is there."""
    return _suffix(path) in (*RECORDS, *PLACES_ONLY) or _is_file(path)


def ligands_of_interest(protein: Protein) -> list[Molecule]:
    """The first of each kind of ligand, the largest first, cofactors last; no additives, single sugars, lipids, nothing
    that is covalently bound to a chain, and none of fewer than 6 heavy atoms. Only cofactors are no ligands at all."""
    ligands: dict[tuple[str, ...], Molecule] = {}
    for group in groups(protein):
        is_sugar = len(group.residues) == 1 and group.consists_of(GLYCANS)
        unwanted = (
            is_sugar or group.is_lipid or group.consists_of(ADDITIVES) or (group.anchors and not group.is_cofactor)
        )
        if not unwanted and group.size >= _LEAST_LIGAND:
            ligands.setdefault(tuple(residue.name for residue in group.residues), group)
    if all(group.is_cofactor for group in ligands.values()):
        return []
    return sorted(ligands.values(), key=lambda group: (group.is_cofactor, -group.size))


def ligand_pocket(ligand: Molecule, protein: Protein, least: float) -> Pocket:
    """The pocket of a molecule of the file; `least` is the least edge of its box."""
    reference = protein.positions[protein.atoms_of(ligand.residues)].astype(np.float64)
    own = tuple(residue.label for residue in ligand.residues)
    rest = protein.keep(lambda residue: residue.label not in own)
    others = stand_ins(rest, [reference], is_bound=bool(ligand.anchors)) if len(rest) else StandIns((), ())
    occupied = StandIns(
        removed=(*own, *others.removed),
        notes=(*covalent_note(ligand), *others.notes),
        places=protein.places_of(ligand.residues) | others.places,
    )
    pocket = _around(reference, least, name=f"ligand:{ligand.residues[0].label}", occupied=occupied)
    return replace(pocket, elements=protein.elements[protein.atoms_of(ligand.residues)])


def _around(reference: np.ndarray, least: float, *, name: str, occupied: StandIns) -> Pocket:
    center = reference.mean(axis=0)
    spread = 2 * np.abs(reference - center).max(axis=0) + _MARGIN
    return Pocket(center, box_edges(spread, least), name, occupied.removed, reference, occupied.notes, occupied.places)


def _in_chain(residues: list[Residue], chain: str) -> list[Residue]:
    """Those of a chain; letter case counts only where it tells chains apart."""
    exact = [residue for residue in residues if residue.chain == chain]
    return exact or [residue for residue in residues if residue.chain.lower() == chain.lower()]


def _ligands_there(protein: Protein) -> str:
    ligands = sorted(protein.of_kind("ligand"), key=lambda ligand: ligand.name in ADDITIVES)
    names = [f"{ligand.label} ({ligand.stop - ligand.start} heavy atoms)" for ligand in ligands]
    return f"the ligands in the file are {shortened(names, 12)}" if names else "there are no ligands in the file"


def _left_out(name: str, protein: Protein) -> list[str]:
    """What the reader says of components of this name that it left out."""
    component = re.compile(rf"(?<!\w){re.escape(name)}:", re.IGNORECASE)
    return [note for note in protein.notes if "left out:" in note and component.search(note)]


def _distances(protein: Protein, points: np.ndarray) -> np.ndarray:
    """From each point to the nearest atom, Angstrom."""
    return np.asarray(KDTree(protein.positions).query(points)[0])


def _atoms(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Atomic numbers [n] and positions [n, 3] of the heavy atoms of the first molecule of a file."""
    if _suffix(path) in PLACES_ONLY:
        try:
            return first_molecule(path)
        except InputError:
            if _suffix(path) not in (".cif", ".mmcif", ".bcif"):
                raise
    mol = reference_ligand(path)  # of a dictionary of components, too
    elements = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()])
    return elements[elements > 1], mol.GetConformer().GetPositions()[elements > 1]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or a character no file name can have
        return False


def _suffix(path: Path) -> str:
    return Path(plain_name(path)).suffix
