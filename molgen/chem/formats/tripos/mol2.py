"""Tripos MOL2: the blocks of a file, and one block -> RDKit Mol.

RDKit takes the atom types that Corina writes. What it cannot read so is read once more with the charges that the bond
orders ask for; rings whose nitrogens are all N.ar, as Open Babel writes them, are drawn with the fewest charges; files
without hydrogens, which RDKit takes for radicals and anions, get implicit ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rdkit import Chem

from molgen.chem.formats.parsing import messages_of, one_line, sanitization_problem, silent_rdkit
from molgen.chem.formats.size_limits import check_mol2_block
from molgen.chem.formats.tripos.aromatic_nitrogens import assign_aromatic_nitrogens
from molgen.chem.formats.tripos.atom_types import with_tripos_types
from molgen.chem.formats.tripos.oxoanions import with_oxoanion_bonds
from molgen.errors import ParseError

_MOLECULE = "@<TRIPOS>MOLECULE"
_TIMESTAMP = re.compile(r"^\[\d\d:\d\d:\d\d\]\s*")


def split_mol2(lines: Iterator[str]) -> Iterator[list[str]]:
    """The lines of each molecule, from `@<TRIPOS>MOLECULE` on; the second is its name. What precedes is left out."""
    block: list[str] = []
    for line in lines:
        if line.startswith(_MOLECULE):
            if block:
                yield block
            block = [line]
        elif block:
            block.append(line)
    if block:
        yield block


def parse_mol2_block(block: str) -> Chem.Mol:
    """A sanitized molecule from one MOL2 block with its coordinates; hydrogens are kept, stereo comes from 3D.

    Types of GAFF and AMBER are read as their elements, aromatic bonds to terminal oxygens as single and double ones.

    Raises:
        ParseError: a broken block, atom types that RDKit does not know, a bond of unknown order, valence, aromaticity,
            no atoms at all, or far too many.
    """
    check_mol2_block(block)
    block = with_oxoanion_bonds(with_tripos_types(block))
    with silent_rdkit() as log:
        mol = _read(block)
        if mol is None or _lacks_hydrogens(mol) or _has_aromatic_cations(mol):
            other = _with_charges_from_bonds(block)
            mol = other if mol is None or (other is not None and sanitization_problem(other) is None) else mol
        messages = messages_of(log)
    if mol is None:
        raise ParseError(_explain(messages))
    problem = sanitization_problem(mol) or (None if mol.GetNumAtoms() else "the molecule has no atoms")
    if problem:
        raise ParseError(problem)
    with silent_rdkit():
        Chem.SanitizeMol(mol)
        if mol.GetNumConformers() and mol.GetConformer().Is3D():
            Chem.AssignStereochemistryFrom3D(mol)
    return mol


def _read(block: str, *, sanitize: bool = True, cleanup: bool = True) -> Chem.Mol | None:
    try:
        return Chem.MolFromMol2Block(block, sanitize=sanitize, removeHs=False, cleanupSubstructures=cleanup)
    except (RuntimeError, ValueError, LookupError):  # RDKit invariants on broken blocks
        return None


def _has_hydrogens(mol: Chem.Mol) -> bool:
    return any(atom.GetAtomicNum() == 1 for atom in mol.GetAtoms())


def _lacks_hydrogens(mol: Chem.Mol) -> bool:
    """No hydrogen is explicit; or some are, and an atom lacks one that is neither implicit carbon's nor there."""
    return not _has_hydrogens(mol) or any(
        atom.GetNumRadicalElectrons() or (atom.GetAtomicNum() != 6 and atom.GetTotalNumHs()) for atom in mol.GetAtoms()
    )


def _has_aromatic_cations(mol: Chem.Mol) -> bool:
    cations = [atom for atom in mol.GetAtoms() if atom.GetFormalCharge() > 0]
    return any(_tripos_type(atom) == "N.ar" or atom.GetSymbol() == "O" for atom in cations)


def _tripos_type(atom: Chem.Atom) -> str:
    return atom.GetProp("_TriposAtomType") if atom.HasProp("_TriposAtomType") else ""


def _with_charges_from_bonds(block: str) -> Chem.Mol | None:
    """The unsanitized molecule, with RDKit's cleanup if that leads to something, else without it."""
    tries = [_read(block, sanitize=False, cleanup=cleanup) for cleanup in (True, False)]
    candidates = [_charged_by_bonds(mol) for mol in tries if mol is not None]
    return next((mol for mol in candidates if sanitization_problem(mol) is None), candidates[0] if candidates else None)


def _charged_by_bonds(mol: Chem.Mol) -> Chem.Mol:
    """Charges for N with four bonds or two, and for terminal O or S that no hydrogen can complete; changes `mol`."""
    all_implicit = not _has_hydrogens(mol)
    for atom in mol.GetAtoms():
        atom.SetFormalCharge(_charge_by_bonds(atom, all_implicit))
        atom.SetNumRadicalElectrons(0)
        atom.SetNoImplicit(not all_implicit and atom.GetSymbol() != "C")
    assign_aromatic_nitrogens(mol, implicit=all_implicit)
    return mol


def _charge_by_bonds(atom: Chem.Atom, all_implicit: bool) -> int:
    symbol, tripos, order = atom.GetSymbol(), _tripos_type(atom), _bond_order(atom)
    if symbol == "N" and (tripos == "N.4" or _is_positive(atom)):
        return 1
    if symbol == "N" and order == 2 and not all_implicit:
        return -1
    if symbol in ("O", "S") and atom.GetDegree() == 1 and order == 1:
        certain = not all_implicit or tripos == "O.co2" or any(map(_is_positive, atom.GetNeighbors()))
        return -1 if certain else 0
    return int(symbol == "S" and atom.GetDegree() == 3 and order == 3)


def _is_positive(atom: Chem.Atom) -> bool:
    """A nitrogen with four bonds that is not left to its aromatic ring."""
    ends = atom.GetNeighbors()
    is_oxide = any(end.GetSymbol() in ("O", "S") and end.GetDegree() == 1 for end in ends)
    return atom.GetSymbol() == "N" and _bond_order(atom) >= 4 and (is_oxide or not _is_in_aromatic_ring(atom))


def _bond_order(atom: Chem.Atom) -> float:
    return sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds())


def _is_in_aromatic_ring(atom: Chem.Atom) -> bool:
    return sum(bond.GetBondType() == Chem.BondType.AROMATIC for bond in atom.GetBonds()) > 1


def _explain(messages: str) -> str:
    element = re.search(r"Element '([^']*)' not found", messages)
    if element:
        return f"'{one_line(element[1])}' is not a Tripos atom type"
    lines = [_TIMESTAMP.sub("", line) for line in messages.splitlines()]
    reasons = [line for line in lines if line.strip(" *-") and "Warning" not in line and "Violation" not in line]
    return one_line(reasons[0]) if reasons else "not a MOL2 block"
