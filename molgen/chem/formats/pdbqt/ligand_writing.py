"""A ligand as the text of a PDBQT record: torsion tree, types, charges, and its SMILES, as Meeko writes it.

Hydrogens on N, O and S are atoms of their own, the others are merged into the atoms that they are on. Rings are rigid,
macrocycles too. The remarks of SMILES and places give bonds, charges and stereo back to whoever reads the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdPartialCharges

from molgen.chem.atom_types.interaction_types import ligand_types
from molgen.chem.atom_types.vina_rotors import torsion_bonds
from molgen.chem.formats.parsing import one_line, silent_rdkit
from molgen.chem.formats.pdbqt.atom_types import POLAR, atom_line, atom_type, charge_and_type
from molgen.chem.formats.pdbqt.torsion_branches import Step, torsion_branches
from molgen.errors import InputError

_GROUP = "UNL     1 "
_MOST_ATOMS = 99_999
_MOST_COORDINATE = 999.9995
_PLACES_PER_LINE = 7
_POSITION = "_molgen_position"


@dataclass(frozen=True)
class PdbqtLigand:
    """What all conformers of a molecule have in common as PDBQT records.

    Attributes:
        mol: with explicit hydrogens.
    """

    mol: Chem.Mol

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The torsion tree of the atoms that are written."""
        return tuple(torsion_branches(self.mol, torsion_bonds(self.mol), self._written))

    @cached_property
    def serials(self) -> dict[int, int]:
        """Atom -> its number in the record, from 1."""
        order = [atom for step in self.steps for atom in step.atoms]
        return {atom: serial for serial, atom in enumerate(order, start=1)}

    @cached_property
    def charges(self) -> np.ndarray | None:
        """Gasteiger charges, those of merged hydrogens added to the atoms that they are on, float [n]; None where an
        element has no parameters."""
        mol = Chem.Mol(self.mol)
        with silent_rdkit():
            rdPartialCharges.ComputeGasteigerCharges(mol, throwOnParamFailure=False)
        charges = np.array([atom.GetDoubleProp("_GasteigerCharge") for atom in mol.GetAtoms()])
        if not np.isfinite(charges).all():
            return None
        for atom in mol.GetAtoms():
            if atom.GetIdx() not in self._written:
                charges[atom.GetNeighbors()[0].GetIdx()] += charges[atom.GetIdx()]
        return charges

    @cached_property
    def types(self) -> tuple[str, ...]:
        """AutoDock types of all atoms; those of merged hydrogens are not used."""
        heavy = [atom.GetIdx() for atom in self.mol.GetAtoms() if atom.GetAtomicNum() > 1]
        accepts = dict(zip(heavy, ligand_types(self.mol).acceptor.tolist(), strict=True))
        return tuple(_type(atom, accepts.get(atom.GetIdx(), False)) for atom in self.mol.GetAtoms())

    @cached_property
    def smiles_remarks(self) -> tuple[str, ...]:
        """SMILES without hydrogens; places of its atoms in the record; hydrogens with the places of their parents."""
        mol = Chem.Mol(self.mol)
        for atom in mol.GetAtoms():
            atom.SetIntProp(_POSITION, atom.GetIdx())
        with silent_rdkit():
            bare = Chem.RemoveHs(mol)
            smiles = Chem.MolToSmiles(bare)
        order = [
            bare.GetAtomWithIdx(k).GetIntProp(_POSITION)
            for k in bare.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"]
        ]
        places = {atom: number for number, atom in enumerate(order, start=1)}
        pairs = [(number, self.serials[atom]) for atom, number in places.items()]
        hydrogens = [
            (places[self.mol.GetAtomWithIdx(atom).GetNeighbors()[0].GetIdx()], serial)
            for atom, serial in self.serials.items()
            if atom not in places
        ]
        return (f"REMARK SMILES {smiles}", *_pairs("REMARK SMILES IDX", pairs), *_pairs("REMARK H PARENT", hydrogens))

    @cached_property
    def _written(self) -> tuple[int, ...]:
        return tuple(atom.GetIdx() for atom in self.mol.GetAtoms() if not _is_merged(atom))


