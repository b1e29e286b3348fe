"""Energies of contacts between atoms of residues, by kind and distance.

The network gives the rotamers of each residue independently of its neighbors. Interactions of side chains with each
other and with backbones are learned from structures: a term for each pair of kinds of atoms,
piecewise linear in the distance, fitted by pseudo-likelihood (Besag 1975) beside the probabilities of the network.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import table
from molgen.chem.side_chains.residues import ATOMS, ELEMENTS, NAMES, SLOTS

KINDS = ("aliphatic", "aromatic", "planar C", "N", "N+", "O", "O-", "OH", "S", "backbone N", "backbone C", "backbone O")
"""Kinds of atoms; those of the backbone, the last three, have terms with the others alone."""
REACH = 6.0
"""Angstrom; atoms farther apart are in no contact."""
NO_KIND = -1
_MOVING = 9  # kinds of atoms of side chains
_STEP = 0.05  # Angstrom, of the table that energies are read from
_AROMATIC = ("PHE", "TYR", "TRP", "HIS")
_PLANAR = {"ASP": "CG", "ASN": "CG", "GLU": "CD", "GLN": "CD", "ARG": "CZ"}
_BY_ELEMENT = {7: ("N", "N+", ("LYS", "ARG")), 8: ("O", "O-", ("ASP", "GLU")), 16: ("S", "S", ())}
_HYDROXYL = ("SER", "THR", "TYR")


@dataclass(frozen=True)
class Contacts:
    """Terms of all pairs of kinds.

    Attributes:
        energies: [9 * 12 * N], kT, over steps of the distance.
        network: weight of the log probabilities of the network beside them.
    """

    energies: Tensor
    network: float

    def __call__(self, first: Tensor, second: Tensor, distance: Tensor) -> Tensor:
        """Energies, kT, for kinds of atoms of side chains, kinds of any, and distances, Angstrom, that broadcast."""
        steps = len(self.energies) // (_MOVING * len(KINDS))
        bin_index = (distance / _STEP).clamp(max=steps - 1).long()
        return self.energies[(first * len(KINDS) + second) * steps + bin_index]


def atom_kinds(types: Tensor) -> Tensor:
    """int64 [R, 14], index into :data:`KINDS`; :data:`NO_KIND` where there is no atom."""
    return table(_kinds(), types)


@cache
def contacts() -> Contacts:
    """The fitted terms."""
    stored = json.loads((resources.files("molgen.packing") / "contacts.json").read_text(encoding="utf-8"))
    steps = (np.arange(round(REACH / _STEP) + 1) + 0.5) * _STEP
    energies = np.zeros((_MOVING, len(KINDS), len(steps)), dtype=np.float32)
    for pair, values in stored["kT"].items():
        first, second = (KINDS.index(kind) for kind in pair.split(" - "))
        energies[first, second] = np.interp(steps, stored["Angstrom"], values)
        if second < _MOVING:
            energies[second, first] = energies[first, second]
    energies[..., -1] = 0.0
    return Contacts(torch.from_numpy(energies).flatten(), stored["network"])


@cache
def _kinds() -> np.ndarray:
    """[20, 14]."""
    kinds = np.full((len(NAMES), SLOTS), NO_KIND)
    for kind, name in enumerate(NAMES):
        for slot, atom in enumerate(ATOMS[kind]):
            kinds[kind, slot] = KINDS.index(_kind(name, atom, int(ELEMENTS[kind, slot])))
    return kinds


def _kind(residue: str, atom: str, element: int) -> str:
    if atom in ("N", "C", "O"):
        return f"backbone {atom}"
    if element == 6:
        if _PLANAR.get(residue) == atom:
            return "planar C"
        return "aromatic" if residue in _AROMATIC and atom not in ("CA", "CB") else "aliphatic"
    neutral, charged, where = _BY_ELEMENT[element]
    if element == 8 and residue in _HYDROXYL:
        return "OH"
    return charged if residue in where else neutral
