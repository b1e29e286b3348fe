"""Restraints of the user: anchored atoms and a fixed core."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdFMCS

from molgen.chem.features.molecule_features import heavy_atoms, without_hydrogens
from molgen.chem.formats.mmcif.atom_site import MAX_COORDINATE
from molgen.chem.formats.parsing import one_line, silent_rdkit
from molgen.chem.molecules.reference import reference_ligand
from molgen.errors import InputError

if TYPE_CHECKING:
    from molgen.chem.proteins.structure import Pocket
    from molgen.physics.restraints import PointRestraint

CORE_RADIUS = 0.5
"""Radius in which a core atom moves freely, Angstrom; with the soft restraint the core stays within 1 Angstrom."""
_BEYOND = 2.0
"""Angstrom outside the box that its soft walls let an atom be."""
_LEAST_CORE = 4
_MOST_MATCHES = 64
_MOST_LETTERS = 2000
_ANCHOR = re.compile(r"^(?P<smarts>.+)@(?P<numbers>[^@]+)$")


@dataclass(frozen=True)
class Anchor:
    """An atom restrained to stay near a point.

    Attributes:
        smarts: pattern; its first atom is the one that is restrained.
        point: (x, y, z), Angstrom.
        radius: Angstrom within which it is free.
    """

    smarts: str
    point: tuple[float, float, float]
    radius: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Anchor:
        """From "SMARTS@x,y,z[,radius]".

        Raises:
            InputError: the text has another form.
        """
        match = _ANCHOR.match(text.strip())
        try:
            numbers = [float(part) for part in match["numbers"].split(",")] if match else []
        except ValueError:
            numbers = []
        if match is None or len(numbers) not in (3, 4) or not _are_places(numbers):
            raise InputError(f"an anchor is SMARTS@x,y,z[,radius], not {text}")
        _pattern(match["smarts"])
        return cls(match["smarts"], (numbers[0], numbers[1], numbers[2]), *numbers[3:])


def restraints_of(
    mol: Chem.Mol, anchors: Sequence[Anchor | str] | str = (), core: Chem.Mol | str | Path | None = None
) -> tuple[PointRestraint, ...]:
    """The restraints on the heavy atoms of a ligand.

    Args:
        mol: ligand with explicit hydrogens.
        anchors: atoms near points.
        core: a pose, or the file of one, whose maximum common substructure with the ligand stays in place.

    Raises:
        InputError: a pattern is no SMARTS or is not in the ligand, or there is no common core.
    """
    given = [anchors] if isinstance(anchors, (str, Anchor)) else anchors
    parsed = [anchor if isinstance(anchor, Anchor) else Anchor.parse(anchor) for anchor in given]
    restraints = [_anchored(mol, anchor) for anchor in parsed]
    if core is not None:
        restraints.append(_core(mol, core if isinstance(core, Chem.Mol) else reference_ligand(core)))
    return tuple(restraints)


def check_reach(restraints: Sequence[PointRestraint], pockets: Sequence[Pocket]) -> None:
    """Raises InputError where a restraint asks for atoms outside the box of every pocket."""
    for restraint in restraints:
        points, radius = restraint.points.numpy(), restraint.radius.numpy()
        outside = (np.maximum(np.abs(points - pocket.center) - pocket.size / 2, 0) for pocket in pockets)
        away = min(float((np.linalg.norm(beyond, axis=1) - radius).max()) for beyond in outside)
        if away > _BEYOND:
            what = "an atom of the core" if len(points) > 1 else "the place of the anchor"
            raise InputError(f"{what} is {away:.1f} A outside the box: another frame, or a larger box?")


def _are_places(numbers: Sequence[float]) -> bool:
    """Whether these are three valid coordinates and, if given, a positive radius."""
    return bool((np.abs(numbers) <= MAX_COORDINATE).all()) and min(numbers[3:] or [1]) >= 0


def _pattern(smarts: str) -> Chem.Mol:
    with silent_rdkit():
        try:
            pattern = Chem.MolFromSmarts(smarts) if len(smarts) <= _MOST_LETTERS else None
        except (RuntimeError, ValueError):  # text that no encoding has, or an invariant of RDKit
            pattern = None
    if pattern is None or not pattern.GetNumAtoms():
        raise InputError(f"{one_line(smarts)} is not a SMARTS pattern")
    return pattern


def _anchored(mol: Chem.Mol, anchor: Anchor) -> PointRestraint:
    pattern = _pattern(anchor.smarts)
    position = {int(atom): k for k, atom in enumerate(heavy_atoms(mol))}
    atoms = sorted({match[0] for match in mol.GetSubstructMatches(pattern, uniquify=False)} & position.keys())
    if not atoms:
        raise InputError(f"the ligand has no heavy atom that matches {anchor.smarts}")
    return _restraint([[position[atom]] for atom in atoms], np.array([anchor.point]), anchor.radius)


def _core(mol: Chem.Mol, reference: Chem.Mol) -> PointRestraint:
    ligand, other = without_hydrogens(mol), without_hydrogens(reference)
    common = rdFMCS.FindMCS(
        [ligand, other],
        timeout=10,
        ringMatchesRingOnly=True,
        completeRingsOnly=True,
        matchChiralTag=False,
        bondCompare=rdFMCS.BondCompare.CompareOrder,
    )
    if common.numAtoms < _LEAST_CORE:
        raise InputError(f"the ligand and the core share {common.numAtoms} atoms; at least {_LEAST_CORE} are needed")
    pattern = Chem.MolFromSmarts(common.smartsString)
    points = reference_points(other, pattern)
    matches = ligand.GetSubstructMatches(pattern, uniquify=False, maxMatches=_MOST_MATCHES)
    return _restraint(matches, points, CORE_RADIUS)


def _restraint(matches: Sequence[Sequence[int]], points: np.ndarray, radius: float) -> PointRestraint:
    """The atoms of one of the matches [m, k] stay within a radius of k points."""
    import torch  # here, so that an anchor can be refused before its slow import

    from molgen.physics.restraints import PointRestraint

    places = torch.from_numpy(points).float()
    return PointRestraint(torch.tensor(matches), places, torch.full((len(points),), float(radius)))


def reference_points(reference: Chem.Mol, pattern: Chem.Mol) -> np.ndarray:
    """The positions of the first match of a pattern, [k, 3], Angstrom."""
    return reference.GetConformer().GetPositions()[list(reference.GetSubstructMatch(pattern))]
