"""3D structures as sticks in an SVG: what a notebook shows where no script runs, as on a stored page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

CARBON, PALE, GRAY = "#007a5a", "#a9d8ca", "#8a8f98"
_ELEMENTS = {"O": "#d55e00", "N": "#0072b2", "S": "#d9a400", "P": "#e69f00"} | dict.fromkeys(
    ("F", "Cl", "Br", "I"), "#56b4e9"
)
_CONTACT = "#0072b2"
_MARGIN = 0.8  # Angstrom


@dataclass(frozen=True)
class Sticks:
    """Bonds of one structure.

    Attributes:
        positions: float64 [n, 3], Angstrom.
        bonds: pairs of atoms.
        colors: [n], of each atom; a bond is drawn in two halves where they differ.
        width: of a bond, Angstrom.
    """

    positions: NDArray[np.float64]
    bonds: Sequence[tuple[int, int]]
    colors: Sequence[str]
    width: float = 0.25


def sticks_of(mol: Chem.Mol, positions: NDArray[np.float64], *, carbon: str = "", width: float = 0.25) -> Sticks:
    """The heavy atoms of a molecule; elements in their colors, or all atoms in that of `carbon` if it is given.

    Args:
        mol: the molecule.
        positions: float64 [atoms, 3], Angstrom.
        carbon: one color for everything.
        width: of a bond, Angstrom.
    """
    colors = [carbon or _ELEMENTS.get(atom.GetSymbol(), CARBON) for atom in mol.GetAtoms()]
    bonds = [(bond.GetBeginAtom(), bond.GetEndAtom()) for bond in mol.GetBonds()]
    heavy = [(a.GetIdx(), b.GetIdx()) for a, b in bonds if a.GetAtomicNum() > 1 and b.GetAtomicNum() > 1]
    return Sticks(positions, heavy, colors, width)


def stick_svg(
    layers: Sequence[Sticks],
    *,
    dashes: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]] = (),
    width: int = 420,
    height: int = 260,
) -> str:
    """Structures one over the other, the first in front, seen from the broad side of the first; "" without bonds.

    Args:
        layers: the first is the one that is looked at.
        dashes: ends of dashed lines, Angstrom, e.g. of hydrogen bonds.
        width, height: pixels, at most.
    """
    drawn = [layer for layer in layers if layer.bonds]
    if not drawn:
        return ""
    center, axes = _broad_side(_used(drawn[0]))
    flat = [(layer.positions - center) @ axes for layer in drawn]
    ends = [tuple((end - center) @ axes for end in pair) for pair in dashes]
    seen = np.concatenate([*(_used(layer, xyz) for layer, xyz in zip(drawn, flat, strict=True)), *map(np.array, ends)])
    low, high = seen[:, :2].min(axis=0) - _MARGIN, seen[:, :2].max(axis=0) + _MARGIN
    scale = float(min(width / (high[0] - low[0]), height / (high[1] - low[1])))
    size = (high - low) * scale
    shift = np.array([low[0], low[1], 0.0])
    lines = [
        line
        for layer, xyz in reversed(list(zip(drawn, flat, strict=True)))
        for line in _lines(layer, (xyz - shift) * scale, scale)
    ]
    lines += [_dash((start - shift) * scale, (end - shift) * scale) for start, end in ends]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]:.0f}" height="{size[1]:.0f}" '
        f'viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" stroke-linecap="round">{"".join(lines)}</svg>'
    )


def _broad_side(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Center [3], and axes [3, 3] whose columns are the longest, the next and the shortest, right-handed."""
    center = points.mean(axis=0)
    axes = np.linalg.eigh(np.cov((points - center).T) if len(points) > 1 else np.eye(3))[1][:, ::-1]
    return center, axes * np.array([1.0, 1.0, np.sign(np.linalg.det(axes))])


def _used(layer: Sticks, positions: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    return (layer.positions if positions is None else positions)[np.unique(np.array(layer.bonds))]


def _lines(layer: Sticks, xyz: NDArray[np.float64], scale: float) -> Iterable[str]:
    """The half bonds from the back to the front."""
    halves = []
    for first, second in layer.bonds:
        middle = (xyz[first] + xyz[second]) / 2
        halves += [(xyz[first], middle, layer.colors[first]), (middle, xyz[second], layer.colors[second])]
    halves.sort(key=lambda half: half[0][2] + half[1][2])
    for (x1, y1, _), (x2, y2, _), color in halves:
        ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        yield f'<line {ends} stroke="{color}" stroke-width="{layer.width * scale:.1f}"/>'


def _dash(start: NDArray[np.float64], end: NDArray[np.float64]) -> str:
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="{_CONTACT}" stroke-width="1.5" stroke-dasharray="3 4"/>'
