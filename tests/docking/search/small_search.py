"""A small hollow of a receptor, and searches in it."""

import functools

import numpy as np
import torch
from small_ligands import ligand
from small_receptors import pocket_atoms

from molgen.docking.search import SearchConfig, SearchResult, search
from molgen.physics.energy import DockingEnergy
from molgen.physics.maps import MapField, build_maps

POCKET = pocket_atoms()
CENTER, SIZE = np.array([0.0, 0.0, 1.0]), np.full(3, 9.0)
FEW = SearchConfig(starts=32, chains=16, rounds=8, patience=8, start_steps=25, hop_steps=15)


@functools.cache
def energy_of(smiles: str) -> DockingEnergy:
    own = ligand(smiles)
    maps = build_maps(POCKET.positions, POCKET.classes, own.classes, CENTER, SIZE + 4)
    low, high = (torch.from_numpy(CENTER + sign * SIZE / 2).float() for sign in (-1, 1))
    return DockingEnergy(own.tree, MapField(maps, own.classes.index), own.pairs, low, high)


@functools.cache
def searched(smiles: str, seed: int = 0, config: SearchConfig = FEW) -> SearchResult:
    return search(energy_of(smiles), ligand(smiles).templates, config, seed)
