"""Cis secondary amides among template conformers: embedding makes them trans, and the model cannot turn them."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem

from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.rotatable import side_of
from molgen.conformers.force_field import ConformerField
from molgen.conformers.templates.grafting import half_turn
from molgen.geometry.torsions import dihedral_angles
from molgen.metrics.stereo import stereo_mask

STEPS = 30
WINDOW = 4.0
"""An amide is turned over where that costs no more than this by MMFF94s with charges, kcal/mol."""
SCALE = 2.0
"""An amide is turned over in half of the template conformers, times the share that a Boltzmann factor of the cost over
this has, kcal/mol."""
MOST_AMIDES, MOST_TRIED, MOST_TURNS = 6, 3, 8
"""Most amides, template conformers in which each is tried, and product of both."""
_AMIDE = Chem.MolFromSmarts("[O,S;X1]=[CX3]-!@[NX3;H1;!$(N-[!#6;!#1])]-[#6]")


def secondary_amides(mol: Chem.Mol) -> NDArray[np.int64]:
    """[m, 4], torsions O=C-N-C (0: trans) of amides, thioamides, ureas and carbamates outside rings, with one N-H."""
    torsions = {match[1:3]: match for match in mol.GetSubstructMatches(_AMIDE)}
    return np.array(list(torsions.values()), dtype=np.int64).reshape(-1, 4)


def turn_amides(field: ConformerField, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Template conformers, and after them a minority in which a secondary amide is turned over.

    Each amide is turned over in some of them and minimized; it counts where the energy, charges included, allows it.

    Args:
        field: of the molecule.
        positions: [k, atoms, 3], minimized template conformers, Angstrom.

    Returns:
        [j, atoms, 3], at most half as many again.
    """
    amides = secondary_amides(field.mol)[:MOST_AMIDES]
    if not len(amides) or not len(positions) or field.terms is None:
        return positions
    lowest = np.argsort(field.energies(positions).values, kind="stable")[: min(MOST_TRIED, MOST_TURNS // len(amides))]
    start, before = field.minimize(positions[lowest], STEPS)
    turned = [_turned(field, start, amide) for amide in amides]
    costs = [float(np.nanmin(energies, initial=np.inf) - np.nanmin(before.values)) for _, energies in turned]
    most = -(-len(positions) // 2)
    added: list[NDArray[np.float64]] = []
    for index in np.argsort(costs, kind="stable"):
        if costs[index] <= WINDOW:
            conformers, energies = turned[index]
            wanted = round(most / (1 + np.exp(costs[index] / SCALE)))
            added += list(conformers[np.argsort(energies, kind="stable")[: max(1, wanted)]])
    return np.concatenate([positions, np.array(added[:most]).reshape(-1, *positions.shape[1:])])


def _turned(
    field: ConformerField, positions: NDArray[np.float64], amide: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Minimized conformers with an amide turned over, and their energies; those that turn back are left out."""
    _, carbon, nitrogen, _ = (int(atom) for atom in amide)
    moving = side_of(field.mol, carbon, nitrogen)
    turned = positions.copy()
    axis = positions[:, nitrogen] - positions[:, carbon]
    turned[:, moving] = half_turn(positions[:, moving], positions[:, carbon], axis)
    turned, energies = field.minimize(turned, STEPS)
    cosine = (np.cos(_angles(start, amide)) for start in (positions, turned))
    good = (next(cosine) * next(cosine) < 0) & stereo_mask(field.mol, with_conformers(field.mol, turned))
    good &= np.isfinite(energies.values)
    return turned[good], energies.values[good]


def _angles(positions: NDArray[np.float64], torsion: NDArray[np.int64]) -> NDArray[np.float64]:
    return dihedral_angles(torch.from_numpy(positions), torch.from_numpy(torsion[None])).numpy()[:, 0]
