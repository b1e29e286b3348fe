"""From the atom records of a file to a `Protein`: one location each, hydrogens counted, every residue with its kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.formats.mmcif.atom_site import AtomSite
from molgen.chem.formats.parsing import shortened
from molgen.chem.formats.pdb.letter_case import with_upper_case_names
from molgen.chem.formats.residue_names import missing_atoms
from molgen.chem.proteins.alternative_locations import select_locations
from molgen.chem.proteins.predictions.confidence import UNSURE, confidences
from molgen.chem.proteins.residue_kinds import residue_kinds
from molgen.chem.proteins.structure import Protein, Residue

_LONGEST_BOND_TO_HYDROGEN = 1.3  # Angstrom
_LONGEST_AMIDE_BOND = 1.6


def assemble(
    atoms: Sequence[AtomSite], *, source: str = "", notes: Sequence[str] = (), predicted: bool | None = False
) -> Protein:
    """The structure that atom records describe; one without heavy atoms has no residues.

    Args:
        atoms: in the order of the file.
        source: the file.
        notes: what was decided before; those of the assembly are added.
        predicted: whether the structure is a prediction, whose B factors are its confidence; None: as they look.
    """
    atoms = with_upper_case_names(atoms)
    selection = select_locations(atoms)
    positions = np.array([(atom.x, atom.y, atom.z) for atom in atoms], dtype=np.float64).reshape(-1, 3)
    heavy: list[int] = []
    hydrogens: list[int] = []
    residues: list[Residue] = []
    stray = 0
    for group in selection.residues:
        own = [index for index in group if atoms[index].element > 1]
        if not own:
            continue
        counts, lost = _count_hydrogens(positions, own, [index for index in group if atoms[index].element == 1])
        stray += lost
        first = atoms[own[0]]
        start, stop = len(heavy), len(heavy) + len(own)
        residues.append(Residue(first.residue, first.chain, first.number, first.insertion, "ligand", start, stop))
        heavy.extend(own)
        hydrogens.extend(counts)
    protein = Protein(
        positions=positions[heavy],
        elements=np.array([atoms[index].element for index in heavy], dtype=np.int16),
        atom_names=tuple(atoms[index].name for index in heavy),
        hydrogens=np.array(hydrogens, dtype=np.int8),
        residue_index=np.repeat(np.arange(len(residues), dtype=np.int32), [one.stop - one.start for one in residues]),
        residues=tuple(residues),
        source=source,
        alternatives=tuple(selection.alternatives),
    )
    alternative = [one.label for one in selection.alternatives]
    components = [name for one in selection.alternatives for name in one.components]
    protein = _with_kinds(protein, [atoms[heavy[one.start]] for one in residues])
    protein = _with_confidence(protein, np.array([atoms[index].b_factor for index in heavy]), predicted)
    protein = replace(protein, unobserved=_unobserved(protein, np.array([atoms[index].occupancy for index in heavy])))
    warnings = [
        _note("alternative locations, of which the most occupied is read, in {}", "residue", alternative),
        f"components at alternative locations left out: {shortened(components, 6)}" if components else "",
        f"repeated atom records left out: {selection.duplicates}" if selection.duplicates else "",
        f"hydrogens that are near no atom of their residue: {stray}" if stray else "",
        _note("several residues share a label: {}", "label", _repeated(protein)),
        _note("atoms of zero occupancy, which are read, are in {}", "residue", list(protein.unobserved)),
        _note("atoms are missing in {}", "residue", [residue.label for residue, _ in incomplete_residues(protein)]),
    ]
    return replace(protein, notes=(*notes, *protein.notes, *filter(None, warnings)))


def incomplete_residues(protein: Protein) -> list[tuple[Residue, tuple[str, ...]]]:
    """Standard amino acids that lack heavy atoms, each with the names of these.

    A side chain that is an amide with another residue lacks the atom that it gave for it, and is complete.
    """
    incomplete = []
    for residue in protein.of_kind("polymer"):
        absent = missing_atoms(residue.name, frozenset(protein.atom_names[residue.start : residue.stop]))
        if absent and not (len(absent) == 1 and _is_amide(protein, residue, absent[0])):
            incomplete.append((residue, absent))
    return incomplete


def _is_amide(protein: Protein, residue: Residue, absent: str) -> bool:
    """Whether nitrogen of another residue is in the place of an atom of a side chain's carboxyl group or amide."""
    carbon = {"OD1": "CG", "OD2": "CG", "ND2": "CG", "OE1": "CD", "OE2": "CD", "NE2": "CD"}.get(absent, "")
    names = protein.atom_names[residue.start : residue.stop]
    if carbon not in names:
        return False
    center = protein.positions[residue.start + names.index(carbon)]
    near = np.flatnonzero(np.linalg.norm(protein.positions - center, axis=1) < _LONGEST_AMIDE_BOND)
    return any(protein.elements[k] == 7 and not residue.start <= k < residue.stop for k in near)


def _count_hydrogens(positions: np.ndarray, heavy: list[int], hydrogens: list[int]) -> tuple[list[int], int]:
    """Hydrogens on each heavy atom of a residue, -1 for none in all of it, and how many are near no atom."""
    if not hydrogens:
        return [-1] * len(heavy), 0
    distances, nearest = KDTree(positions[heavy]).query(positions[hydrogens])
    near = distances <= _LONGEST_BOND_TO_HYDROGEN
    counts = np.bincount(np.asarray(nearest)[near], minlength=len(heavy))
    return np.minimum(counts, 127).tolist(), int((~near).sum())


def _with_kinds(protein: Protein, first_atoms: Sequence[AtomSite]) -> Protein:
    if not first_atoms:
        return protein
    hetero, in_sequence = [atom.hetero for atom in first_atoms], [atom.in_sequence for atom in first_atoms]
    kinds = residue_kinds(protein, hetero, in_sequence)
    residues = tuple(replace(residue, kind=kind) for residue, kind in zip(protein.residues, kinds, strict=True))
    return replace(protein, residues=residues)


def _with_confidence(protein: Protein, b_factors: np.ndarray, predicted: bool | None) -> Protein:
    """The structure with the residues of chains of which it is unsure, if it is a prediction; and a note on these."""
    polymer = list(protein.of_kind("polymer"))
    inside = protein.atoms_of(polymer)
    owners = np.repeat(np.arange(len(polymer)), [residue.stop - residue.start for residue in polymer])
    values = confidences(b_factors[inside], owners, said=predicted)
    if values is None:
        return protein
    unsure = tuple((residue.label, float(p)) for residue, p in zip(polymer, values, strict=True) if p < UNSURE)
    note = f"a predicted structure: the pLDDT of {len(unsure)} of its {len(polymer)} residues is below {UNSURE:g}"
    return replace(protein, unsure=unsure, notes=(*protein.notes, note))


def _unobserved(protein: Protein, occupancies: np.ndarray) -> tuple[str, ...]:
    """Labels of residues with atoms of zero occupancy; none where a program left the occupancies out."""
    zero = occupancies <= 0
    if 2 * zero.sum() > len(zero):
        return ()
    return tuple(protein.residues[k].label for k in np.unique(protein.residue_index[zero]))


def _repeated(protein: Protein) -> list[str]:
    counts = Counter(residue.label for residue in protein.residues if residue.kind != "water")
    return [label for label, count in counts.items() if count > 1]


def _note(text: str, noun: str, labels: list[str]) -> str:
    if not labels:
        return ""
    return text.format(f"{len(labels)} {noun}{'s' if len(labels) > 1 else ''}: {shortened(labels)}")
