"""Charged groups of a receptor: side chains and chain ends by name, cofactors and nucleic acids from the geometry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from molgen.chem.proteins.structure import Protein, Residue

_CATIONS = {"ARG": ("NE", "CZ", "NH1", "NH2"), "LYS": ("NZ",), "HIP": ("ND1", "CG", "CE1", "NE2", "CD2")}
_ANIONS = {"ASP": ("OD1", "OD2"), "GLU": ("OE1", "OE2")}
_ALIASES = {"HSP": "HIP"}
_IMIDAZOLE = ("ND1", "CG", "CE1", "NE2", "CD2")
_AMINE = 1.42
"""Angstrom; a terminal nitrogen with a longer bond to carbon is an amine, which counts as protonated."""
_LONGEST_CO = 1.30


@dataclass(frozen=True)
class Charges:
    """Groups of atoms that share a charge."""

    cations: tuple[tuple[int, ...], ...]
    anions: tuple[tuple[int, ...], ...]


def receptor_charges(protein: Protein, chosen: np.ndarray, neighbors: Mapping[int, Sequence[int]]) -> Charges:
    """The charged groups of the chosen residues.

    Aspartate, glutamate, lysine and arginine are charged unless hydrogens of the file say otherwise; histidine is a
    cation where the file names it so or has both of its hydrogens.

    Args:
        protein: N heavy atoms.
        chosen: bool [N].
        neighbors: atom -> its bonded heavy atoms.
    """
    cations: list[tuple[int, ...]] = []
    anions: list[tuple[int, ...]] = []
    for residue in protein.residues:
        if not chosen[residue.start] or residue.kind in ("water", "metal", "ion"):
            continue
        atoms = {protein.atom_names[k]: k for k in range(residue.start, residue.stop)}
        if residue.kind == "polymer" and "CA" in atoms:
            cations += _side_chain_cation(protein, residue, atoms)
            anions += _side_chain_anion(protein, residue, atoms)
        else:
            cations += _amines(protein, residue, neighbors)
            anions += _acids(protein, residue, neighbors)
    return Charges(tuple(cations), tuple(anions))


def _side_chain_cation(protein: Protein, residue: Residue, atoms: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    named = _group(_CATIONS.get(_ALIASES.get(residue.name, residue.name), ()), atoms)
    if named and not (residue.name == "LYS" and protein.hydrogens[named[0]] in (1, 2)):
        yield named
    if residue.name == "HIS" and all(name in atoms and protein.hydrogens[atoms[name]] > 0 for name in ("ND1", "NE2")):
        yield _group(_IMIDAZOLE, atoms)
    if "N" in atoms and protein.hydrogens[atoms["N"]] == 3:
        yield (atoms["N"],)


def _side_chain_anion(protein: Protein, residue: Residue, atoms: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
    for names in (_ANIONS.get(residue.name, ()), ("O", "OXT")):
        group = _group(names, atoms)
        if len(group) == 2 and not any(protein.hydrogens[atom] > 0 for atom in group):
            yield group


def _group(names: Sequence[str], atoms: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(atoms[name] for name in names if name in atoms)


def _acids(protein: Protein, residue: Residue, neighbors: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Carboxylates, phosphates and sulfates: terminal oxygens without a hydrogen on one C, P or S."""
    least = {6: 2, 15: 2, 16: 3}
    for atom in range(residue.start, residue.stop):
        wanted = least.get(int(protein.elements[atom]))
        if wanted is None:
            continue
        oxygens = [
            end
            for end in neighbors.get(atom, ())
            if protein.elements[end] == 8 and len(neighbors.get(end, ())) == 1 and protein.hydrogens[end] <= 0
        ]
        lengths = np.linalg.norm(protein.positions[oxygens] - protein.positions[atom], axis=1)
        if len(oxygens) >= wanted and (wanted != 2 or protein.elements[atom] != 6 or (lengths < _LONGEST_CO).all()):
            yield tuple(oxygens)


def _amines(protein: Protein, residue: Residue, neighbors: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Quaternary nitrogens, and terminal amines that the file does not show to be neutral."""
    for atom in range(residue.start, residue.stop):
        if protein.elements[atom] != 7:
            continue
        ends = list(neighbors.get(atom, ()))
        far = len(ends) == 1 and np.linalg.norm(protein.positions[atom] - protein.positions[ends[0]]) > _AMINE
        if len(ends) == 4 or (far and protein.hydrogens[atom] in (-1, 3)):
            yield (atom,)
