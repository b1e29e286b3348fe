"""One ligand of a PDBQT file as a molecule: by the SMILES in its remarks, else by distances and types.

Meeko and molgen write the SMILES and the places of its atoms. Without these the record has the polar hydrogens and the
geometry, which tells those on carbon; all hydrogens then tell the bond orders. What geometry leaves open is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from rdkit import Chem
from rdkit.Geometry import Point3D

from molgen.chem.formats.atom_elements import symbols
from molgen.chem.formats.ligands.bond_orders import with_bond_orders
from molgen.chem.formats.ligands.hydrogens_from_geometry import hydrogens_on_carbon
from molgen.chem.formats.ligands.skeletons import skeleton
from molgen.chem.formats.mmcif.atom_site import coordinate
from molgen.chem.formats.parsing import atom_name, parse_smiles, sanitization_problem, silent_rdkit
from molgen.chem.formats.pdbqt.atom_types import element_of
from molgen.errors import ParseError

_ATOMS = ("ATOM", "HETATM")
_MOST_ATOMS = 500
_ADVICE = "give SDF or MOL2, or a record with REMARK SMILES as Meeko and molgen write it"


def parse_pdbqt_ligand(block: Sequence[str]) -> tuple[Chem.Mol, str]:
    """A molecule with explicit hydrogens and the coordinates of the record, and a note where its bonds were perceived.

    Hydrogens that the record lacks are placed by geometry.

    Raises:
        ParseError: the SMILES in the remarks does not fit the atoms; or there is none, and distances and types leave
            the bonds open.
    """
    smiles = next((line.split(maxsplit=2)[2] for line in block if _is_smiles(line)), None)
    if smiles is not None:
        return _by_smiles(smiles, block), ""
    mol = _perceived(block)
    text = Chem.MolToSmiles(Chem.RemoveHs(mol))
    return mol, f"the PDBQT record has no SMILES: bonds were perceived from distances and types: {text}"


def pdbqt_skeleton(block: Sequence[str]) -> Chem.Mol:
    """The heavy atoms of a record in their places, bond orders unknown.

    Raises:
        ParseError: there are none, too many, or no numbers for coordinates.
    """
    kinds, elements, positions = _atoms(block)
    heavy = [k for k in range(len(kinds)) if elements[k] > 1]
    if not heavy:
        raise ParseError("the PDBQT record has no heavy atoms")
    return skeleton([elements[k] for k in heavy], positions[heavy])


def _by_smiles(smiles: str, block: Sequence[str]) -> Chem.Mol:
    mol = parse_smiles(smiles)
    serials = dict(_pairs(block, "REMARK SMILES IDX"))
    atoms = {serial: line for line in block if line.startswith(_ATOMS) and (serial := _serial(line)) is not None}
    conformer = Chem.Conformer(mol.GetNumAtoms())
    for index in range(mol.GetNumAtoms()):
        line = atoms.get(serials.get(index + 1, -1))
        if line is None:
            raise ParseError(f"atom {index + 1} of REMARK SMILES is not among the atoms of the PDBQT record")
        conformer.SetAtomPosition(index, _position(line))
    mol.AddConformer(conformer)
    full = Chem.AddHs(mol, addCoords=True)
    waiting = {
        atom.GetIdx(): [end for end in atom.GetNeighbors() if end.GetAtomicNum() == 1] for atom in full.GetAtoms()
    }
    for parent, serial in _pairs(block, "REMARK H PARENT"):
        if waiting.get(parent - 1) and serial in atoms:
            full.GetConformer().SetAtomPosition(waiting[parent - 1].pop(0).GetIdx(), _position(atoms[serial]))
    return full


def _perceived(block: Sequence[str]) -> Chem.Mol:
    kinds, elements, positions = _atoms(block)
    if len(kinds) > _MOST_ATOMS:
        raise ParseError(f"{len(kinds)} atoms in a PDBQT record without REMARK SMILES (at most {_MOST_ATOMS})")
    with silent_rdkit():
        mol = skeleton(elements, positions)
        full = with_bond_orders(_with_hydrogens(mol, kinds, positions), connected=True)
        problem = "no bond orders fit" if full is None else sanitization_problem(full)
        if full is None or problem:
            raise ParseError(f"a PDBQT record without REMARK SMILES, and {problem} its atoms and types; {_ADVICE}")
        return _with_placed_hydrogens(full, len(kinds))


def _with_placed_hydrogens(full: Chem.Mol, count: int) -> Chem.Mol:
    """The sanitized molecule; the hydrogens after the first `count` atoms, all of carbon, where geometry has them."""
    mol = Chem.RWMol(full)
    for index in reversed(range(count, mol.GetNumAtoms())):
        mol.RemoveAtom(index)
    for atom in mol.GetAtoms():
        atom.SetNoImplicit(atom.GetAtomicNum() != 6)
    Chem.SanitizeMol(mol)
    Chem.AssignStereochemistryFrom3D(mol)
    return Chem.AddHs(mol, addCoords=True)


def _with_hydrogens(mol: Chem.Mol, kinds: Sequence[str], positions: np.ndarray) -> Chem.Mol:
    """The skeleton with the hydrogens that its carbons lack, without places."""
    grown = Chem.RWMol(mol)
    for atom in mol.GetAtoms():
        if atom.GetAtomicNum() != 6:
            continue
        count = hydrogens_on_carbon(mol, atom.GetIdx(), positions, is_aromatic=kinds[atom.GetIdx()].upper() == "A")
        if count is None:
            raise ParseError(
                f"a PDBQT record without REMARK SMILES, and its distances leave open whether {atom_name(atom)} has "
                f"double bonds; {_ADVICE}"
            )
        there = sum(end.GetAtomicNum() == 1 for end in atom.GetNeighbors())
        for _ in range(count if not there else 0):
            grown.AddBond(atom.GetIdx(), grown.AddAtom(Chem.Atom(1)), Chem.BondType.SINGLE)
    return grown.GetMol()


def _atoms(block: Sequence[str]) -> tuple[list[str], list[int], np.ndarray]:
    """Types, atomic numbers and positions [n, 3] of the atoms of a record."""
    lines = [line for line in block if line.startswith(_ATOMS)]
    kinds = [line[77:80].strip() for line in lines]
    unknown = next((kind for kind in kinds if element_of(kind) not in symbols()), None)
    if unknown is not None:
        raise ParseError(f"{unknown!r} is not an atom type of AutoDock")
    points = [_position(line) for line in lines]
    positions = np.array([(point.x, point.y, point.z) for point in points], dtype=np.float64).reshape(-1, 3)
    return kinds, [symbols()[element_of(kind)] for kind in kinds], positions


def _pairs(block: Sequence[str], title: str) -> Iterator[tuple[int, int]]:
    words = [word for line in block if line.startswith(title) for word in line[len(title) :].split()]
    if not all(word.isdecimal() and len(word) < 10 for word in words):
        raise ParseError(f"{title} of the PDBQT record is not a list of numbers")
    return zip(map(int, words[::2]), map(int, words[1::2]), strict=False)


def _serial(line: str) -> int | None:
    text = line[6:11].strip()
    return int(text) if text.isdecimal() else None


def _is_smiles(line: str) -> bool:
    return line.startswith("REMARK SMILES ") and not line.startswith("REMARK SMILES IDX") and len(line.split()) > 2


def _position(line: str) -> Point3D:
    x, y, z = (coordinate(line[first : first + 8], axis, "") for first, axis in ((30, "x"), (38, "y"), (46, "z")))
    return Point3D(x, y, z)
