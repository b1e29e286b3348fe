"""A molecule from atoms with elements, charges and coordinates, and bonds with orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rdkit import Chem
from rdkit.Geometry import Point3D

from molgen.chem.formats.parsing import sanitization_problem, silent_rdkit
from molgen.chem.formats.size_limits import check_rings
from molgen.errors import ParseError

MOST_ATOMS = 500
"""Of a ligand."""


class LigandAtom(NamedTuple):
    """One atom: atomic number, formal charge (None where nothing says it), x, y and z in Angstrom (None for none)."""

    element: int
    charge: int | None
    position: tuple[float, float, float] | None


def assembled(atoms: Sequence[LigandAtom], bonds: Sequence[tuple[int, int, Chem.BondType]]) -> Chem.Mol:
    """A sanitized molecule with a conformer if all atoms have coordinates, from which its stereo then is.

    Without hydrogens among the atoms they are implicit; with some there are no others, but on atoms of which no
    hydrogen is given and whose charge nothing says. A nitrogen with four bonds is charged.

    Raises:
        ParseError: too many atoms or rings, or valences that cannot be.
    """
    if len(atoms) > MOST_ATOMS:
        raise ParseError(f"{len(atoms)} atoms: that is no ligand (at most {MOST_ATOMS})")
    check_rings(len(bonds) - len(atoms) + 1)
    mol = Chem.RWMol()
    is_explicit = any(atom.element == 1 for atom in atoms)
    for site in atoms:
        atom = Chem.Atom(site.element)
        atom.SetFormalCharge(site.charge or 0)
        atom.SetNoImplicit(is_explicit)
        mol.AddAtom(atom)
    for begin, end, order in bonds:
        if begin != end and mol.GetBondBetweenAtoms(begin, end) is None:
            mol.AddBond(begin, end, order)
            if order == Chem.BondType.AROMATIC:
                for index in (begin, end):
                    mol.GetAtomWithIdx(index).SetIsAromatic(True)
    _charge_nitrogens(mol, atoms)
    _add_places(mol, atoms)
    with silent_rdkit():
        problem = sanitization_problem(mol)
        if problem:
            raise ParseError(problem)
        Chem.SanitizeMol(mol)
        if mol.GetNumConformers():
            Chem.AssignStereochemistryFrom3D(mol)
    return mol.GetMol()


def _charge_nitrogens(mol: Chem.RWMol, atoms: Sequence[LigandAtom]) -> None:
    for atom, given in zip(mol.GetAtoms(), atoms, strict=True):
        orders = sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds())
        if given.charge is None and atom.GetAtomicNum() == 7 and orders == 4 and not atom.GetIsAromatic():
            atom.SetFormalCharge(1)


def _add_places(mol: Chem.RWMol, atoms: Sequence[LigandAtom]) -> None:
    places = np.array([site.position for site in atoms if site.position is not None], dtype=np.float64).reshape(-1, 3)
    if len(places) < len(atoms) or (len(places) > 1 and not np.ptp(places, axis=0).any()):
        return
    conformer = Chem.Conformer(len(atoms))
    for index, (x, y, z) in enumerate(places.tolist()):
        conformer.SetAtomPosition(index, Point3D(x, y, z))
    conformer.Set3D(True)
    mol.AddConformer(conformer)
