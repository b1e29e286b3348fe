"""BFGS on R^3 x SO(3) x torus for one pose after the other, compiled: energies of maps or pair sums, tables, walls.

What is computed is that of :mod:`molgen.physics.energy`, :mod:`molgen.physics.torsion_tree` and
:mod:`molgen.physics.rigid_bfgs`, in 64 bits. All compiled code is in this file: numba's cache sees changes in the file
of a function alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from molgen.runtime.compiling import compiled, inner

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

_FIRST, _GROWTH = 0.2, 4.0
_ARMIJO, _LEAST_CURVATURE, _SHORTEST = 1e-4, 1e-8, 1e-3
_WALL = 10.0
_FASTMATH = "contract", "nsz"
_inner = inner(*_FASTMATH)


class Ligands(NamedTuple):
    """L ligands in columns, padded to n atoms, m axes and P pairs; see :class:`molgen.physics.torsion_tree.TorsionTree`
    and :class:`molgen.physics.intramolecular.LigandPairs`.

    Attributes:
        atoms, axes: of each ligand.
        start, end, parent: [m, L]; fragment: [n, L].
        counted: [n, L], weights of the energies with the receptor and the walls.
        is_fixed: the root stays where it is.
        first, second, offset: [P, L]; table, slopes: of all pairs; beyond: the place in a table that is past the
            cutoff; per_square: places for each squared Angstrom.
        paths, torsions: [t, 6, L] and [t, bins, L], of :class:`molgen.physics.torsion_terms.TorsionTerms`.
    """

    atoms: Indices
    axes: Indices
    start: Indices
    end: Indices
    parent: Indices
    fragment: Indices
    counted: Floats
    is_fixed: bool
    first: Indices
    second: Indices
    offset: NDArray[np.int32]
    table: Floats
    slopes: Floats
    beyond: int
    per_square: float
    paths: Indices
    torsions: Floats


class Restraints(NamedTuple):
    """Atoms that are held near points, see :class:`molgen.physics.restraints.PointRestraint`; R in all.

    Attributes:
        owner: [R], the ligand of each.
        shape: [R, 2], alternatives and atoms of each; atoms, points: [R + 1], where its own begin in the next:
        picked: indices of atoms, of one alternative after the other.
        place: [K, 3]; radius: [K], Angstrom.
        stiffness: [R], kcal/mol/Angstrom^2.
        linear: Angstrom beyond the radius from which the energy grows linearly.
    """

    owner: Indices
    shape: Indices
    atoms: Indices
    points: Indices
    picked: Indices
    place: Floats
    radius: Floats
    stiffness: Floats
    linear: float


class Receptor(NamedTuple):
    """The receptor and the box.

    Attributes:
        values, shape, classes: of maps, [C * X * Y * Z], (X, Y, Z) and [n, L]; no values where pairs are summed.
        origin: [3], of the maps, or of the ``positions`` [N, 3] of atoms; spacing: Angstrom.
        offset: int32 [n, N, L], where the table of each pair of atoms begins; table, slopes: of these;
        beyond, per_square: as of ligands.
        lower, upper: [3], corners of the box.
        ceiling: kcal/mol, or 0 for none.
        restraints: besides.
    """

    values: Floats
    shape: Indices
    classes: Indices
    origin: Floats
    spacing: float
    positions: Floats
    offset: NDArray[np.int32]
    table: Floats
    slopes: Floats
    beyond: int
    per_square: float
    lower: Floats
    upper: Floats
    ceiling: float
    restraints: Restraints


@_inner
def _on_maps(receptor, place, x, y, z):
    """Trilinear energy of an atom, and its gradient."""
    nx, ny, nz = receptor.shape[0], receptor.shape[1], receptor.shape[2]
    over = 1.0 / receptor.spacing
    u, v, w = (x - receptor.origin[0]) * over, (y - receptor.origin[1]) * over, (z - receptor.origin[2]) * over
    in_u, in_v, in_w = 0.0 < u < nx - 1, 0.0 < v < ny - 1, 0.0 < w < nz - 1
    u, v, w = min(max(u, 0.0), nx - 1.0001), min(max(v, 0.0), ny - 1.0001), min(max(w, 0.0), nz - 1.0001)
    i, j, k = int(u), int(v), int(w)
    u, v, w = u - i, v - j, w - k
    at, m, row, plane = np.uint64(place + (i * ny + j) * nz + k), receptor.values, np.uint64(nz), np.uint64(ny * nz)
    one = np.uint64(1)
    a, b, c, d = m[at], m[at + row], m[at + plane], m[at + plane + row]
    za, zb, zc, zd = m[at + one] - a, m[at + row + one] - b, m[at + plane + one] - c, m[at + plane + row + one] - d
    a, b, c, d = a + w * za, b + w * zb, c + w * zc, d + w * zd
    first, last = a + v * (b - a), c + v * (d - c)
    near, far = za + v * (zb - za), zc + v * (zd - zc)
    along_x = (last - first) * over if in_u else 0.0
    along_y = ((b - a) + u * ((d - c) - (b - a))) * over if in_v else 0.0
    along_z = (near + u * (far - near)) * over if in_w else 0.0
    return first + u * (last - first), along_x, along_y, along_z


@_inner
def _on_atoms(receptor, atom, ligand, x, y, z):
    """Energy of an atom by pair sums, and its gradient."""
    x, y, z = x - receptor.origin[0], y - receptor.origin[1], z - receptor.origin[2]
    energy = sx = sy = sz = 0.0
    reach = receptor.beyond / receptor.per_square
    for k in range(receptor.positions.shape[0]):
        dx, dy, dz = x - receptor.positions[k, 0], y - receptor.positions[k, 1], z - receptor.positions[k, 2]
        square = dx * dx + dy * dy + dz * dz
        if square < reach:
            at = receptor.offset[atom, k, ligand] + int(square * receptor.per_square)
            energy += receptor.table[at]
            pull = receptor.slopes[at]
            sx, sy, sz = sx + pull * dx, sy + pull * dy, sz + pull * dz
    return energy, sx, sy, sz


@_inner
def _excess(held, point, x, atom):
    """How far an atom is beyond its free radius, and from the middle."""
    dx, dy, dz = x[atom, 0] - held.place[point, 0], x[atom, 1] - held.place[point, 1], x[atom, 2] - held.place[point, 2]
    distance = np.sqrt(dx * dx + dy * dy + dz * dz)
    return max(distance - held.radius[point], 0.0), distance


@_inner
def _add_restraint(held, r, x, gradient):
    """The energy of the lowest alternative; adds its gradient."""
    count, lowest, best = held.shape[r, 1], np.inf, 0
    for alternative in range(held.shape[r, 0]):
        energy = 0.0
        for k in range(count):
            excess, _ = _excess(held, held.points[r] + k, x, held.picked[held.atoms[r] + alternative * count + k])
            near = min(excess, held.linear)
            energy += held.stiffness[r] * (near * near + 2 * held.linear * (excess - near))
        if energy < lowest:
            lowest, best = energy, alternative
    for k in range(count):
        point, atom = held.points[r] + k, held.picked[held.atoms[r] + best * count + k]
        excess, distance = _excess(held, point, x, atom)
        pull = 2 * held.stiffness[r] * min(excess, held.linear) / max(distance, 1e-9)
        for axis in range(3):
            gradient[atom, axis] += pull * (x[atom, axis] - held.place[point, axis])
    return lowest


@_inner
def _cross(a, b):
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@_inner
def _product(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@_inner
def _between(x, i, j):
    return x[j, 0] - x[i, 0], x[j, 1] - x[i, 1], x[j, 2] - x[i, 2]


@_inner
def _mean(a, b):
    return 0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1]), 0.5 * (a[2] + b[2])


@_inner
def _add_torsion(ligands, t, ligand, x, gradient):
    """The energy of a torsion; adds its gradient (Blondel and Karplus, J. Comput. Chem. 17, 1132 (1996))."""
    a, other_a, b = ligands.paths[t, 0, ligand], ligands.paths[t, 1, ligand], ligands.paths[t, 2, ligand]
    c, d, other_d = ligands.paths[t, 3, ligand], ligands.paths[t, 4, ligand], ligands.paths[t, 5, ligand]
    axis = _between(x, b, c)
    first = _mean(_between(x, a, b), _between(x, other_a, b))
    last = _mean(_between(x, c, d), _between(x, c, other_d))
    above, below = _cross(first, axis), _cross(axis, last)
    square = max(_product(axis, axis), 1e-6)
    length, bins = np.sqrt(square), ligands.torsions.shape[1]
    angle = np.arctan2(length * _product(first, below), _product(above, below))
    place = (angle + np.pi) * (bins / (2 * np.pi))
    left = min(int(place), bins - 1)
    low, high = ligands.torsions[t, left, ligand], ligands.torsions[t, (left + 1) % bins, ligand]
    slope = (high - low) * (bins / (2 * np.pi))
    on_a, on_d = -slope * length / max(_product(above, above), 1e-6), slope * length / max(_product(below, below), 1e-6)
    before, after = _product(first, axis) / square, _product(last, axis) / square
    for k in range(3):
        pull, push = on_a * above[k], on_d * below[k]
        gradient[a, k] += 0.5 * pull
        gradient[other_a, k] += 0.5 * pull
        gradient[b, k] += after * push - (1.0 + before) * pull
        gradient[c, k] += before * pull - (1.0 + after) * push
        gradient[d, k] += 0.5 * push
        gradient[other_d, k] += 0.5 * push
    return low + (place - left) * (high - low)


@_inner
def _energy(ligands, receptor, ligand, x, gradient):
    """Energy of a pose ``x`` [n, 3]; writes its gradient by the coordinates."""
    total = 0.0
    for i in range(ligands.atoms[ligand]):
        if not np.isfinite(x[i, 0] + x[i, 1] + x[i, 2]):
            return np.inf
        weight = ligands.counted[i, ligand]
        if len(receptor.values):
            energy, sx, sy, sz = _on_maps(receptor, receptor.classes[i, ligand], x[i, 0], x[i, 1], x[i, 2])
        else:
            energy, sx, sy, sz = _on_atoms(receptor, i, ligand, x[i, 0], x[i, 1], x[i, 2])
        energy *= weight
        share = 1.0
        if receptor.ceiling > 0.0:
            share = receptor.ceiling / (receptor.ceiling + max(energy, 0.0))
        total += energy * share
        for axis in range(3):
            above = max(x[i, axis] - receptor.upper[axis], 0.0)
            outside = (above - max(receptor.lower[axis] - x[i, axis], 0.0)) * weight
            total += _WALL * outside * outside
            gradient[i, axis] = 2 * _WALL * outside
        share *= share * weight
        gradient[i, 0], gradient[i, 1], gradient[i, 2] = (
            gradient[i, 0] + sx * share,
            gradient[i, 1] + sy * share,
            gradient[i, 2] + sz * share,
        )
    for p in range(ligands.first.shape[0]):
        i, j = ligands.first[p, ligand], ligands.second[p, ligand]
        dx, dy, dz = x[i, 0] - x[j, 0], x[i, 1] - x[j, 1], x[i, 2] - x[j, 2]
        place = (dx * dx + dy * dy + dz * dz) * ligands.per_square
        if place < ligands.beyond:
            at = ligands.offset[p, ligand] + int(place)
            total += ligands.table[at]
            pull = ligands.slopes[at]
            gradient[i, 0], gradient[i, 1], gradient[i, 2] = (
                gradient[i, 0] + pull * dx,
                gradient[i, 1] + pull * dy,
                gradient[i, 2] + pull * dz,
            )
            gradient[j, 0], gradient[j, 1], gradient[j, 2] = (
                gradient[j, 0] - pull * dx,
                gradient[j, 1] - pull * dy,
                gradient[j, 2] - pull * dz,
            )
    for t in range(min(ligands.axes[ligand], ligands.paths.shape[0])):
        total += _add_torsion(ligands, t, ligand, x, gradient)
    for r in range(len(receptor.restraints.owner)):
        if receptor.restraints.owner[r] == ligand:
            total += _add_restraint(receptor.restraints, r, x, gradient)
    return total


@_inner
def _center(x, atoms, center):
    for axis in range(3):
        center[axis] = 0.0
        for i in range(atoms):
            center[axis] += x[i, axis]
        center[axis] /= atoms


@_inner
def _direction(x, start, end, out):
    """The unit vector along an axis."""
    length = 0.0
    for axis in range(3):
        out[axis] = x[end, axis] - x[start, axis]
        length += out[axis] * out[axis]
    length = max(np.sqrt(length), 1e-12)
    for axis in range(3):
        out[axis] /= length


@_inner
def _generalized(ligands, ligand, x, gradient, forces, center, unit, out):
    """The gradient [6 + m] along the tangent vectors, from that by the coordinates."""
    atoms, axes = ligands.atoms[ligand], ligands.axes[ligand]
    _center(x, atoms, center)
    forces[:] = 0.0
    for i in range(atoms):
        rx, ry, rz = x[i, 0] - center[0], x[i, 1] - center[1], x[i, 2] - center[2]
        gx, gy, gz = gradient[i, 0], gradient[i, 1], gradient[i, 2]
        own = ligands.fragment[i, ligand]
        forces[own, 0] += gx
        forces[own, 1] += gy
        forces[own, 2] += gz
        forces[own, 3] += ry * gz - rz * gy
        forces[own, 4] += rz * gx - rx * gz
        forces[own, 5] += rx * gy - ry * gx
    for k in range(axes - 1, -1, -1):
        end, own = ligands.end[k, ligand], k + 1
        _direction(x, ligands.start[k, ligand], end, unit)
        rx, ry, rz = x[end, 0] - center[0], x[end, 1] - center[1], x[end, 2] - center[2]
        out[6 + k] = (
            unit[0] * (forces[own, 3] - ry * forces[own, 2] + rz * forces[own, 1])
            + unit[1] * (forces[own, 4] - rz * forces[own, 0] + rx * forces[own, 2])
            + unit[2] * (forces[own, 5] - rx * forces[own, 1] + ry * forces[own, 0])
        )
        for axis in range(6):
            forces[ligands.parent[k, ligand], axis] += forces[own, axis]
    for axis in range(6):
        out[axis] = 0.0 if ligands.is_fixed else forces[0, axis]


@_inner
def _rotation(x, y, z, angle, turns, k):
    """The matrix of a rotation about a unit axis: ``turns[k]``."""
    cos, sin = np.cos(angle), np.sin(angle)
    rest = 1.0 - cos
    turns[k, 0, 0], turns[k, 0, 1], turns[k, 0, 2] = x * x * rest + cos, x * y * rest - z * sin, x * z * rest + y * sin
    turns[k, 1, 0], turns[k, 1, 1], turns[k, 1, 2] = x * y * rest + z * sin, y * y * rest + cos, y * z * rest - x * sin
    turns[k, 2, 0], turns[k, 2, 1], turns[k, 2, 2] = x * z * rest - y * sin, y * z * rest + x * sin, z * z * rest + cos


@_inner
def _turned(turns, k, axis, x, y, z):
    """A component of ``turns[k]`` times a vector."""
    return turns[k, axis, 0] * x + turns[k, axis, 1] * y + turns[k, axis, 2] * z


@_inner
def _move(ligands, ligand, x, motion, turns, shifts, center, unit, out):
    """``x`` [n, 3] moved along a tangent vector, torsions first: ``out``. The last of ``turns`` is used in between."""
    atoms, local = ligands.atoms[ligand], len(turns) - 1
    _center(x, atoms, center)
    angle = np.sqrt(motion[3] * motion[3] + motion[4] * motion[4] + motion[5] * motion[5])
    over = 1.0 / max(angle, 1e-12)
    _rotation(motion[3] * over, motion[4] * over, motion[5] * over, angle, turns, 0)
    for axis in range(3):
        shifts[0, axis] = center[axis] + motion[axis] - _turned(turns, 0, axis, center[0], center[1], center[2])
    for k in range(ligands.axes[ligand]):
        end, above = ligands.end[k, ligand], ligands.parent[k, ligand]
        _direction(x, ligands.start[k, ligand], end, unit)
        _rotation(unit[0], unit[1], unit[2], motion[6 + k], turns, local)
        px, py, pz = x[end, 0], x[end, 1], x[end, 2]
        for axis in range(3):
            unit[axis] = x[end, axis] - _turned(turns, local, axis, px, py, pz)
        for row in range(3):
            shifts[k + 1, row] = shifts[above, row] + _turned(turns, above, row, unit[0], unit[1], unit[2])
            for column in range(3):
                turns[k + 1, row, column] = (
                    turns[above, row, 0] * turns[local, 0, column]
                    + turns[above, row, 1] * turns[local, 1, column]
                    + turns[above, row, 2] * turns[local, 2, column]
                )
    for i in range(atoms):
        own = ligands.fragment[i, ligand]
        for axis in range(3):
            out[i, axis] = shifts[own, axis] + _turned(turns, own, axis, x[i, 0], x[i, 1], x[i, 2])


@_inner
def _reset(inverse, scale, freedom):
    for i in range(freedom):
        for j in range(freedom):
            inverse[i, j] = 0.0
        inverse[i, i] = scale[i]


@_inner
def _dot(a, b, freedom):
    total = 0.0
    for i in range(freedom):
        total += a[i] * b[i]
    return total


@_inner
def _row_dot(matrix, row, vector, freedom):
    total = 0.0
    for i in range(freedom):
        total += matrix[row, i] * vector[i]
    return total


@_inner
def _update(inverse, step, change, turned, freedom):
    """The BFGS update of the inverse Hessian after a step that was taken; longer steps where the energy curves down."""
    curvature = _dot(step, change, freedom)
    if not curvature > _LEAST_CURVATURE:
        for i in range(freedom):
            for j in range(freedom):
                inverse[i, j] *= _GROWTH
        return
    for i in range(freedom):
        turned[i] = _row_dot(inverse, i, change, freedom)
    rho = 1.0 / curvature
    factor = rho * (1.0 + rho * _dot(change, turned, freedom))
    for i in range(freedom):
        turned[i] = 0.5 * factor * step[i] - rho * turned[i]
    for i in range(freedom):
        for j in range(freedom):
            inverse[i, j] += turned[i] * step[j] + step[i] * turned[j]


@_inner
def _scales(ligands, ligand, x, center, scale):
    """The first guess of the inverse Hessian's diagonal."""
    atoms, radius = ligands.atoms[ligand], 0.0
    _center(x, atoms, center)
    for i in range(atoms):
        for axis in range(3):
            radius += (x[i, axis] - center[axis]) ** 2
    radius = max(radius / atoms, 1.0)
    for k in range(len(scale)):
        scale[k] = _FIRST if k < 3 else _FIRST / radius


