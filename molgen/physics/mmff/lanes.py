"""Minimization of the conformers of a molecule on a CPU, several in the lanes of one core."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor

from molgen.physics.mmff import compiled
from molgen.physics.mmff.energy import MMFFEnergy
from molgen.physics.shape_restraints import ShapeRestraints

LANES, FEW = 32, 16
"""Conformers side by side; the second where there are no more."""
_NUMBERS = 11


def minimize_in_lanes(
    energy: MMFFEnergy,
    positions: Tensor,
    steps: int,
    preconditioner: Tensor,
    until: float,
    restraints: ShapeRestraints | None = None,
) -> tuple[Tensor, Tensor]:
    """What :func:`molgen.physics.lbfgs.minimize_batch` does, by compiled code; a conformer depends on no other.

    The first call on a machine compiles for some seconds; what it compiles is kept on disk.

    Args:
        energy: of one molecule, float32.
        positions: float32 [n, 3, B], Angstrom, on the CPU.
        steps: evaluations after the first, at most; 0 for the energies alone.
        preconditioner: float32 [n, n], see :func:`molgen.physics.lbfgs.graph_preconditioner`.
        until: kcal/mol/Angstrom; conformers whose largest force is below it are done.
        restraints: besides.

    Returns:
        positions [n, 3, B] and energies [B], kcal/mol, those of the restraints included; a conformer that is not finite
        stays as it was.

    Raises:
        ValueError: the shapes do not fit the molecule, or its constants are not float32.
    """
    n = energy.n_atoms
    if positions.shape[:-1] != (n, 3) or preconditioner.shape != (n, n) or energy.contact.dtype != torch.float32:
        raise ValueError(
            f"expected float32 [{n}, 3, B] and [{n}, {n}], got {tuple(positions.shape)}, {tuple(preconditioner.shape)} "
            f"and terms in {energy.contact.dtype}"
        )
    terms, moved = energy.compiled_terms, np.array(positions.detach().numpy(), np.float32, order="C")
    if restraints is not None:
        terms = _restrained(terms, restraints)
    energies = np.empty(moved.shape[2], np.float32)
    start = np.ascontiguousarray(preconditioner.detach().numpy(), np.float32)
    charges, force = np.float32(energy.charges), np.float32(until)
    lanes = FEW if len(energies) <= FEW else LANES
    room = _work(terms, lanes), _state(n, lanes), np.zeros((2, lanes), np.int64)
    if len(energies):
        compiled.minimize(terms, charges, start, moved, energies, steps, force, *room)
    return torch.from_numpy(moved), torch.from_numpy(energies)


def _restrained(terms: compiled.Terms, restraints: ShapeRestraints) -> compiled.Terms:
    low, high = restraints.ranges.T
    springs = np.full(len(restraints.lengths), restraints.stiffness), restraints.lengths
    ranges = np.full(len(low), restraints.torsional_stiffness), (low + high) / 2, (high - low) / 2
    return terms._replace(
        apart=np.ascontiguousarray(restraints.pairs.T, np.uint32),
        lengths=np.array(springs, np.float32),
        turned=np.ascontiguousarray(restraints.torsions.T, np.uint32),
        ranges=np.array(ranges, np.float32),
    )


def _work(terms: compiled.Terms, lanes: int) -> compiled.Work:
    vectors, angles = terms.vectors.shape[1], terms.angles.shape[1]
    shapes = [(vectors, 3)] * 2 + [(vectors,)] * 3 + [(angles,)] * 2 + [(4,)] * 2
    return compiled.Work(*(np.zeros((*shape, lanes), np.float32) for shape in shapes))


def _state(atoms: int, lanes: int) -> compiled.State:
    shapes = [(atoms, 3)] * 6 + [(compiled.MEMORY, atoms, 3)] * 2 + [(compiled.MEMORY + 1,), (_NUMBERS,)]
    return compiled.State(*(np.zeros((*shape, lanes), np.float32) for shape in shapes))


@cache
def warm_up() -> None:
    """Have the code compiled, or loaded, before a clock runs."""
    index, value = np.uint32, np.float32
    shapes: dict[str, tuple[tuple[int, ...], type]] = {
        **dict.fromkeys(("vectors", "angles", "torsions", "outer"), ((2, 0), index)),
        **dict.fromkeys(("stretch", "bend", "mixed"), ((2, 0), value)),
        **dict.fromkeys(("angle_signs", "lift", "outer_signs"), ((0,), value)),
        **{"linear": ((0,), np.bool_), "planes": ((3, 0), index), "barriers": ((4, 0), value)},
        **{"begins": ((2,), index), "second": ((0,), index), "contact": ((3, 0), value)},
    }
    terms = compiled.Terms(**{name: np.zeros(*shape) for name, shape in shapes.items()}, **compiled.no_restraints())
    positions, energies, start = np.zeros((1, 3, 1), value), np.zeros(1, value), np.ones((1, 1), value)
    room = _work(terms, FEW), _state(1, FEW), np.zeros((2, FEW), np.int64)
    compiled.minimize(terms, value(1), start, positions, energies, 0, value(1), *room)
