"""Donors, acceptors and hydrophobic carbons of amino acids and nucleotides, by the names of residue and atom."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from molgen.chem.formats.residue_names import without_terminus
from molgen.chem.proteins.structure import Protein, Residue

DONOR, ACCEPTOR, HYDROPHOBIC = 1, 2, 4

# donors | nitrogens that accept | hydrophobic carbons. Every oxygen accepts, and every amino acid but proline has a
# backbone N that donates; whatever is not named here is none of the three.
_AMINO_ACIDS = {
    "ALA": "| | CB",
    "ARG": "NE NH1 NH2 | | CB CG",
    "ASN": "ND2 | | CB",
    "ASP": "| | CB",
    "CYS": "| |",
    "GLN": "NE2 | | CB CG",
    "GLU": "| | CB CG",
    "GLY": "| |",
    "HIS": "ND1 NE2 | ND1 NE2 | CB",
    "ILE": "| | CB CG1 CG2 CD1 CD",
    "LEU": "| | CB CG CD1 CD2",
    "LYS": "NZ | | CB CG CD",
    "MET": "| | CB",
    "PHE": "| | CB CG CD1 CD2 CE1 CE2 CZ",
    "PRO": "| | CB CG",
    "SER": "OG | |",
    "THR": "OG1 | | CG2",
    "TRP": "NE1 | | CB CG CD2 CE3 CZ2 CZ3 CH2",
    "TYR": "OH | | CB CG CD1 CD2 CE1 CE2",
    "VAL": "| | CB CG1 CG2",
    # states of protonation that a file can name
    "HID": "ND1 | NE2 | CB",
    "HIE": "NE2 | ND1 | CB",
    "HIP": "ND1 NE2 | | CB",
    "ASH": "OD2 | | CB",
    "GLH": "OE2 | | CB CG",
    "LYN": "NZ | NZ | CB CG CD",
}
_BASES = {
    "A": "N6 | N1 N3 N7 |",
    "C": "N4 | N3 | C5",
    "G": "N1 N2 | N3 N7 |",
    "U": "N3 | | C5",
    "T": "N3 | | C5 C7 C5M",
    "I": "N1 | N3 N7 |",
}
_ALIASES = {
    **{"HSD": "HID", "HSE": "HIE", "HSP": "HIP", "ASPP": "ASH", "GLUP": "GLH"},
    **{"HISD": "HID", "HISA": "HID", "HISE": "HIE", "HISB": "HIE", "HISH": "HIP", "HISP": "HIP", "LYSN": "LYN"},
    **{"ASPH": "ASH", "GLUH": "GLH", "LYSH": "LYS", "CYSH": "CYS", "CYS2": "CYS"},
    **{"CYX": "CYS", "CYM": "CYS", "SEC": "CYS", "MSE": "MET"},
}
_SUGAR_ENDS = ("O3'", "O5'")  # hydroxyl or phosphate ester, which only the structure tells
_BACKBONE = {"N": DONOR, "C": 0, "O": ACCEPTOR, "OXT": ACCEPTOR}  # of residues that are in no table


def template_types(protein: Protein, bonds: np.ndarray) -> np.ndarray:
    """Sums of `DONOR`, `ACCEPTOR` and `HYDROPHOBIC` for each atom, int16 [N]; -1 where a name does not tell.

    Hydrogens of the file, where there are any, decide about donors and about the lone pairs of histidine.

    Args:
        protein: N atoms.
        bonds: int [M, 2], pairs of bonded atoms; an atom that another residue is bonded to, other than along the
            backbone, is left open (ASN ND2 with a sugar, LYS NZ with a cofactor).
    """
    codes = np.full(len(protein), -1, dtype=np.int16)
    for index, residue in enumerate(protein.residues):
        if residue.kind == "water":
            codes[residue.start : residue.stop] = DONOR | ACCEPTOR
        elif residue.kind == "polymer":
            codes[residue.start : residue.stop] = _residue_codes(protein, residue, first=_is_first(protein, index))
    codes[_branch_points(protein, bonds)] = -1
    return codes


def _residue_codes(protein: Protein, residue: Residue, *, first: bool) -> list[int]:
    inside = range(residue.start, residue.stop)
    table = _table(residue.name)
    if table is None:
        backbone = [_BACKBONE.get(protein.atom_names[atom], -1) for atom in inside]
        return backbone if "CA" in protein.atom_names[residue.start : residue.stop] else [-1] * len(inside)
    codes = []
    for atom in inside:
        name, element = protein.atom_names[atom].replace("*", "'"), protein.elements[atom]
        code = table.get(name, ACCEPTOR if element == 8 else 0)
        if first and name == "N":
            code = DONOR
        if element in (7, 8) and code >= 0 and protein.hydrogens[atom] >= 0:
            code = _with_hydrogens(code, int(protein.hydrogens[atom]), is_nitrogen=element == 7)
        codes.append(code)
    return codes


def _with_hydrogens(code: int, hydrogens: int, *, is_nitrogen: bool) -> int:
    """The code of a nitrogen or oxygen whose hydrogens are known; a nitrogen accepts or donates, not both."""
    if not is_nitrogen:
        return ACCEPTOR | (DONOR if hydrogens else 0)
    return DONOR if hydrogens else code & ACCEPTOR


@cache
def _table(name: str) -> Mapping[str, int] | None:
    """Atom name -> code of a residue; None for one that is in no table."""
    name = without_terminus(name)
    name = _ALIASES.get(name, name)
    amino_acid = name in _AMINO_ACIDS
    base = name[1:] if len(name) == 2 and name[0] == "D" else name
    if not amino_acid and base not in _BASES:
        return None
    donors, nitrogens, carbons = (_AMINO_ACIDS[name] if amino_acid else _BASES[base]).split("|")
    codes: dict[str, int] = dict.fromkeys(carbons.split(), HYDROPHOBIC)
    codes.update(dict.fromkeys(nitrogens.split(), ACCEPTOR))
    for atom in donors.split():
        codes[atom] = codes.get(atom, ACCEPTOR if atom[0] == "O" else 0) | DONOR
    if amino_acid:
        codes["N"] = 0 if name == "PRO" else DONOR
    else:
        codes.update({"O2'": DONOR | ACCEPTOR, **dict.fromkeys(_SUGAR_ENDS, -1)})
        if base != name or base == "T":
            codes["C2'"] = -1  # C2' of deoxyribose
    return codes


def _is_first(protein: Protein, index: int) -> bool:
    """Whether a residue is the first of its chain; one after a gap is not."""
    if index == 0:
        return True
    before = protein.residues[index - 1]
    return before.kind != "polymer" or before.chain != protein.residues[index].chain


def _branch_points(protein: Protein, bonds: np.ndarray) -> np.ndarray:
    """Atoms of side chains, or of a backbone N, that are bonded to another residue in a way a chain is not."""
    residue = protein.residue_index[bonds]
    crossing = bonds[residue[:, 0] != residue[:, 1]]
    names = np.array(protein.atom_names, dtype=object)[crossing]
    backbone = np.isin(names.astype(str), ("N", "C", "P", "O3'", "SG")).all(axis=1)
    polymer = np.array([residue.kind == "polymer" for residue in protein.residues], dtype=bool)
    along = backbone & polymer[protein.residue_index[crossing]].all(axis=1)
    return np.unique(crossing[~along])
