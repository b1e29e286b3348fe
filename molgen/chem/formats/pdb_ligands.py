"""One molecule as a PDB or PDBQT record: coordinates of atoms, from which its bonds have to be had.

A PDBQT of Meeko has the SMILES and the places of its atoms in remarks. A PDB file has bond orders where CONECT records
repeat a bond, where its residues are amino acids or nucleotides, or where all hydrogens are there, by their number
(Kim and Kim, Bull. Korean Chem. Soc. 2015, 36, 1769, as in RDKit). Other files are refused: without hydrogens many
molecules fit the same atoms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rdkit import Chem
from rdkit.Chem import rdDetermineBonds
from rdkit.Geometry import Point3D

from molgen.chem.formats.atom_site import coordinate
from molgen.chem.formats.parsing import parse_smiles, sanitization_problem, silent_rdkit
from molgen.chem.formats.residue_names import is_standard
from molgen.errors import ParseError

MOST_ATOMS = 500
"""Of a ligand; a file with more is a protein."""
_CHARGES = (0, 1, -1, 2, -2, 3, -3)
_ITERATIONS = 2000


def split_models(lines: Iterator[str]) -> Iterator[list[str]]:
    """The lines of each model that has atoms; what stands before the first MODEL goes with it."""
    block: list[str] = []
    for line in lines:
        if line.startswith(("ENDMDL", "MODEL ")) and _has_atoms(block):
            yield block
            block = []
        block.append(line)
    if _has_atoms(block):
        yield block


def parse_pdbqt_ligand(block: Sequence[str]) -> Chem.Mol:
    """A molecule with explicit hydrogens and the coordinates of its heavy atoms, by the SMILES in the remarks.

    Raises:
        ParseError: there is no SMILES, or it does not fit the atoms.
    """
    smiles = next((line.split(maxsplit=2)[2] for line in block if _is_smiles(line)), None)
    if smiles is None:
        raise ParseError("a PDBQT record without REMARK SMILES does not say its bonds; Meeko writes one, or give SDF")
    mol = parse_smiles(smiles)
    places = [int(word) for line in block if line.startswith("REMARK SMILES IDX") for word in line.split()[3:]]
    serials = dict(zip(places[::2], places[1::2], strict=False))
    atoms = {int(line[6:11]): line for line in block if line.startswith(("ATOM", "HETATM"))}
    conformer = Chem.Conformer(mol.GetNumAtoms())
    for index in range(mol.GetNumAtoms()):
        line = atoms.get(serials.get(index + 1, -1))
        if line is None:
            raise ParseError(f"atom {index + 1} of REMARK SMILES is not among the atoms of the PDBQT record")
        conformer.SetAtomPosition(index, _position(line))
    mol.AddConformer(conformer)
    return Chem.AddHs(mol, addCoords=True)


def parse_pdb_ligand(block: Sequence[str]) -> Chem.Mol:
    """A sanitized molecule with the atoms and coordinates of a PDB record; stereo comes from 3D.

    Raises:
        ParseError: the bond orders cannot be had, or there are too many atoms.
    """
    atoms = [line for line in block if line.startswith(("ATOM", "HETATM"))]
    if len(atoms) > MOST_ATOMS:
        raise ParseError(f"{len(atoms)} atoms in a PDB record: that is no ligand (at most {MOST_ATOMS})")
    with silent_rdkit():
        mol = Chem.MolFromPDBBlock("\n".join([*block, "END", ""]), sanitize=False, removeHs=False)
        if mol is None or mol.GetNumAtoms() == 0:
            raise ParseError("not a PDB record of a molecule")
        if not (_has_orders(mol) or all(is_standard(line[17:20].strip()) for line in atoms)):
            mol = _with_orders(mol)
        problem = sanitization_problem(mol)
        if problem:
            raise ParseError(problem)
        Chem.SanitizeMol(mol)
        Chem.AssignStereochemistryFrom3D(mol)
    return mol


def _has_atoms(block: Sequence[str]) -> bool:
    return any(line.startswith(("ATOM", "HETATM")) for line in block)


def _is_smiles(line: str) -> bool:
    return line.startswith("REMARK SMILES ") and not line.startswith("REMARK SMILES IDX") and len(line.split()) > 2


def _position(line: str) -> Point3D:
    x, y, z = (coordinate(line[first : first + 8], axis, "") for first, axis in ((30, "x"), (38, "y"), (46, "z")))
    return Point3D(x, y, z)


def _has_orders(mol: Chem.Mol) -> bool:
    return any(bond.GetBondType() != Chem.BondType.SINGLE for bond in mol.GetBonds())


def _with_orders(mol: Chem.Mol) -> Chem.Mol:
    """The molecule with the bond orders of which its hydrogens leave the fewest charges."""
    if not any(atom.GetAtomicNum() == 1 for atom in mol.GetAtoms()):
        raise ParseError(
            "a PDB record without hydrogens does not say its bond orders; give SDF, MOL2 or SMILES, or add hydrogens"
        )
    best, least = None, 0
    for charge in _CHARGES:
        trial = _determined(mol, charge)
        count = None if trial is None else sum(_oddity(atom) for atom in trial.GetAtoms())
        if count is not None and (best is None or count < least):
            best, least = trial, count
        if least == 0 and best is not None:
            break
    if best is None or any(map(_is_implausible, best.GetAtoms())):
        raise ParseError("no bond orders fit the atoms and hydrogens of the PDB record; give SDF, MOL2 or SMILES")
    return best


def _oddity(atom: Chem.Atom) -> int:
    return abs(atom.GetFormalCharge()) + 10 * atom.GetNumRadicalElectrons()


def _is_implausible(atom: Chem.Atom) -> bool:
    """A charge that means that bond orders went wrong: on carbon beside no nitrogen, on O or S with a double bond."""
    if atom.GetFormalCharge() == 0:
        return False
    if atom.GetAtomicNum() == 6:
        return not any(end.GetAtomicNum() == 7 and end.GetFormalCharge() > 0 for end in atom.GetNeighbors())
    return atom.GetAtomicNum() in (8, 16) and atom.GetFormalCharge() > 0 and atom.GetDegree() < 3


def _determined(mol: Chem.Mol, charge: int) -> Chem.Mol | None:
    trial = Chem.RWMol(mol)
    for bond in list(trial.GetBonds()):
        trial.RemoveBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
    for atom in trial.GetAtoms():
        atom.SetNoImplicit(True)
    try:
        rdDetermineBonds.DetermineBonds(trial, charge=charge, maxIterations=_ITERATIONS, embedChiral=False)
    except (ValueError, RuntimeError):
        return None
    return trial.GetMol() if sanitization_problem(trial) is None else None
