"""Octahedral centers (SF5, PF6-), whose angles no parameters of MMFF94s or UFF describe, by repulsion of the ligands.

On a sphere six points that are at least 90 degrees apart form an octahedron (Gillespie and Nyholm 1957: valence shell
electron pair repulsion): distances to the center are held at the sum of the covalent radii, those between neighbors
above the length of the octahedron's edge. The rest of the molecule is under UFF.
"""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers

from molgen.chem.formats.parsing import messages_of, silent_rdkit

METHOD = "UFF, octahedral centers by repulsion"
_BOND, _EDGE = 700.0, 300.0
"""kcal/mol/Angstrom^2, as a bond and an angle of UFF."""
_UNKNOWN = re.compile(r"Unrecognized [^:]*: \S* \((\d+)\)")


def octahedral_centers(mol: Chem.Mol) -> list[int]:
    """Indices of the atoms with six neighbors."""
    return [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetDegree() == 6]


def octahedral_field(mol: Chem.Mol) -> Any | None:
    """An RDKit force field for the first conformer; None without octahedral centers, or if UFF lacks another atom.

    Args:
        mol: with explicit hydrogens and a conformer.
    """
    centers = octahedral_centers(mol)
    if not centers:
        return None
    with silent_rdkit() as log:
        known = rdForceFieldHelpers.UFFHasAllMoleculeParams(mol)
        unknown = {int(number) for number in _UNKNOWN.findall(messages_of(log))}
        if not known and not (unknown and unknown <= set(centers)):
            return None
        field = rdForceFieldHelpers.UFFGetMoleculeForceField(mol, vdwThresh=1000.0)
    for center in centers:
        _add_octahedron(field, mol.GetAtomWithIdx(center))
    return field


def _add_octahedron(field: Any, center: Chem.Atom) -> None:
    radius = Chem.GetPeriodicTable().GetRcovalent
    lengths = {n.GetIdx(): radius(center.GetAtomicNum()) + radius(n.GetAtomicNum()) for n in center.GetNeighbors()}
    for neighbor, length in lengths.items():
        field.UFFAddDistanceConstraint(center.GetIdx(), neighbor, False, length, length, _BOND)
    for first, second in itertools.combinations(lengths, 2):
        edge, most = math.hypot(lengths[first], lengths[second]), lengths[first] + lengths[second]
        field.UFFAddDistanceConstraint(first, second, False, edge, most, _EDGE)
