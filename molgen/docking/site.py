"""A receptor and a pocket, prepared for docking any number of ligands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from rdkit import Chem
from torch import Tensor

from molgen.chem.atom_types.interaction_types import protein_types
from molgen.chem.covalent.request import CovalentBond
from molgen.chem.features.pocket_features import PocketAtoms, pocket_atoms
from molgen.chem.proteins.entries import without_dropped
from molgen.chem.proteins.pockets import find_pockets
from molgen.chem.proteins.receptor import Receptor, receptor
from molgen.chem.proteins.site_notes import site_notes
from molgen.chem.proteins.structure import Pocket, Protein
from molgen.docking.covalent.residue import BondedResidue, around_residue, bonded_residue, bound_group, freed
from molgen.docking.known_ligands import KnownLigand, known_in
from molgen.metrics.interactions import REACH, InteractingReceptor, interacting_receptor
from molgen.metrics.validity import CheckedReceptor, ValidityChecker, prepare_validity, receptor_atoms
from molgen.packing.repair import completed
from molgen.packing.sampling import MovingSideChains
from molgen.physics.direct import DirectEnergy, TypedAtoms, direct_energy
from molgen.physics.maps import GridMaps, build_maps, grid_frame
from molgen.physics.vina import CUTOFF, AtomClasses, atom_classes

_MOST_POINTS = 4_000_000
"""Grid points of one map; larger boxes get a coarser grid."""
_FINE = 0.375
_AROUND = 30.0  # Angstrom, edge of the box around an atom that ligands are bonded to
_REPAIRED = 4.0  # Angstrom beyond the corners of the box


ClassKey: TypeAlias = tuple[float, ...]
"""(radius, hydrophobic, donor, acceptor) of a class of atoms."""


@dataclass(frozen=True)
class PackedPocket:
    """A packing of the side chains of a pocket that is not that of the structure.

    Attributes:
        number: from 1.
        moved: labels of the residues whose side chains differ from the structure.
        energy: above the structure's own packing, kT.
    """

    number: int
    moved: tuple[str, ...]
    energy: float


@dataclass(frozen=True)
class Site:
    """A receptor around one pocket. Immutable: :meth:`with_maps` returns a new one.

    Attributes:
        pocket: where the ligand goes.
        receptor: the structure that is docked into, with the groups kept and dropped.
        atoms: of the receptor that interact with the box.
        spacing: of the maps, Angstrom.
        maps: class of ligand atom -> energies [X * Y * Z] at the points of the grid; missing ones are computed for
            each ligand.
        notes: remarks on the receptor here, one line each.
        bond: the residue that the ligand is bonded to, whose atoms near the bond are part of the ligand: they are not
            among `atoms`, and no contact with them is counted or checked.
        packing: of the side chains, where it is not that of the structure.
        packings: this site with other packings, into which ligands are docked as well.
        moving: side chains that may also be packed around poses of a ligand.
        known: ligands that bind here in this structure or another, near which poses of others are likelier right.
        structure: which of several structures of the protein, from 0: a pose competes with those in its own.
    """

    pocket: Pocket
    receptor: Receptor
    atoms: TypedAtoms
    spacing: float
    maps: Mapping[ClassKey, Tensor] = field(default_factory=dict, repr=False, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    bond: BondedResidue | None = None
    packing: PackedPocket | None = None
    packings: tuple[Site, ...] = field(default=(), repr=False, compare=False)
    moving: MovingSideChains | None = field(default=None, repr=False, compare=False)
    known: tuple[KnownLigand, ...] = field(default=(), repr=False, compare=False)
    structure: int = 0

    @property
    def lower(self) -> Tensor:
        """float32 [3], corner of the box, Angstrom."""
        return torch.from_numpy(self.pocket.center - self.pocket.size / 2).float()

    @property
    def upper(self) -> Tensor:
        """float32 [3], the other corner."""
        return torch.from_numpy(self.pocket.center + self.pocket.size / 2).float()

    @cached_property
    def network_atoms(self) -> PocketAtoms:
        """The receptor with the classes that the networks read."""
        return pocket_atoms(self.receptor.protein)

    @cached_property
    def interacting(self) -> InteractingReceptor:
        """The part of the receptor that a ligand in the box can interact with."""
        protein = self.receptor.protein
        return interacting_receptor(protein, _within(protein, self.pocket, REACH) & _apart(protein, self.bond))

    @cached_property
    def checked_atoms(self) -> CheckedReceptor:
        """The receptor as the validity checks see it."""
        every = receptor_atoms(self.receptor.protein)
        apart = _apart(self.receptor.protein, self.bond)
        return CheckedReceptor(every.positions[apart], every.elements[apart], every.groups[apart])

    def with_maps(self, ligand: AtomClasses) -> Site:
        """The same site with maps for the classes of a ligand too; those it has are kept."""
        packings = tuple(packing.with_maps(ligand) for packing in self.packings)
        keys = class_keys(ligand)
        missing = [k for k, key in enumerate(keys) if key not in self.maps]
        if not missing:
            return replace(self, packings=packings) if packings else self
        values = self._computed(subset(ligand, missing)).values.view(len(missing), -1)
        maps = {**self.maps, **{keys[k]: row for k, row in zip(missing, values, strict=True)}}
        return replace(self, maps=maps, packings=packings)

    def maps_for(self, ligand: AtomClasses) -> GridMaps:
        """Maps for the classes of a ligand; those that the site lacks are computed."""
        known = replace(self, packings=()).with_maps(ligand).maps
        origin, shape = grid_frame(self.pocket.center, self.pocket.size, self.spacing)
        values = torch.cat([known[key] for key in class_keys(ligand)])
        return GridMaps(values, torch.from_numpy(origin).float(), self.spacing, shape)

    def in_packing(self, protein: Protein, packing: PackedPocket | None) -> Site:
        """This site with another packing of side chains.

        Args:
            packing: the packing; None if its poses count as those of the structure.
        """
        return replace(
            self,
            receptor=replace(self.receptor, protein=protein),
            atoms=_typed_atoms(protein, self.pocket, self.bond),
            maps={},
            notes=(),
            packing=packing,
        )

    @cached_property
    def every_map(self) -> GridMaps:
        """All the maps that the site has, in their order."""
        origin, shape = grid_frame(self.pocket.center, self.pocket.size, self.spacing)
        return GridMaps(torch.cat(list(self.maps.values())), torch.from_numpy(origin).float(), self.spacing, shape)

    def direct(self, ligand: AtomClasses, points: np.ndarray) -> DirectEnergy:
        """Pair sums with the atoms that can reach a ligand somewhere around some points [k, 3]."""
        return direct_energy(self.atoms.near(points, CUTOFF + 2.0), ligand)

    def checker(self, ligand: Chem.Mol) -> ValidityChecker:
        """Validity checks for poses of a ligand here."""
        return prepare_validity(ligand, self.checked_atoms)

    def _computed(self, classes: AtomClasses) -> GridMaps:
        return build_maps(
            self.atoms.positions,
            self.atoms.classes,
            classes,
            self.pocket.center,
            self.pocket.size,
            spacing=self.spacing,
        )


def class_keys(classes: AtomClasses) -> list[ClassKey]:
    """The key of each class."""
    rows = torch.stack([classes.radius, classes.hydrophobic, classes.donor, classes.acceptor], dim=1)
    return [tuple(row) for row in rows.tolist()]


def classes_of_keys(keys: Sequence[ClassKey]) -> AtomClasses:
    """The classes with these keys, without atoms."""
    columns = torch.tensor(keys, dtype=torch.float64).T
    return AtomClasses(torch.zeros(0, dtype=torch.long), columns[0], *(column > 0 for column in columns[1:]))


def subset(classes: AtomClasses, picked: list[int]) -> AtomClasses:
    """Some of the classes, without atoms."""
    return AtomClasses(
        torch.zeros(0, dtype=torch.long),
        classes.radius[picked],
        classes.hydrophobic[picked],
        classes.donor[picked],
        classes.acceptor[picked],
    )


@dataclass(frozen=True)
class Sites:
    """The sites of a pocket specification.

    Attributes:
        searched: the sites that ligands are docked into, the best pocket first.
        others: further pockets that were found.
    """

    searched: tuple[Site, ...]
    others: tuple[Pocket, ...]


def sites_of(
    protein: Protein,
    pocket: str | Path,
    *,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    covalent: str | None = None,
) -> Sites:
    """The sites that a pocket specification names: all that "blind" finds, else the first.

    Args:
        protein: the whole structure.
        pocket: as in `chem.pockets.find_pockets`.
        keep, drop: as in `chem.receptor.receptor`.
        covalent: the bond of the ligand to a residue; "auto" is then the site of the group bonded there, or a box
            around the atom.

    Raises:
        InputError: there is no such pocket, no receptor atom near it, or no such residue.
    """
    if covalent is not None:
        return _bonded_sites(protein, pocket, CovalentBond.parse(covalent), keep=keep, drop=drop)
    word = str(pocket).strip().lower()
    pockets = find_pockets(pocket, without_dropped(protein, drop) if word in ("auto", "blind") else protein)
    count = len(pockets) if word == "blind" else 1
    searched = tuple(site_of(protein, box, keep=keep, drop=drop) for box in pockets[:count])
    return Sites(searched, tuple(pockets[count:]))


def _bonded_sites(
    protein: Protein, pocket: str | Path, bond: CovalentBond, *, keep: Collection[str], drop: Collection[str]
) -> Sites:
    if str(pocket).strip().lower() in ("auto", "blind"):
        bound = bound_group(protein, bond)
        box = find_pockets(f"ligand:{bound[0].label}", protein)[0] if bound else around_residue(protein, bond, _AROUND)
    else:
        box = find_pockets(pocket, protein)[0]
    return Sites((site_of(protein, freed(box, protein, bond), keep=keep, drop=drop, bond=bond),), ())


def site_of(
    protein: Protein,
    pocket: Pocket,
    *,
    keep: Collection[str] = (),
    drop: Collection[str] = (),
    bond: CovalentBond | None = None,
) -> Site:
    """One site, with a bond to a residue or without. Side chains near it that lack atoms are completed, with a note."""
    chosen = receptor(protein, pocket, keep=keep, drop=drop)
    known = known_in(protein, chosen.protein, pocket)
    reach = float(np.linalg.norm(pocket.size)) / 2 + _REPAIRED
    whole, repaired = completed(chosen.protein, pocket.center, reach)
    chosen = replace(chosen, protein=whole)
    residue = None if bond is None else bonded_residue(chosen.protein, bond, pocket)
    spacing = max(_FINE, float((np.prod(pocket.size) / _MOST_POINTS) ** (1 / 3)))
    atoms = _typed_atoms(chosen.protein, pocket, residue)
    notes = (*repaired, *site_notes(chosen.protein, pocket))
    return Site(pocket, chosen, atoms, spacing, notes=notes, bond=residue, known=known)


def _typed_atoms(protein: Protein, pocket: Pocket, bond: BondedResidue | None) -> TypedAtoms:
    """The atoms of a receptor that can reach the box."""
    classes = atom_classes(protein_types(protein))
    inside = _within(protein, pocket, CUTOFF + 2.0) & _apart(protein, bond)
    kept = torch.from_numpy(np.flatnonzero(inside))
    near = AtomClasses(classes.index[kept], classes.radius, classes.hydrophobic, classes.donor, classes.acceptor)
    return TypedAtoms(protein.positions[inside], near)


def _within(protein: Protein, pocket: Pocket, distance: float) -> np.ndarray:
    """Atoms this near (Angstrom) to the box of a pocket, bool [N]."""
    beyond = np.abs(protein.positions - pocket.center) - pocket.size / 2
    return np.linalg.norm(np.maximum(beyond, 0), axis=1) < distance


def _apart(protein: Protein, bond: BondedResidue | None) -> np.ndarray:
    """The atoms that are not part of the molecule that is docked, bool [N]."""
    apart = np.ones(len(protein), dtype=bool)
    if bond is not None:
        apart[bond.atoms] = False
    return apart
