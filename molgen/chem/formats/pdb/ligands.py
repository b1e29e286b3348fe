"""One molecule as a PDB record: coordinates of atoms, from which its bonds have to be had.

A PDB file has bond orders where CONECT records repeat a bond, where its residues are amino acids or nucleotides, or
where all hydrogens are there, by their number. Other files are refused: without hydrogens many molecules fit the same
atoms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rdkit import Chem

from molgen.chem.formats.ligands.bond_orders import with_bond_orders
from molgen.chem.formats.parsing import sanitization_problem, silent_rdkit
from molgen.chem.formats.residue_names import is_standard
from molgen.errors import ParseError

MOST_ATOMS = 500
"""Of a ligand; a file with more is a protein."""


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


def _has_orders(mol: Chem.Mol) -> bool:
    return any(bond.GetBondType() != Chem.BondType.SINGLE for bond in mol.GetBonds())


def _with_orders(mol: Chem.Mol) -> Chem.Mol:
    """The molecule with the bond orders of which its hydrogens leave the fewest charges."""
    if not any(atom.GetAtomicNum() == 1 for atom in mol.GetAtoms()):
        raise ParseError(
            "a PDB record without hydrogens does not say its bond orders; give SDF, MOL2 or SMILES, or add hydrogens"
        )
    best = with_bond_orders(mol, connected=False)
    if best is None:
        raise ParseError("no bond orders fit the atoms and hydrogens of the PDB record; give SDF, MOL2 or SMILES")
    return best
