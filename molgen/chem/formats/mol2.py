"""Tripos MOL2: the blocks of a file, and one block -> RDKit Mol.

RDKit takes the atom types that Corina writes. What it cannot read so is read once more with the charges that the bond
orders ask for; files without hydrogens, which RDKit takes for radicals and anions, get implicit ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rdkit import Chem

from molgen.chem.formats.parsing import messages_of, one_line, sanitization_problem, silent_rdkit
from molgen.chem.formats.size_limits import check_mol2_block
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

    Raises:
        ParseError: a broken block, atom types that RDKit does not know, valence, aromaticity, no atoms at all,
            or far too many.
    """
    check_mol2_block(block)
    with silent_rdkit() as log:
        mol = _read(block)
        if mol is None or _lacks_hydrogens(mol):
            mol = _with_charges_from_bonds(block)
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
    return not _has_hydrogens(mol) or any(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms())


def _with_charges_from_bonds(block: str) -> Chem.Mol | None:
    """The unsanitized molecule, with RDKit's cleanup if that leads to something, else without it."""
    tries = [_read(block, sanitize=False, cleanup=cleanup) for cleanup in (True, False)]
    found = [_charged_by_bonds(mol) for mol in tries if mol is not None]
    return next((mol for mol in found if sanitization_problem(mol) is None), found[0] if found else None)


def _charged_by_bonds(mol: Chem.Mol) -> Chem.Mol:
    """Charges for N with four bonds, and for terminal O or S that no hydrogen can complete; changes `mol`."""
    all_implicit = not _has_hydrogens(mol)
    for atom in mol.GetAtoms():
        symbol, tripos = atom.GetSymbol(), atom.GetProp("_TriposAtomType") if atom.HasProp("_TriposAtomType") else ""
        order = sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds())
        charge = 0
        if symbol == "N" and (order == 4 or tripos == "N.4"):
            charge = 1
        elif symbol in ("O", "S") and atom.GetDegree() == 1 and order == 1:
            on_nitro = any(end.GetSymbol() == "N" and end.GetDegree() == 3 for end in atom.GetNeighbors())
            charge = -1 if not all_implicit or tripos == "O.co2" or (on_nitro and tripos == "O.2") else 0
        atom.SetFormalCharge(charge)
        atom.SetNumRadicalElectrons(0)
        atom.SetNoImplicit(not all_implicit and symbol != "C")
    return mol


def _explain(messages: str) -> str:
    element = re.search(r"Element '([^']*)' not found", messages)
    if element:
        return f"'{one_line(element[1])}' is not a Tripos atom type"
    lines = [_TIMESTAMP.sub("", line) for line in messages.splitlines()]
    reasons = [line for line in lines if line.strip(" *-") and "Warning" not in line and "Violation" not in line]
    return one_line(reasons[0]) if reasons else "not a MOL2 block"