@compiled(*_FASTMATH)
def minimize(ligands, receptor, positions, energies, iterations, longest):
    """Minimize poses in place: those of the first ligand, then as many of the second, and so on.

    Args:
        ligands, receptor: the energy.
        positions: float32 [n, 3, B], Angstrom.
        energies: float32 [B], kcal/mol, written.
        iterations: evaluations after the first.
        longest: Angstrom that a trial step may move.
    """
    n, poses = positions.shape[0], positions.shape[2]
    width = 6 + ligands.start.shape[0]
    x, moved, by_atom = np.zeros((n, 3)), np.zeros((n, 3)), np.zeros((n, 3))
    forces, turns, shifts = np.zeros((width - 5, 6)), np.zeros((width - 4, 3, 3)), np.zeros((width - 5, 3))
    inverse = np.zeros((width, width))
    gradient, trial, direction, step, change, turned, scale = np.zeros((7, width))
    center, unit = np.zeros(3), np.zeros(3)
    each = poses // len(ligands.atoms)
    for pose in range(poses):
        ligand = pose // each
        atoms, freedom = ligands.atoms[ligand], 6 + ligands.axes[ligand]
        for i in range(atoms):
            for axis in range(3):
                x[i, axis] = positions[i, axis, pose]
        _scales(ligands, ligand, x, center, scale)
        energy = _energy(ligands, receptor, ligand, x, by_atom)
        _generalized(ligands, ligand, x, by_atom, forces, center, unit, gradient)
        _reset(inverse, scale, freedom)
        for i in range(freedom):
            direction[i] = -scale[i] * gradient[i]
        size = 1.0
        for _ in range(iterations):
            slope = _dot(direction, gradient, freedom)
            if not slope < 0.0:
                _reset(inverse, scale, freedom)
                for i in range(freedom):
                    direction[i] = -scale[i] * gradient[i]
                slope = _dot(direction, gradient, freedom)
            length = 1e-24
            for i in range(freedom):
                length = max(length, direction[i] * direction[i] * (_FIRST / scale[i]))
            length = size * min(longest / np.sqrt(length), 1.0)
            for i in range(freedom):
                step[i] = direction[i] * length
            _move(ligands, ligand, x, step, turns, shifts, center, unit, moved)
            lower = _energy(ligands, receptor, ligand, moved, by_atom)
            if lower <= energy + _ARMIJO * slope * length:
                _generalized(ligands, ligand, moved, by_atom, forces, center, unit, trial)
                for i in range(freedom):
                    change[i] = trial[i] - gradient[i]
                    gradient[i] = trial[i]
                _update(inverse, step, change, turned, freedom)
                energy, size = lower, 1.0
                for i in range(atoms):
                    for axis in range(3):
                        x[i, axis] = moved[i, axis]
            else:
                size *= min(max(-slope * length / (2 * max(lower - energy - slope * length, 1e-9)), 0.1), 0.6)
                if size < _SHORTEST:
                    _reset(inverse, scale, freedom)
                    size = 1.0
            for i in range(freedom):
                direction[i] = -_row_dot(inverse, i, gradient, freedom)
        energies[pose] = energy
        for i in range(atoms):
            for axis in range(3):
                positions[i, axis, pose] = x[i, axis]
