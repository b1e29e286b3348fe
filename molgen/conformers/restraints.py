"""Restraints on the conformers of a molecule: a fixed core, torsion ranges."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from rdkit import Chem
from rdkit.Chem import rdMolTransforms

from molgen.chem.molecules.common_part import common_part
from molgen.chem.molecules.positions import with_conformers
from molgen.chem.molecules.reference import reference_ligand
from molgen.conformers.config import GenerateConfig
from molgen.conformers.restraint_options import is_core_file, torsion_range
from molgen.errors import ParseError, readable
from molgen.geometry import rigid
from molgen.geometry.alignment import kabsch
from molgen.metrics.stereo import inverted_centers
from molgen.physics.shape_restraints import ShapeRestraints
from molgen.sampling.guards import MoleculeWarning

LEAST_CORE = 3
"""Least number of atoms that fix the position of a core."""
CORE_RMSD, TORSION_SLACK = 0.3, 10.0
"""Conformers whose core is further away (Angstrom) or whose torsions are further outside (degrees) are dropped."""
DISTANCE_STIFFNESS, _TORSION = 500.0, 100.0
"""Force constants: kcal/mol/Angstrom^2, kcal/mol/radian^2."""
_MOST_WAYS = 1000
"""In which a core is laid on a molecule."""
UNFINISHED = (
    "the search for the part in common with the core was given up: what stays in place may be smaller than it could be"
)


@dataclass(frozen=True)
class Torsion:
    """Four atoms and the range of their torsion, degrees."""

    atoms: tuple[int, int, int, int]
    low: float
    high: float


@dataclass(frozen=True)
class Restraints:
    """Restraints on one molecule.

    Attributes:
        core: atom -> coordinates, Angstrom.
        torsions: ranges that torsions stay in.
    """

    core: Mapping[int, tuple[float, float, float]]
    torsions: tuple[Torsion, ...] = ()

    def add_to(self, field: Any, family: str) -> None:
        """Add the restraints to a force field of RDKit; ``family`` is "MMFF" or "UFF". The core as a whole may move."""
        for (i, first), (j, second) in itertools.combinations(self.core.items(), 2):
            length = float(np.linalg.norm(np.subtract(first, second)))
            getattr(field, f"{family}AddDistanceConstraint")(i, j, False, length, length, DISTANCE_STIFFNESS)
        for torsion in self.torsions:
            add = getattr(field, f"{family}AddTorsionConstraint")
            add(*torsion.atoms, False, torsion.low, torsion.high, _TORSION)

    def shape(self) -> ShapeRestraints:
        """The restraints on all conformers at once; the core as a whole may move."""
        pairs = self.core_pairs()
        places = np.array(list(self.core.values())).reshape(-1, 3)
        number = {atom: index for index, atom in enumerate(self.core)}
        ends = places[[number[atom] for atom in pairs.ravel().tolist()]].reshape(-1, 2, 3)
        return ShapeRestraints(
            pairs,
            np.linalg.norm(ends[:, 0] - ends[:, 1], axis=-1),
            DISTANCE_STIFFNESS,
            np.array([torsion.atoms for torsion in self.torsions], dtype=np.int64).reshape(-1, 4),
            np.radians([(torsion.low, torsion.high) for torsion in self.torsions]).reshape(-1, 2),
            _TORSION,
        )

    @property
    def atoms(self) -> set[int]:
        """The atoms that restraints name."""
        return set(self.core).union(*(torsion.atoms for torsion in self.torsions))

    def core_pairs(self) -> np.ndarray:
        """int64 [p, 2], the atoms of the core in pairs."""
        return np.array(list(itertools.combinations(self.core, 2)), dtype=np.int64).reshape(-1, 2)

    def freezes(self, begin: int, end: int) -> bool:
        """Whether the bond between two atoms must not rotate."""
        axes = [set(torsion.atoms[1:3]) for torsion in self.torsions]
        return {begin, end} <= set(self.core) or {begin, end} in axes

    def placed(self, positions: np.ndarray) -> np.ndarray:
        """Conformers [k, atoms, 3] superposed on the given coordinates by their core."""
        if not self.core:
            return positions
        atoms, target = list(self.core), torch.tensor(list(self.core.values()), dtype=torch.float64)
        motion = kabsch(torch.from_numpy(positions[:, atoms]), target.expand(len(positions), -1, -1))
        return rigid.apply(motion, torch.from_numpy(positions)).numpy()

    def hold(self, mol: Chem.Mol, positions: np.ndarray) -> np.ndarray:
        """Which conformers [k, atoms, 3] keep to the restraints, bool [k]."""
        holds = np.ones(len(positions), dtype=bool)
        if self.core:
            away = self.placed(positions)[:, list(self.core)] - np.array(list(self.core.values()))
            holds &= np.sqrt((away**2).sum(-1).mean(-1)) < CORE_RMSD
        for torsion in self.torsions:
            angles = [
                rdMolTransforms.GetDihedralDeg(conformer, *torsion.atoms)
                for conformer in with_conformers(mol, positions).GetConformers()
            ]
            middle, half = (torsion.low + torsion.high) / 2, (torsion.high - torsion.low) / 2
            outside = np.abs((np.array(angles) - middle + 180) % 360 - 180) - half
            holds &= outside < TORSION_SLACK
        return holds


def restraints_of(mol: Chem.Mol, config: GenerateConfig) -> Restraints | None:
    """The restraints of the options on this molecule; None without any.

    Raises:
        ParseError: the molecule has no such core or torsion, or no coordinates where its own are wanted.
        InputError: the file of the core cannot be read.
    """
    core = {**_core(mol, config.core), **_coordinates(mol, config.coord_map or {})}
    torsions = tuple(
        torsion for key, value in (config.torsions or {}).items() for torsion in _torsions(mol, key, value)
    )
    if not core and not torsions:
        return None
    if core and len(core) < LEAST_CORE:
        raise ParseError(f"the core has {len(core)} atoms in this molecule; at least {LEAST_CORE} are needed")
    return Restraints(core, torsions)


def _core(mol: Chem.Mol, core: Any) -> dict[int, tuple[float, float, float]]:
    if core is None:
        return {}
    if isinstance(core, Chem.Mol):
        return _on_reference(mol, core)
    if is_core_file(core):
        return _on_reference(mol, reference_ligand(core))
    match = mol.GetSubstructMatch(Chem.MolFromSmarts(core))
    if not match:
        raise ParseError(f"the core {readable(core)} is not in this molecule")
    _check_placed(mol, "a core by SMARTS stays where the input has it, and")
    return {atom: tuple(mol.GetConformer().GetPositions()[atom]) for atom in match}


def _on_reference(mol: Chem.Mol, reference: Chem.Mol) -> dict[int, tuple[float, float, float]]:
    _check_placed(reference, "the core")
    heavy = Chem.RemoveHs(reference)
    pattern: Chem.Mol | None = heavy
    if not mol.HasSubstructMatch(heavy):
        common = common_part(heavy, Chem.RemoveHs(mol))
        pattern = common.pattern
        if not common.whole:
            warnings.warn(UNFINISHED, MoleculeWarning, stacklevel=2)
    if pattern is None:
        raise ParseError("this molecule has nothing in common with the core")
    positions = heavy.GetConformer().GetPositions()[list(heavy.GetSubstructMatch(pattern))]
    ways = mol.GetSubstructMatches(pattern, uniquify=False, maxMatches=_MOST_WAYS)
    cores = [dict(zip(way, map(tuple, positions), strict=True)) for way in ways]
    return min(cores, key=lambda core: inverted_centers(mol, core))


def _coordinates(mol: Chem.Mol, given: Mapping[int, Any]) -> dict[int, tuple[float, float, float]]:
    placed = {}
    for atom, point in given.items():
        if not 0 <= atom < mol.GetNumAtoms():
            raise ParseError(f"coord_map has atom {atom}, counted from 0, which is not in this molecule")
        placed[int(atom)] = tuple(map(float, point))
    return placed


def _torsions(mol: Chem.Mol, key: str | Sequence[int], value: float | Sequence[float]) -> list[Torsion]:
    low, high = torsion_range(value)
    quadruples = mol.GetSubstructMatches(Chem.MolFromSmarts(key)) if isinstance(key, str) else [key]
    matches = [tuple(map(int, match)) for match in quadruples]
    if not matches or not all(0 <= atom < mol.GetNumAtoms() for match in matches for atom in match):
        raise ParseError(f"the torsion {readable(str(key))} is not in this molecule")
    return [Torsion((a, b, c, d), low, high) for a, b, c, d in matches]


def _check_placed(mol: Chem.Mol, name: str) -> None:
    if not mol.GetNumConformers() or not mol.GetConformer().Is3D():
        raise ParseError(f"{name} has no 3D coordinates")
