"""The energies of docking as arrays for compiled code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from molgen.physics.direct import BINS as DIRECT_BINS
from molgen.physics.direct import DirectEnergy
from molgen.physics.energy import DockingEnergy, Restraint
from molgen.physics.intramolecular import BEYOND, LigandPairs
from molgen.physics.maps import GridMaps, MapField
from molgen.physics.poses.compiled import Ligands, Receptor, Restraints, minimize
from molgen.physics.restraints import LINEAR, OfOneLigand, PointRestraint
from molgen.physics.side_by_side import PairsOfLigands, TorsionTrees
from molgen.physics.torsion_terms import BINS, torsion_terms
from molgen.physics.torsion_tree import TorsionTree
from molgen.physics.vina import CUTOFF

_FIELDS = MapField, DirectEnergy
_TREES = TorsionTree, TorsionTrees
_PAIRS = LigandPairs, PairsOfLigands


def can_be_compiled(energy: Any, positions: Tensor) -> bool:
    """Whether compiled code knows an energy: that of docking, of float32 poses on a CPU."""
    return (
        isinstance(energy, DockingEnergy)
        and all(isinstance(_bare(restraint), PointRestraint) for restraint in energy.restraints)
        and isinstance(energy.field, _FIELDS)
        and isinstance(energy.tree, _TREES)
        and isinstance(energy.pairs, _PAIRS)
        and positions.device.type == "cpu"
        and positions.dtype == torch.float32
    )


def ligand_arrays(energy: DockingEnergy) -> Ligands:
    """The ligands of an energy, one or several side by side."""
    tree, pairs = energy.tree, energy.pairs
    assert isinstance(pairs, (LigandPairs, PairsOfLigands))
    if isinstance(tree, TorsionTrees):
        start, end, fragment = tree.start.index, tree.end.index, tree.turns.index
        parent = torch.cat([rows.index for rows in tree.shift_parents] or [start])
        atoms, axes = tree.counts, (tree.moving.values.sum(2) > 0).sum(1)
    else:
        assert isinstance(tree, TorsionTree)
        start, end, parent, fragment = (own[:, None] for own in (tree.start, tree.end, tree.parent, tree.fragment))
        atoms, axes = torch.tensor([len(fragment)]), torch.tensor([tree.n_torsions])
    if isinstance(pairs, PairsOfLigands):
        first, second, offset = pairs.first.index, pairs.second.index, pairs.offset
    else:
        first, second, offset = pairs.first[:, None], pairs.second[:, None], pairs.offset[:, None]
    terms = energy.torsions or torsion_terms(np.zeros((0, 6)), np.zeros((0, BINS)))
    counted = torch.ones(fragment.shape) if energy.counted is None else energy.counted.view(fragment.shape)
    indices = [_array(part, np.int64) for part in (atoms, axes, start, end, parent, fragment)]
    tables = [_array(part, np.float32) for part in (pairs.energy, pairs.slope)]
    return Ligands(
        *indices,
        counted=_array(counted, np.float32),
        is_fixed=tree.is_fixed,
        first=_array(first, np.int64),
        second=_array(second, np.int64),
        offset=_array(offset, np.int32),
        table=tables[0],
        slopes=tables[1],
        beyond=BEYOND,
        per_square=BEYOND / CUTOFF**2,
        paths=_array(terms.paths, np.int64),
        torsions=_array(terms.energy, np.float32),
    )


def receptor_arrays(energy: DockingEnergy) -> Receptor:
    """The receptor and the box of an energy."""
    field = energy.field
    none, ligands = np.zeros(0, np.float32), 1
    values: dict[str, Any] = {
        "values": none,
        "shape": np.ones(3, np.int64),
        "classes": np.zeros((0, ligands), np.int64),
        "spacing": 1.0,
        "positions": np.zeros((0, 3), np.float32),
        "offset": np.zeros((0, 0, ligands), np.int32),
        "table": none,
        "slopes": none,
    }
    if isinstance(field, MapField):
        maps = field.maps
        points = int(np.prod(maps.shape))
        classes = _array(field.classes.view(len(field.classes), -1), np.int64) * points
        values |= {"values": _array(maps.values, np.float32), "shape": np.array(maps.shape), "classes": classes}
        values |= {"origin": _array(maps.origin, np.float32), "spacing": float(maps.spacing)}
    else:
        assert isinstance(field, DirectEnergy)
        values |= {name: _array(getattr(field, name), np.float32) for name in ("origin", "positions")}
        values["offset"] = _array(field.offset.view(*field.offset.shape[:2], -1), np.int32)
        values |= {"table": _array(field.energy, np.float32), "slopes": _array(field.slope, np.float32)}
    return Receptor(
        **values,
        beyond=DIRECT_BINS,
        per_square=DIRECT_BINS / CUTOFF**2,
        lower=_array(energy.lower, np.float32),
        upper=_array(energy.upper, np.float32),
        ceiling=float(energy.ceiling or 0.0),
        restraints=_restraint_arrays(energy.restraints),
    )


def _bare(restraint: Restraint) -> Restraint:
    return restraint.restraint if isinstance(restraint, OfOneLigand) else restraint


def _restraint_arrays(restraints: Sequence[Restraint]) -> Restraints:
    """All in a row; what belongs to no ligand in particular belongs to the only one."""
    held = [own for own in map(_bare, restraints) if isinstance(own, PointRestraint)]
    shape = np.array([own.atoms.shape for own in held], np.int64).reshape(-1, 2)
    return Restraints(
        owner=np.array([own.place if isinstance(own, OfOneLigand) else 0 for own in restraints], np.int64),
        shape=shape,
        atoms=np.concatenate([[0], shape.prod(1).cumsum()]).astype(np.int64),
        points=np.concatenate([[0], shape[:, 1].cumsum()]).astype(np.int64),
        picked=_joined([own.atoms.flatten() for own in held], np.int64),
        place=_joined([own.points.flatten() for own in held], np.float32).reshape(-1, 3),
        radius=_joined([own.radius for own in held], np.float32),
        stiffness=np.array([own.stiffness for own in held], np.float32),
        linear=LINEAR,
    )


@cache
def warm_up() -> None:
    """Have the code compiled, or loaded, before a clock runs."""
    none, nothing = torch.zeros(0, dtype=torch.int64), torch.zeros(1)
    pairs = LigandPairs(none, none, none.int(), nothing, nothing, nothing[:, None])
    tree = TorsionTree(none, none, none, (), torch.zeros(1, dtype=torch.int64), torch.zeros(0, 1), none)
    maps = GridMaps(torch.zeros(8), torch.zeros(3), 1.0, (2, 2, 2))
    energy = DockingEnergy(
        tree, MapField(maps, torch.zeros(1, dtype=torch.int64)), pairs, torch.zeros(3), torch.ones(3)
    )
    positions, energies = np.zeros((1, 3, 1), np.float32), np.zeros(1, np.float32)
    minimize(ligand_arrays(energy), receptor_arrays(energy), positions, energies, 0, 1.0)


def _joined(parts: Sequence[Tensor], kind: type) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, kind), *(_array(part, kind) for part in parts)])


def _array(values: Tensor, kind: type) -> NDArray[Any]:
    return np.ascontiguousarray(values.numpy(), kind)
