"""What a result says of the bond that was docked through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from rdkit import Chem

from molgen.chem.formats.parsing import atom_name
from molgen.chem.proteins.structure import Protein

if TYPE_CHECKING:
    from molgen.docking.ligand import Ligand
    from molgen.docking.site import Site


@dataclass(frozen=True)
class DockedBond:
    """The bond of a docked ligand to a residue of the receptor.

    Attributes:
        residue: its label, e.g. "CYS:A:25".
        atom: name of its atom, e.g. "SG".
        receptor_atom: index of this atom in the receptor.
        ligand_atom: index of the ligand's atom in the molecule of the result; in place of the bond it has an implicit
            hydrogen there.
        reaction: by which the bond is made, or "adduct".
    """

    residue: str
    atom: str
    receptor_atom: int
    ligand_atom: int
    reaction: str

    def text(self, mol: Chem.Mol, length: float | None) -> str:
        """`C30-SG of CYS:A:797, 1.82 A, michael-addition`, with the length of the bond in a pose."""
        name = atom_name(mol.GetAtomWithIdx(self.ligand_atom))
        shown = "" if length is None else f", {length:.2f} A"
        return f"{name}-{self.atom} of {self.residue}{shown}, {self.reaction}"

    def record(self, mol: Chem.Mol) -> dict[str, Any]:
        """Ready for JSON; atoms of the ligand count from 1."""
        return {
            "residue": self.residue,
            "atom": self.atom,
            "ligand_atom": self.ligand_atom + 1,
            "ligand_element": mol.GetAtomWithIdx(self.ligand_atom).GetSymbol(),
            "reaction": self.reaction,
        }


def bond_of(ligand: Ligand, site: Site) -> DockedBond | None:
    """The bond of a ligand in a site; None where there is none."""
    if ligand.bonding is None or site.bond is None:
        return None
    bonding = ligand.bonding
    return DockedBond(site.bond.label, bonding.request.atom, site.bond.atom, bonding.attached, bonding.reaction)


def bond_length(site: Site, bond: DockedBond | None, positions: np.ndarray) -> float | None:
    """Length of the bond in a pose, from the positions [n, 3] of the ligand's own atoms, Angstrom; None without one."""
    if bond is None or site.bond is None:
        return None
    return float(np.linalg.norm(positions[bond.ligand_atom] - site.receptor.protein.positions[site.bond.atom]))


def without_residue(site: Site) -> Protein:
    """The receptor of a site without the residue that the ligand is bonded to, which is no clash."""
    receptor = site.receptor.protein
    if site.bond is None:
        return receptor
    bonded = receptor.residues[int(receptor.residue_index[site.bond.atom])]
    return receptor.keep(lambda residue: residue.start != bonded.start)
