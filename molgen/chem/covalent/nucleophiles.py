"""The atoms of residues that ligands are bonded to, and the part of the residue that goes with each of them."""

from __future__ import annotations

from dataclasses import dataclass

from molgen.errors import InputError


@dataclass(frozen=True)
class Nucleophile:
    """An atom of a residue and the atoms around it, as a small molecule with a hydrogen in place of the ligand.

    Attributes:
        residue: component id, e.g. "CYS".
        atom: name of the atom that is bonded to the ligand, e.g. "SG".
        smiles: of the part of the residue that is no more than two bonds away, or of its ring.
        names: of the heavy atoms, in the order of the SMILES.
        element: symbol of the atom.
    """

    residue: str
    atom: str
    smiles: str
    names: tuple[str, ...]
    element: str

    @property
    def index(self) -> int:
        """Of the atom in the SMILES."""
        return self.names.index(self.atom)


def _nucleophile(residue: str, atom: str, smiles: str, names: str) -> Nucleophile:
    return Nucleophile(residue, atom, smiles, tuple(names.split()), {"SE": "Se"}.get(atom, atom[0]))


_TABLE = (
    _nucleophile("CYS", "SG", "CCS", "CA CB SG"),
    _nucleophile("SEC", "SE", "CC[SeH]", "CA CB SE"),
    _nucleophile("SER", "OG", "CCO", "CA CB OG"),
    _nucleophile("THR", "OG1", "CC(C)O", "CA CB CG2 OG1"),
    _nucleophile("LYS", "NZ", "CCN", "CD CE NZ"),
    _nucleophile("TYR", "OH", "Cc1ccc(O)cc1", "CB CG CD1 CE1 CZ OH CE2 CD2"),
    _nucleophile("HIS", "NE2", "Cc1c[nH]cn1", "CB CG CD2 NE2 CE1 ND1"),
    _nucleophile("HIS", "ND1", "Cc1cnc[nH]1", "CB CG CD2 NE2 CE1 ND1"),
    _nucleophile("ASP", "OD1", "CC(=O)O", "CB CG OD2 OD1"),
    _nucleophile("ASP", "OD2", "CC(=O)O", "CB CG OD1 OD2"),
    _nucleophile("GLU", "OE1", "CC(=O)O", "CG CD OE2 OE1"),
    _nucleophile("GLU", "OE2", "CC(=O)O", "CG CD OE1 OE2"),
)
_ALIASES = {
    **dict.fromkeys(("HID", "HIE", "HIP", "HSD", "HSE", "HSP"), "HIS"),
    **{"CYX": "CYS", "CYM": "CYS", "LYN": "LYS", "ASH": "ASP", "GLH": "GLU"},
}


def component(name: str) -> str:
    """The component id of a residue by any of its names, e.g. HIS for HIE."""
    return _ALIASES.get(name.upper(), name.upper())


def bonds_ligands(residue: str, atom: str) -> bool:
    """Whether ligands can be bonded to this atom of a residue."""
    return any(entry.residue == component(residue) and entry.atom == atom for entry in _TABLE)


def nucleophile(residue: str, atom: str | None = None) -> Nucleophile:
    """What is known of an atom of a residue; of a residue alone its first one, NE2 of HIS.

    Raises:
        InputError: ligands are not bonded to this residue or atom here; with those that they are.
    """
    own = [entry for entry in _TABLE if entry.residue == component(residue)]
    if not own:
        known = ", ".join(dict.fromkeys(entry.residue for entry in _TABLE))
        raise InputError(f"a ligand cannot be bonded to {residue}; the residues are {known}")
    chosen = [entry for entry in own if atom is None or entry.atom == atom.upper()]
    if not chosen:
        known = " or ".join(entry.atom for entry in own)
        raise InputError(f"a ligand cannot be bonded to {atom} of {residue}, only to {known}")
    return chosen[0]
