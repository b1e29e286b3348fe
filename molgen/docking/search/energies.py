"""The energy of ligands in a site: of one, or of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from molgen.docking.ligand import Ligand
from molgen.docking.site import Site, class_keys, classes_of_keys
from molgen.physics.direct import DirectEnergy, direct_energy, table_offsets
from molgen.physics.energy import DockingEnergy
from molgen.physics.maps import MapField
from molgen.physics.restraints import OfOneLigand, PointRestraint
from molgen.physics.side_by_side import pairs_side_by_side, stacked, trees_side_by_side
from molgen.physics.torsion_terms import terms_side_by_side


def energy_of(site: Site, ligand: Ligand, restraints: Sequence[PointRestraint] = ()) -> DockingEnergy:
    """The energy of a ligand in a site, from maps."""
    field = MapField(site.maps_for(ligand.classes), ligand.classes.index)
    counted = None if ligand.bonding is None else _counted(ligand)
    return DockingEnergy(
        ligand.tree,
        field,
        ligand.pairs,
        site.lower,
        site.upper,
        tuple(restraints),
        counted=counted,
        torsions=ligand.torsions,
    )


def _counted(ligand: Ligand) -> Tensor:
    return (torch.arange(ligand.graph.n_atoms) < ligand.n_own).float()


class LigandEnergies:
    """The energies of a batch of ligands in a site, on a device.

    Args:
        site: with maps for the classes of all ligands.
        ligands: all bonded to a residue, or none.
        restraints: of each ligand.
        device: where poses are.
    """

    def __init__(
        self,
        site: Site,
        ligands: Sequence[Ligand],
        restraints: Sequence[Sequence[PointRestraint]],
        device: torch.device,
    ) -> None:
        self.ligands = ligands
        self._site, self._restraints, self._device = site, restraints, device
        self._maps = site.every_map.to(device)
        self._direct: DirectEnergy | None = None
        rows = {key: row for row, key in enumerate(site.maps)}
        self._classes = [
            torch.tensor([rows[key] for key in class_keys(own.classes)])[own.classes.index] for own in ligands
        ]

    def __call__(self, members: Sequence[int]) -> DockingEnergy:
        """The energy of the ligands of these numbers, one after the other."""
        ligands = [self.ligands[k] for k in members]
        atoms = max(own.graph.n_atoms for own in ligands)
        restraints = [
            OfOneLigand(index, len(members), self.ligands[k].graph.n_atoms, restraint).to(self._device)
            for index, k in enumerate(members)
            for restraint in self._restraints[k]
        ]
        return DockingEnergy(
            trees_side_by_side([own.tree for own in ligands]).to(self._device),
            MapField(self._maps, self._rows(members).to(self._device)),
            pairs_side_by_side([own.pairs for own in ligands], atoms).to(self._device),
            self._site.lower.to(self._device),
            self._site.upper.to(self._device),
            tuple(restraints),
            counted=stacked([_counted(own) for own in ligands], atoms).to(self._device),
            torsions=terms_side_by_side([own.torsions for own in ligands]).to(self._device),
        )

    def direct(self, members: Sequence[int]) -> DirectEnergy:
        """Pair sums of the same ligands with all atoms of the receptor that can reach the box."""
        rows = self._rows(members).to(self._device)
        if self._direct is None:  # the tables are those of any ligand
            classes = classes_of_keys(list(self._site.maps))
            self._direct = direct_energy(self._site.atoms, classes).to(self._device)
            self._others = self._site.atoms.classes.index.to(self._device)
        kinds = len(self._site.atoms.classes)
        return replace(self._direct, offset=table_offsets(rows, self._others, kinds))

    def _rows(self, members: Sequence[int]) -> Tensor:
        """Which of the site's maps belongs to each atom, [n, L]."""
        return stacked([self._classes[k] for k in members], max(self.ligands[k].graph.n_atoms for k in members))
