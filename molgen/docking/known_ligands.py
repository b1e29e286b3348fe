"""Ligands that are known to bind in a site: of the structures that are docked into, and of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from rdkit import Chem
from torch import Tensor

from molgen.chem.formats.compression import plain_name
from molgen.chem.formats.parsing import one_line, shortened
from molgen.chem.formats.residue_names import ADDITIVES
from molgen.chem.molecules.reading import read_molecules
from molgen.chem.molecules.reference import PLACES_ONLY, reference_ligand
from molgen.chem.proteins.groups.molecules import molecules
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.errors import InputError
from molgen.models.pose_confidence.known import overlaps

if TYPE_CHECKING:
    from molgen.docking.site import Site

_LEAST_ATOMS = 6
"""Heavy atoms; what is smaller says little about where a ligand goes."""
_MOST_ATOMS = 200
_SAME = 0.5
"""Angstrom; two ligands whose every atom is so near to one of the other are one."""


@dataclass(frozen=True, eq=False)
class KnownLigand:
    """A ligand where it lies in a complex of the protein.

    Attributes:
        name: "TQ3:A:194", in another structure or file with its name.
        positions: float64 [m, 3], heavy atoms in the frame of the site, Angstrom.
        elements: int16 [m], their atomic numbers.
    """

    name: str
    positions: np.ndarray
    elements: np.ndarray

    def is_same(self, mol: Chem.Mol) -> bool:
        """Whether it may be this molecule: as many heavy atoms of every element.

        Bonds, stereo and hydrogens do not count, which structure files do not tell, so an isomer counts as the same.
        """
        own = sorted(atom.GetAtomicNum() for atom in mol.GetAtoms() if atom.GetAtomicNum() > 1)
        return own == sorted(self.elements.tolist())


class KnownOverlap(NamedTuple):
    """How far a pose fills the space of the known ligand that it overlaps most: its name, and the overlap."""

    name: str
    overlap: float


def known_in(protein: Protein, taking_part: Protein, pocket: Pocket) -> tuple[KnownLigand, ...]:
    """The ligands of a structure that lie in the box of a pocket and are not part of its receptor.

    No lipids, cofactors and additives, and nothing of fewer than six heavy atoms. The ligand that names the pocket,
    whatever it is, is the first of them.

    Args:
        protein: the whole structure.
        taking_part: its receptor.
        pocket: where ligands are docked.
    """
    own = taking_part.places_of(taking_part.residues)
    apart = protein.keep(lambda one: one.kind in ("ligand", "polymer") and not protein.places_of([one]) & own)
    found = list(_reference(pocket))
    for molecule in molecules(apart) if len(apart) else ():
        atoms = apart.atoms_of(molecule.residues)
        known = KnownLigand(molecule.residues[0].label, apart.positions[atoms], apart.elements[atoms])
        unwanted = molecule.is_lipid or molecule.is_cofactor or molecule.consists_of(ADDITIVES)
        if not unwanted and _counts(known) and _inside(known, pocket) and not any(_one(known, one) for one in found):
            found.append(known)
    return tuple(one for one in found if _counts(one))


def read_known_ligands(path: str | Path) -> tuple[KnownLigand, ...]:
    """The molecules of an .sdf or .mol2 file, or the first of a .pdb, .cif or .pdbqt file, in the receptor's frame.

    Raises:
        InputError: the file cannot be read, or a molecule has no 3D coordinates.
    """
    if Path(plain_name(path)).suffix in PLACES_ONLY:
        mol = reference_ligand(path, bonds=False)
        return (_placed(mol, Path(path).name),)
    found = []
    for number, record in enumerate(read_molecules(Path(path)), 1):
        if record.mol is None:
            raise InputError(record.error or "no molecule", source=path, place=record.place)
        if not record.mol.GetNumConformers() or not record.mol.GetConformer().Is3D():
            raise InputError("a known ligand needs 3D coordinates", source=path, place=record.place)
        found.append(_placed(record.mol, record.name or f"record {number}"))
    return tuple(found)


def with_known_ligands(sites: Sequence[Site], source: str | Path) -> tuple[Site, ...]:
    """Sites that share the known ligands of all of them.

    Args:
        sites: in one frame.
        source: "auto": those of the structures; a file: its own as well; "none": there are none.

    Raises:
        InputError: the file cannot be read, or none of its ligands lies in a box.
    """
    if str(source) == "none":
        return tuple(replace(site, known=()) for site in sites)
    given = () if str(source) == "auto" else read_known_ligands(source)
    inside = tuple(one for one in given if any(_inside(one, site.pocket) for site in sites))
    if given and not inside:
        raise InputError("none of the known ligands lies in the box: another frame?", source=source)
    shared = list(inside)
    for one in (known for site in sites for known in site.known):
        if not any(_one(one, other) for other in shared):
            shared.append(one)
    outside = [one.name for one in given if one not in inside]
    note = [f"known ligands that do not lie in the box do not count: {shortened(outside, 5)}"] if outside else []
    return tuple(replace(site, known=tuple(shared), notes=(*site.notes, *note)) for site in sites)


def known_besides(sites: Sequence[Site], mol: Chem.Mol) -> tuple[tuple[KnownLigand, ...], list[str]]:
    """The known ligands of some sites that are not the molecule itself, and what is to be said of that."""
    every = list({id(one): one for site in sites for one in site.known}.values())
    others = tuple(one for one in every if not one.is_same(mol))
    same = [one.name for one in every if one.is_same(mol)]
    notes = [f"poses that overlap known ligands rank higher: {_listed(others)}"] if others else []
    if same:
        notes.append(f"{shortened(same, 5)} may be this ligand and does not count as known")
    return others, notes


def most_overlap(positions: Tensor, known: Sequence[KnownLigand]) -> tuple[Tensor, list[str]]:
    """The largest overlap [S] of each pose [S, n, 3] with a known ligand, and the name of that one."""
    rows = torch.stack([overlaps(positions, torch.from_numpy(one.positions)) for one in known])
    most = rows.max(0)
    return most.values, [known[k].name for k in most.indices.tolist()]


def _placed(mol: Chem.Mol, name: str) -> KnownLigand:
    elements = np.array([atom.GetAtomicNum() for atom in mol.GetAtoms()])
    return KnownLigand(one_line(name), mol.GetConformer().GetPositions()[elements > 1], elements[elements > 1])


def _listed(known: Sequence[KnownLigand]) -> str:
    return shortened([one.name for one in known], 5)


def _reference(pocket: Pocket) -> Iterator[KnownLigand]:
    """The ligand that names the pocket, if one does."""
    if pocket.reference is not None and pocket.elements is not None:
        name = one_line(pocket.name.split("/")[-1].removeprefix("ligand:"))
        yield KnownLigand(name, pocket.reference, pocket.elements)


def _counts(known: KnownLigand) -> bool:
    return _LEAST_ATOMS <= len(known.positions) <= _MOST_ATOMS


def _inside(known: KnownLigand, pocket: Pocket) -> bool:
    """Whether at least half of it lies in the box."""
    return bool((np.abs(known.positions - pocket.center) <= pocket.size / 2).all(1).mean() >= 0.5)


def _one(first: KnownLigand, second: KnownLigand) -> bool:
    if sorted(first.elements.tolist()) != sorted(second.elements.tolist()):
        return False
    apart = np.linalg.norm(first.positions[:, None] - second.positions, axis=-1)
    return bool(apart.min(0).max() < _SAME and apart.min(1).max() < _SAME)
