"""What stands where a ligand is: the molecules of a structure that go for it, and those that stay and are named."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.covalent.nucleophiles import bonds_ligands
from molgen.chem.proteins.groups.molecules import Molecule, molecules
from molgen.chem.proteins.structure import Place, Protein

_SAME_PLACE = 1.5  # Angstrom; no two atoms that are not bonded come so near
_SAME_ATOM = 1.0
_CLASH = 2.0  # hydrogen bonds between heavy atoms are longer
_BOND = {16: 2.2, 34: 2.4, 15: 2.1}  # Angstrom, of a ligand atom to one of the receptor
_OTHER_BOND = 1.75
_SHORTEST_BOND = 1.3
_REACH = 2.4
_WITHOUT_BOND, _ADVICE = ": docking is without this bond", ", --covalent docks through it"


@dataclass(frozen=True)
class StandIns:
    """What was found in the place of a ligand.

    Attributes:
        removed: labels of the residues that stand for it and are no part of a receptor, waters last.
        notes: why they go, what else lies on the ligand and stays, and what it is covalently bound to; one line each.
        places: as of a pocket, of the removed residues.
    """

    removed: tuple[str, ...]
    notes: tuple[str, ...]
    places: frozenset[Place] = field(default=frozenset(), compare=False)


def stand_ins(
    protein: Protein, poses: Sequence[np.ndarray], *, keep: Collection[str] = (), is_bound: bool = False
) -> StandIns:
    """What goes because a ligand is there.

    The molecule counts, whatever it is called: a group of bonded residues, a peptide, an unbroken part of a chain. It
    goes where more than half of it lies within 1.5 Angstrom of the ligand, or more than half of the ligand within 1.5
    Angstrom of it; for a part of a long chain both. Ligands go as soon as they touch it. Everything else that is nearer
    than atoms can be is named: cofactors, lipids, covalently bound groups and, where there is one pose, residues of
    chains.

    Args:
        protein: the whole structure.
        poses: of the ligand, each [k, 3], its heavy atoms, Angstrom.
        keep: labels or component names that do not go.
        is_bound: a covalent bond of the ligand is known and said already.
    """
    tree = KDTree(np.concatenate(poses))
    distances = tree.query(protein.positions, distance_upper_bound=_REACH)[0]
    near = [
        molecule
        for molecule in molecules(protein)
        if np.isfinite(distances[protein.atoms_of(molecule.residues)]).any()
        and not any({one.name, one.label, "all"} & set(keep) for one in molecule.residues)
    ]
    removed = [molecule for molecule in near if _goes(protein, molecule, poses, distances)]
    removed.sort(key=lambda molecule: molecule.residues[0].kind == "water")
    gone = tuple(residue.label for molecule in removed for residue in molecule.residues)
    notes = [note for molecule in removed for note in _departure(molecule, gone)]
    is_bound = is_bound or any(covalent_note(molecule, gone) for molecule in removed)
    for molecule in near:
        named = len(poses) == 1 or not molecule.is_chain or molecule.is_peptide
        if named and molecule not in removed:
            notes += _stays(protein, molecule, distances, tree, is_bound=is_bound)
    places = protein.places_of([residue for molecule in removed for residue in molecule.residues])
    return StandIns(gone, tuple(notes), places)


def without_advice(note: str) -> str:
    """A note on a covalent bond without what it says of docking."""
    return note.removesuffix(_ADVICE).removesuffix(_WITHOUT_BOND)


def covalent_note(molecule: Molecule, gone: Collection[str] = ()) -> list[str]:
    """What is said of a ligand that is bound to a chain, unless that residue is `gone` as well."""
    anchors = [anchor for anchor in molecule.anchors if anchor.split(" (")[0] not in gone]
    if not anchors:
        return []
    can_be_docked = any(map(_bonds_ligands, anchors))
    return [f"{molecule.label} is covalently bound to {', '.join(anchors)}{_WITHOUT_BOND}{_ADVICE * can_be_docked}"]


def _bonds_ligands(anchor: str) -> bool:
    """Whether docking knows such a bond: to an anchor as `CYS:A:25 (C44-SG, 1.73 A)`."""
    label, _, bond = anchor.partition(" (")
    return bonds_ligands(label.split(":")[0], bond.split(",")[0].split("-")[-1])


def _goes(protein: Protein, molecule: Molecule, poses: Sequence[np.ndarray], distances: np.ndarray) -> bool:
    atoms = protein.atoms_of(molecule.residues)
    close = distances[atoms] <= _SAME_PLACE
    if molecule.residues[0].kind == "metal":
        return bool(distances[atoms].min() <= _SAME_ATOM)
    if not molecule.stays or not close.any():
        return bool(close.any())
    is_long = molecule.is_chain and not molecule.is_peptide
    if is_long and close.mean() <= 0.5:
        return False
    halves = ((_covered(pose, protein.positions[atoms]), _covered(protein.positions[atoms], pose)) for pose in poses)
    return any(all(both) if is_long else any(both) for both in halves)


def _covered(points: np.ndarray, others: np.ndarray) -> bool:
    """Whether more than half of the points [n, 3] are in the place of one of the others [m, 3]."""
    return bool((KDTree(others).query(points)[0] <= _SAME_PLACE).mean() > 0.5)


def _departure(molecule: Molecule, gone: Collection[str]) -> list[str]:
    """That it goes; of ions and water this is expected."""
    if molecule.residues[0].kind in ("ion", "water"):
        return []
    name = f"chain {molecule.residues[0].chain or '(none)'}, a peptide," if molecule.is_peptide else molecule.label
    return [f"{name} stands where the ligand is and is not part of the receptor", *covalent_note(molecule, gone)]


def _stays(protein: Protein, molecule: Molecule, distances: np.ndarray, tree: KDTree, *, is_bound: bool) -> list[str]:
    """A line if the molecule is nearer to the ligand than atoms can be, or as near as bonded atoms are."""
    if molecule.residues[0].kind not in ("polymer", "ligand"):
        return []
    atoms = protein.atoms_of(molecule.residues)
    nearest = int(atoms[np.argmin(distances[atoms])])
    distance = float(distances[nearest])
    where = f"{protein.atom_names[nearest]} of {protein.residues[protein.residue_index[nearest]].label}"
    if _is_bond(protein, atoms, distances[atoms], tree):
        name = protein.residues[protein.residue_index[nearest]].name
        advice = _ADVICE * bonds_ligands(name, protein.atom_names[nearest])
        bond = f"the ligand is covalently bound to {where} ({distance:.2f} A){_WITHOUT_BOND}{advice}"
        return [] if is_bound else [bond]
    if distance > _CLASH:
        return []
    if molecule.is_chain and not molecule.is_peptide:
        reason = "of the receptor, which stays: another frame, another chain, or another conformation"
        return [f"the ligand lies {distance:.1f} A from {where} {reason}"]
    drop = f"chain:{molecule.residues[0].chain}" if molecule.is_peptide else molecule.residues[0].label
    return [f"the ligand lies {distance:.1f} A from {where}, which stays; --drop {drop} takes it out"]


def _is_bond(protein: Protein, atoms: np.ndarray, own: np.ndarray, tree: KDTree) -> bool:
    """Whether one atom of a molecule is as near to one of the ligand as bonded atoms are, and no other is."""
    limits = np.array([_BOND.get(int(element), _OTHER_BOND) for element in protein.elements[atoms]])
    bonded = np.flatnonzero(own <= limits)
    if len(bonded) != 1 or own[bonded[0]] < _SHORTEST_BOND:
        return False
    near = tree.query_ball_point(protein.positions[atoms[bonded[0]]], limits[bonded[0]])
    return len(near) == 1
