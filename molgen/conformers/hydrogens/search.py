"""Search for the lowest arrangement of rotatable hydrogens, with all other atoms fixed.

Every rotor has a few places. The MMFF94s energy of the molecule, as far as it depends on them, is a sum of tables: one
for each rotor (its hydrogens and the atoms that stay) and one for each pair of rotors.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray

from molgen.chem.atom_types.mmff_record import MMFFTerms
from molgen.conformers.force_field import ConformerField
from molgen.conformers.hydrogens.rotors import HydrogenRotor, hydrogen_rotors
from molgen.conformers.hydrogens.tables import Tables, is_minimum, lowest_states
from molgen.physics.mmff import MMFFEnergy

GRID = 1300
"""Largest number of combinations that are enumerated for rotamers (four rotors that turn)."""


class HydrogenSearch:
    """The search for one molecule; without rotors or MMFF94s parameters nothing moves.

    Args:
        field: of the molecule with explicit hydrogens.
    """

    def __init__(self, field: ConformerField) -> None:
        self.rotors: list[HydrogenRotor] = _free_rotors(field) if field.terms is not None else []
        if field.terms is None or not self.rotors:
            return
        moving = {atom: index for index, rotor in enumerate(self.rotors) for atom in rotor.hydrogens}
        owner = np.array([moving.get(atom, -1) for atom in range(field.terms.n_atoms)])
        self._alone = [MMFFEnergy(_alone(field.terms, owner, index)) for index in range(len(self.rotors))]
        self._together = {
            pair: MMFFEnergy(_together(field.terms, *(self.rotors[index].hydrogens for index in pair)))
            for pair in combinations(range(len(self.rotors)), 2)
        }

    def lowest(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Conformers [B, atoms, 3] with their hydrogens at the lowest positions found; a copy."""
        if not self.rotors or not len(positions):
            return positions.copy()
        places, tables = self._places_and_tables(positions)
        states, energies = lowest_states(tables, len(positions))
        return self._placed(positions, places, states[np.arange(len(positions)), energies.argmin(1)])

    def rotamers(self, positions: NDArray[np.float64], window: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Other arrangements of the hydrogens that are minima within ``window`` kcal/mol of the lowest.

        Args:
            positions: [B, atoms, 3], conformers, Angstrom.

        Returns:
            [r, atoms, 3], lowest first, and int [r], the conformer that each was made of.
        """
        if not self.rotors or not len(positions):
            return positions[:0], np.zeros(0, dtype=np.int64)
        places, tables = self._places_and_tables(positions)
        sizes = [table.shape[1] for table in tables.alone]
        if math.prod(sizes) <= GRID:
            states = np.stack([axis.ravel() for axis in np.indices(sizes)], axis=-1)[None].repeat(len(positions), 0)
            energies = tables.energies(states)
            kept = is_minimum(energies.reshape(-1, *sizes)).reshape(energies.shape)
        else:
            states, energies = lowest_states(tables, len(positions))
            kept = np.ones(energies.shape, dtype=bool)
        kept &= (energies <= energies.min(1, keepdims=True) + window) & states.any(-1)  # all zero: as it is
        origin, which = np.nonzero(kept)
        order = np.argsort((energies - energies.min(1, keepdims=True))[origin, which], kind="stable")
        rows = np.unique(np.column_stack([origin, states[origin, which]])[order], axis=0, return_index=True)[1]
        chosen = order[np.sort(rows)]
        origin, which = origin[chosen], which[chosen]
        chosen = [of_rotor[origin] for of_rotor in places]
        return self._placed(positions[origin], chosen, states[origin, which]), origin

    def _placed(self, positions: NDArray, places: list[NDArray], states: NDArray[np.int64]) -> NDArray[np.float64]:
        """Conformers [B, atoms, 3] with every rotor at the place that its state [B, rotors] names."""
        moved = positions.copy()
        for index, (rotor, place) in enumerate(zip(self.rotors, places, strict=True)):
            moved[:, rotor.hydrogens] = place[np.arange(len(positions)), states[:, index]]
        return moved

    @torch.inference_mode()
    def _places_and_tables(self, positions: NDArray[np.float64]) -> tuple[list[NDArray[np.float64]], Tables]:
        places = [rotor.placements(positions) for rotor in self.rotors]
        alone = [self._alone_table(index, positions, place) for index, place in enumerate(places)]
        together = {(i, j): self._pair_table(i, j, places) for i, j in self._together}
        return places, Tables(alone, together | {(j, i): table.swapaxes(1, 2) for (i, j), table in together.items()})

    def _alone_table(self, index: int, positions: NDArray, place: NDArray) -> NDArray[np.float64]:
        """Energies [B, places] of one rotor among the atoms that stay."""
        system = np.repeat(positions[:, None], place.shape[1], axis=1)
        system[:, :, self.rotors[index].hydrogens] = place
        return _evaluated(self._alone[index], system)

    def _pair_table(self, i: int, j: int, places: list[NDArray]) -> NDArray[np.float64]:
        """Energies [B, places of i, places of j] between the hydrogens of two rotors."""
        count, (first, second) = len(places[i]), (places[k].shape[1] for k in (i, j))
        first_hydrogens = np.broadcast_to(places[i][:, :, None], (count, first, second, *places[i].shape[2:]))
        second_hydrogens = np.broadcast_to(places[j][:, None], (count, first, second, *places[j].shape[2:]))
        return _evaluated(self._together[i, j], np.concatenate([first_hydrogens, second_hydrogens], axis=3))


def _free_rotors(field: ConformerField) -> list[HydrogenRotor]:
    """The rotors whose hydrogens no restraint names."""
    named = field.restraints.atoms if field.restraints is not None else set()
    return [rotor for rotor in hydrogen_rotors(field.mol) if not named & set(rotor.hydrogens)]


def _evaluated(energy: MMFFEnergy, system: NDArray[np.float64]) -> NDArray[np.float64]:
    """Energies [...] of systems [..., atoms, 3]."""
    flat = torch.from_numpy(system.reshape(-1, *system.shape[-2:])).permute(1, 2, 0).float().contiguous()
    return energy(flat)[0].double().numpy().reshape(system.shape[:-2])


def _alone(terms: MMFFTerms, owner: NDArray[np.int64], index: int) -> MMFFTerms:
    """Torsions and contacts of one rotor with atoms that belong to none."""
    turned, owners = (owner[terms.torsions] == index).any(1), np.sort(owner[terms.pairs], axis=1)
    return terms.only(turned, (owners[:, 0] == -1) & (owners[:, 1] == index))


def _together(terms: MMFFTerms, first_atoms: tuple[int, ...], second_atoms: tuple[int, ...]) -> MMFFTerms:
    """Contacts between two rotors, whose hydrogens become the only atoms."""
    first, second = np.isin(terms.pairs, first_atoms).T, np.isin(terms.pairs, second_atoms).T
    between = (first[0] & second[1]) | (second[0] & first[1])
    kept = terms.only(slice(0), between)
    number = np.full(terms.n_atoms, -1)
    number[[*first_atoms, *second_atoms]] = range(len(first_atoms) + len(second_atoms))
    return replace(kept, n_atoms=len(first_atoms) + len(second_atoms), pairs=number[kept.pairs])
