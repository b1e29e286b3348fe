"""What a pocket in one structure lacks, or has in the way, for a ligand that was seen in another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from molgen.chem.comparison.superposition import Superposition, residues_near
from molgen.chem.proteins.structure import Protein, Residue

CONTACT = 4.5
"""Angstrom between heavy atoms that touch."""
_MUTATED, _METAL, _GROUP = 4.0, 6.0, 4.0
_SAME_PLACE = 3.0
_IN_THE_WAY = 2.0
_NEAR = 2.5
_BACKBONE = frozenset({"N", "CA", "C", "O"})


@dataclass(frozen=True)
class PocketComparison:
    """A pocket beside the one that a ligand was seen in; whether docking the ligand there is a fair question.

    Attributes:
        unmatched: share of the ligand's contacts with residues that have no counterpart.
        mutated: residues within 4 Angstrom whose counterpart is another amino acid.
        missing: metals within 6 Angstrom, and other groups within 4, that are not there.
        foreign: chains and groups without a counterpart that stand where the ligand was, within 2 Angstrom.
        atoms: of the protein within 2 Angstrom of the ligand's; near, near_backbone: within 2.5 Angstrom.
    """

    unmatched: float
    mutated: tuple[str, ...]
    missing: tuple[str, ...]
    foreign: tuple[str, ...]
    atoms: int
    near: int
    near_backbone: int

    @property
    def unsound(self) -> str | None:
        """Why the pair is no fair test, by geometry alone; None: it is one."""
        if self.unmatched >= 0.15:
            return f"{self.unmatched:.0%} of the ligand's contacts are with residues that are not there"
        for verb, labels in (("lacks", self.missing), ("has other residues at", self.mutated)):
            if labels:
                return f"{verb} {', '.join(labels)}"
        return f"{', '.join(self.foreign)} in the place of the ligand" if self.foreign else None

    @property
    def closed(self) -> bool:
        """Whether the protein itself stands where the ligand was: no rigid docking can be right."""
        return self.atoms >= 4 or self.near_backbone >= 3 or self.near >= 7


def compare_pockets(own: Protein, other: Superposition, ligand: np.ndarray) -> PocketComparison:
    """Compare the pocket of another structure with the one that a ligand was seen in.

    Args:
        own: the receptor of the ligand (what takes part, as `chem.proteins.receptor` has it).
        other: another receptor laid over it.
        ligand: float [n, 3], heavy atoms in the frame of ``own``, Angstrom.
    """
    partner = other.counterpart()
    touching = _touching(own, ligand)
    polymer = {k: count for k, count in touching.items() if own.residues[k].kind == "polymer"}
    lost = sum(count for k, count in polymer.items() if k not in partner)
    close = [k for k in residues_near(own, ligand, _MUTATED).tolist() if k in partner]
    changed = [own.residues[k] for k in close if other.protein.residues[partner[k]].name != own.residues[k].name]
    distance, _ = KDTree(ligand).query(other.protein.positions)
    known = set(partner.values())
    foreign = {k for k in other.protein.residue_index[distance < _IN_THE_WAY].tolist() if k not in known}
    ours = np.isin(other.protein.residue_index, sorted(known))
    backbone = np.array([name in _BACKBONE for name in other.protein.atom_names])
    return PocketComparison(
        unmatched=lost / max(sum(polymer.values()), 1),
        mutated=tuple(residue.label for residue in changed),
        missing=tuple(group.label for group in _groups_near(own, ligand) if not _has(other.protein, own, group)),
        foreign=tuple(other.protein.residues[k].label for k in sorted(foreign)),
        atoms=int((ours & (distance < _IN_THE_WAY)).sum()),
        near=int((ours & (distance < _NEAR)).sum()),
        near_backbone=int((ours & backbone & (distance < _NEAR)).sum()),
    )


def _touching(protein: Protein, ligand: np.ndarray) -> dict[int, int]:
    """Residue -> how many of its pairs with atoms of the ligand touch."""
    tree, atoms = KDTree(ligand), KDTree(protein.positions)
    counts: dict[int, int] = {}
    for near in tree.query_ball_tree(atoms, CONTACT):
        for atom in near:
            residue = int(protein.residue_index[atom])
            counts[residue] = counts.get(residue, 0) + 1
    return counts


def _groups_near(protein: Protein, ligand: np.ndarray) -> list[Residue]:
    """Metals and other groups that the ligand was seen with."""
    reach = {"metal": _METAL, "ligand": _GROUP}
    return [
        residue
        for k in residues_near(protein, ligand, _METAL).tolist()
        if (residue := protein.residues[k]).kind in reach and _distance(protein, residue, ligand) <= reach[residue.kind]
    ]


def _has(other: Protein, own: Protein, group: Residue) -> bool:
    """Whether a group of the same kind stands in the same place (a metal may be another)."""
    positions = own.positions[group.start : group.stop]
    return any(
        _distance(other, residue, positions) <= _SAME_PLACE
        for residue in other.of_kind(group.kind)
        if group.kind == "metal" or residue.name == group.name
    )


def _distance(protein: Protein, residue: Residue, points: np.ndarray) -> float:
    atoms = protein.positions[residue.start : residue.stop]
    return float(KDTree(points).query(atoms)[0].min())