def pdbqt_ligand(mol: Chem.Mol) -> PdbqtLigand:
    """A molecule made ready to be written; implicit hydrogens become explicit.

    Raises:
        InputError: it is of several fragments, or too large.
    """
    full = Chem.AddHs(mol, addCoords=True) if any(atom.GetTotalNumHs() for atom in mol.GetAtoms()) else mol
    if len(Chem.GetMolFrags(full)) > 1:
        raise InputError("a PDBQT record holds one molecule, and this is of several fragments")
    if full.GetNumAtoms() > _MOST_ATOMS:
        raise InputError(f"a PDBQT record holds at most {_MOST_ATOMS:,} atoms")
    return PdbqtLigand(full)


def pdbqt_record(ligand: PdbqtLigand, conformer: int, name: str, remarks: Sequence[str] = ()) -> list[str]:
    """The lines of one record, from the remarks to TORSDOF.

    Args:
        ligand: the molecule.
        conformer: id of the conformer that is written.
        name: of the molecule.
        remarks: texts of one line each that come first.

    Raises:
        InputError: coordinates that do not fit the columns.
    """
    positions = ligand.mol.GetConformer(conformer).GetPositions()
    if not bool((np.abs(positions) < _MOST_COORDINATE).all()):
        raise InputError("a PDBQT record has no room for the coordinates")
    charges = "Gasteiger" if ligand.charges is not None else "zero, an element has no Gasteiger parameters"
    lines = [f"REMARK  Name = {one_line(name)}", *(f"REMARK {text}" for text in remarks)]
    lines += [*ligand.smiles_remarks, f"REMARK charges: {charges}"]
    for step in ligand.steps:
        kind = "ROOT" if step.axis is None else "BRANCH {:3d} {:3d}".format(*map(ligand.serials.get, step.axis))
        lines += [kind if step.opens else f"END{kind}", *(_atom_line(ligand, atom, positions) for atom in step.atoms)]
        lines += ["ENDROOT"] if step.axis is None else []
    return [*lines, f"TORSDOF {sum(step.opens for step in ligand.steps) - 1}"]


def _atom_line(ligand: PdbqtLigand, atom: int, positions: np.ndarray) -> str:
    symbol = ligand.mol.GetAtomWithIdx(atom).GetSymbol().upper()
    name = f"{symbol}{atom + 1}"[:4]
    charge = 0.0 if ligand.charges is None else float(ligand.charges[atom])
    position = tuple(positions[atom].tolist())
    tail = charge_and_type(charge, ligand.types[atom])
    return atom_line("ATOM", ligand.serials[atom], name if len(name) == 4 else f" {name}", _GROUP, position, tail)


def _is_merged(atom: Chem.Atom) -> bool:
    """A hydrogen on one atom, and that of an element whose hydrogens are no atoms of their own."""
    ends = atom.GetNeighbors()
    return atom.GetAtomicNum() == 1 and len(ends) == 1 and ends[0].GetAtomicNum() > 1 and not _is_polar(ends[0])


def _is_polar(atom: Chem.Atom) -> bool:
    return atom.GetAtomicNum() in POLAR


def _type(atom: Chem.Atom, accepts: bool) -> str:
    if atom.GetAtomicNum() == 1:
        return "HD" if any(map(_is_polar, atom.GetNeighbors())) else "H"
    if atom.GetAtomicNum() == 16:
        accepts = atom.GetDegree() - sum(end.GetAtomicNum() == 1 for end in atom.GetNeighbors()) < 3
        accepts = accepts and atom.GetTotalDegree() == 2
    return atom_type(atom.GetAtomicNum(), is_aromatic=atom.GetIsAromatic(), is_acceptor=accepts)


def _pairs(title: str, pairs: Sequence[tuple[int, int]]) -> list[str]:
    """Pairs of numbers in lines of bounded length, each with the title."""
    chunks = (pairs[first : first + _PLACES_PER_LINE] for first in range(0, len(pairs), _PLACES_PER_LINE))
    return [f"{title} {' '.join(f'{a} {b}' for a, b in chunk)}" for chunk in chunks]
