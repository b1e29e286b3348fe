"""Settings of hindered axes: of those without a mark, and of those in relative groups (enhanced stereo)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from rdkit import Chem

from molgen.chem.molecules.stereo.axes import AXIAL_MARKS

_INVERTED = dict(zip(AXIAL_MARKS, reversed(AXIAL_MARKS), strict=True))


def axial_isomers(isomers: Iterator[Chem.Mol], axes: Sequence[Chem.Bond]) -> Iterator[Chem.Mol]:
    """Every isomer with every setting of the axes that have no mark."""
    for isomer in isomers:
        for marks in itertools.product(AXIAL_MARKS, repeat=len(axes)):
            marked = Chem.Mol(isomer)
            for bond, mark in zip(axes, marks, strict=True):
                marked.GetBondWithIdx(bond.GetIdx()).SetStereo(mark)
            yield marked


def with_relative_axes(isomers: Iterator[Chem.Mol], heavy: Chem.Mol) -> Iterator[Chem.Mol]:
    """Isomers whose axes are inverted with the centers of their relative group, or both ways in one without centers.

    Args:
        isomers: of the centers and double bonds, in which RDKit leaves the axes as they were.
        heavy: the molecule that they were made of.
    """
    groups = [group for group in relative_groups(heavy) if group.GetBonds()]
    for isomer in isomers:
        for inverted in itertools.product(*(_inversions(group, heavy, isomer) for group in groups)):
            marked = Chem.Mol(isomer)
            for group in itertools.compress(groups, inverted):
                for bond in group.GetBonds():
                    own = marked.GetBondWithIdx(bond.GetIdx())
                    own.SetStereo(_INVERTED.get(own.GetStereo(), own.GetStereo()))
            yield marked


def relative_groups(heavy: Chem.Mol) -> list[Chem.StereoGroup]:
    """The groups of enhanced stereo that leave a choice (& and o)."""
    groups = heavy.GetStereoGroups()
    return [group for group in groups if group.GetGroupType() != Chem.StereoGroupType.STEREO_ABSOLUTE]


def _inversions(group: Chem.StereoGroup, heavy: Chem.Mol, isomer: Chem.Mol) -> tuple[bool, ...]:
    """Whether the axes of a group are to be inverted in an isomer: as its first center is."""
    center = next(iter(group.GetAtoms()), None)
    if center is None:
        return False, True
    before, after = (mol.GetAtomWithIdx(center.GetIdx()).GetChiralTag() for mol in (heavy, isomer))
    return (before != after,)
