"""MMFF94s energies and their minimization on a CPU, compiled: conformers side by side in the lanes of a processor.

The terms are those of `bonded` and `contacts`, the steps those of :mod:`molgen.physics.quasi_newton`, but a lane takes
the next conformer as soon as its own has arrived, and all that a step needs stays in the cache. Lanes do not see each
other. All compiled code is in this file: numba's cache sees changes in the file of a function alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from molgen.runtime.compiling import compiled, inner

Floats = NDArray[np.float32]
Indices = NDArray[np.uint32]

MEMORY = 5
"""Steps that L-BFGS remembers."""
_REVIEW = 5
"""Evaluations after which a conformer is asked whether it has arrived."""
_F = np.float32
_ZERO, _HALF, _ONE, _TWO, _THREE, _SEVEN = _F(0), _F(0.5), _F(1), _F(2), _F(3), _F(7)
_HALF_PI, _FULL = _F(np.pi / 2), _F(2 * np.pi)
_NEAREST = _F(0.01)  # square of 0.1 Angstrom
_STRAIGHT, _LEVEL, _LEAST_SINE = _F(2e-5), _F(1e-8), _F(1e-6)  # squared sines
_CUBIC_BEND, _STRETCH_ENERGY, _STRETCH_FORCE = _F(-0.4), _F(7 / 6), _F(14 / 3)
_VDW_SHIFT, _VDW_POWER, _CHARGE_SHIFT = _F(0.07), _F(0.12), _F(0.05)
_LONGEST, _LEAST_SQUARE = _F(0.3), _F(1e-12)
_ARMIJO, _LEAST_CURVATURE, _SHORTENING, _SHORTEST = _F(1e-4), _F(1e-8), _F(0.4), _F(1e-3)
# arcsine(s) / s in powers of s^2 up to 0.25: a Chebyshev fit, good to 5e-9
_SERIES = (1.0, 0.1666678701171962, 0.07494534269345886, 0.045539009714741, 0.023909363581096, 0.042553599123442)
_C0, _C1, _C2, _C3, _C4, _C5 = (_F(c) for c in _SERIES)

_FASTMATH = "contract", "arcp", "nsz", "afn"
_inner = inner(*_FASTMATH)
_inlined = inner(*_FASTMATH, inline=True)


class Terms(NamedTuple):
    """The terms of a molecule of n atoms, see :class:`molgen.physics.mmff.bonded.BondedTerms`.

    Contacts are sorted by their first atoms: those of atom i, whose other atoms are ``second`` [p], are the rows
    ``begins[i]`` to ``begins[i + 1]``. Last come restraints: pairs ``apart`` [2, h] with stiffness and length [2, h],
    and four atoms each, ``turned`` [4, t], with the stiffness outside of a range of angles, its middle and half its
    width, radian [3, t].
    """

    vectors: Indices
    stretch: Floats
    angles: Indices
    angle_signs: Floats
    bend: Floats
    mixed: Floats
    linear: NDArray[np.bool_]
    planes: Indices
    lift: Floats
    torsions: Indices
    outer: Indices
    outer_signs: Floats
    barriers: Floats
    begins: Indices
    second: Indices
    contact: Floats
    apart: Indices
    lengths: Floats
    turned: Indices
    ranges: Floats


def no_restraints() -> dict[str, np.ndarray]:
    """The last fields of :class:`Terms` where nothing is restrained."""
    pairs, fours = np.zeros((2, 0), np.uint32), np.zeros((4, 0), np.uint32)
    return {"apart": pairs, "lengths": np.zeros((2, 0), _F), "turned": fours, "ranges": np.zeros((3, 0), _F)}


class Work(NamedTuple):
    """What an evaluation puts down, for each of K lanes: of e vectors their units and the slopes along them [e, 3, K],
    lengths, excess lengths and the slopes along these [e, K]; cosines of a angles and the slopes along them [a, K];
    and sums of an atom and of a pair [4, K]."""

    unit: Floats
    on_unit: Floats
    length: Floats
    excess: Floats
    by_length: Floats
    cosine: Floats
    by_cosine: Floats
    of_atom: Floats
    of_pair: Floats


class State(NamedTuple):
    """Where K lanes are: positions, gradient and direction, the trial point, its gradient and a product with the
    preconditioner [n, 3, K]; the scaled steps and changes of the gradient of the last iterations [MEMORY, n, 3, K];
    shares of these in a direction [MEMORY + 1, K]; and numbers [11, K], see :func:`minimize`."""

    x: Floats
    gradient: Floats
    direction: Floats
    trial: Floats
    slopes: Floats
    product: Floats
    steps: Floats
    changes: Floats
    shares: Floats
    numbers: Floats


@_inner
def _arcsine(sine):
    """Of values from 0 to 1."""
    large = sine > _HALF
    square = (_ONE - sine) * _HALF if large else sine * sine
    root = np.sqrt(square) if large else sine
    series = ((((_C5 * square + _C4) * square + _C3) * square + _C2) * square + _C1) * square + _C0
    return _HALF_PI - _TWO * root * series if large else root * series


@_inner
def _stretch(terms, x, work, energy):
    lanes = x.shape[2]
    for e in range(terms.vectors.shape[1]):
        i, j = terms.vectors[0, e], terms.vectors[1, e]
        force, rest = terms.stretch[0, e], terms.stretch[1, e]
        for k in range(lanes):
            dx, dy, dz = x[i, 0, k] - x[j, 0, k], x[i, 1, k] - x[j, 1, k], x[i, 2, k] - x[j, 2, k]
            square = dx * dx + dy * dy + dz * dz
            length = np.sqrt(square if square > _NEAREST else _NEAREST)
            over = _ONE / length
            excess = length - rest
            pull = force * excess
            work.unit[e, 0, k], work.unit[e, 1, k], work.unit[e, 2, k] = dx * over, dy * over, dz * over
            work.length[e, k], work.excess[e, k] = length, excess
            work.by_length[e, k] = ((_STRETCH_FORCE * excess - _THREE) * excess + _ONE) * pull
            energy[k] += ((_STRETCH_ENERGY * excess - _ONE) * excess + _HALF) * excess * pull


@_inner
def _bend(terms, work, energy):
    lanes = energy.shape[0]
    unit, excess, by_length = work.unit, work.excess, work.by_length
    for a in range(terms.angles.shape[1]):
        i, j, sign = terms.angles[0, a], terms.angles[1, a], terms.angle_signs[a]
        force, rest, left, right = terms.bend[0, a], terms.bend[1, a], terms.mixed[0, a], terms.mixed[1, a]
        for k in range(lanes):
            inner = unit[i, 0, k] * unit[j, 0, k] + unit[i, 1, k] * unit[j, 1, k] + unit[i, 2, k] * unit[j, 2, k]
            work.cosine[a, k] = inner * sign
        if terms.linear[a]:
            for k in range(lanes):
                work.by_cosine[a, k] = force
                energy[k] += force * (_ONE + work.cosine[a, k])
            continue
        for k in range(lanes):
            cosine = work.cosine[a, k]
            size = cosine if cosine > _ZERO else -cosine
            size = size if size < _ONE else _ONE
            arc = _arcsine(size)
            wide = (_HALF_PI - arc if cosine > _ZERO else _HALF_PI + arc) - rest
            square = _ONE - size * size
            sine = np.sqrt(square if square > _LEAST_SINE else _LEAST_SINE)
            pull = left * excess[i, k] + right * excess[j, k]
            push = force * wide
            more = _CUBIC_BEND * push * wide
            energy[k] += (pull + _HALF * (push + more)) * wide
            work.by_cosine[a, k] = -(pull + push + (_ONE + _HALF) * more) / sine
            by_length[i, k] += wide * left
            by_length[j, k] += wide * right


@_inner
def _lift(terms, work, energy):
    lanes = energy.shape[0]
    cosine, by_cosine = work.cosine, work.by_cosine
    for o in range(terms.planes.shape[1]):
        first, second, third, force = terms.planes[0, o], terms.planes[1, o], terms.planes[2, o], terms.lift[o]
        for k in range(lanes):
            a, b, c = cosine[first, k], cosine[second, k], cosine[third, k]
            wide, other = _ONE - a * a, _ONE - b * b
            wide, other = wide if wide > _STRAIGHT else _STRAIGHT, other if other > _STRAIGHT else _STRAIGHT
            across, along = c - a * b, b - a * c
            square = other - across * across / wide
            square = square if square > _LEVEL else _LEVEL
            square = square if square < _ONE - _LEVEL else _ONE - _LEVEL
            sine, level = np.sqrt(square), _ONE - square
            angle = _arcsine(sine)
            slope = force * angle
            energy[k] -= _HALF * slope * angle
            slope /= sine * np.sqrt(level) * wide
            by_cosine[first, k] += (a * level - b * c) * slope
            by_cosine[second, k] += along * slope
            by_cosine[third, k] += across * slope


@_inner
def _turn(terms, work, energy):
    lanes = energy.shape[0]
    unit, on_unit, cosine, by_cosine = work.unit, work.on_unit, work.cosine, work.by_cosine
    on_outer = work.of_pair
    for t in range(terms.torsions.shape[1]):
        left, right, i, j = terms.torsions[0, t], terms.torsions[1, t], terms.outer[0, t], terms.outer[1, t]
        sign = terms.outer_signs[t]
        none, one, two, three = terms.barriers[0, t], terms.barriers[1, t], terms.barriers[2, t], terms.barriers[3, t]
        for k in range(lanes):
            outer = unit[i, 0, k] * unit[j, 0, k] + unit[i, 1, k] * unit[j, 1, k] + unit[i, 2, k] * unit[j, 2, k]
            p, r = cosine[left, k], cosine[right, k]
            at_p, at_r = _ONE - p * p, _ONE - r * r
            at_p, at_r = at_p if at_p > _STRAIGHT else _STRAIGHT, at_r if at_r > _STRAIGHT else _STRAIGHT
            over = _ONE / np.sqrt(at_p * at_r)
            c = (outer * sign + p * r) * over
            energy[k] += ((three * c + two) * c + one) * c + none
            slope = (_THREE * three * c + _TWO * two) * c + one
            along, across = slope * c, slope * over
            by_cosine[left, k] += p / at_p * along + across * r
            by_cosine[right, k] += r / at_r * along + across * p
            on_outer[0, k] = across * sign
        _add_product(unit, on_unit, i, j, on_outer[0])


@_inner
def _add_product(unit, on_unit, i, j, slope):
    """Slopes along the products of two unit vectors, as slopes along both."""
    lanes = slope.shape[0]
    for axis in range(3):
        for k in range(lanes):
            on_unit[i, axis, k] += slope[k] * unit[j, axis, k]
        for k in range(lanes):
            on_unit[j, axis, k] += slope[k] * unit[i, axis, k]


@_inner
def _add_contacts(terms, charges, x, work, energy, gradient):
    lanes = x.shape[2]
    own, pair = work.of_atom, work.of_pair
    for i in range(x.shape[0]):
        own[:] = _ZERO
        for row in range(terms.begins[i], terms.begins[i + 1]):
            j = terms.second[row]
            over_radius, depth, charge = terms.contact[0, row], terms.contact[1, row], terms.contact[2, row] * charges
            for k in range(lanes):
                dx, dy, dz = x[i, 0, k] - x[j, 0, k], x[i, 1, k] - x[j, 1, k], x[i, 2, k] - x[j, 2, k]
                square = dx * dx + dy * dy + dz * dz
                square = square if square > _NEAREST else _NEAREST
                over = _ONE / np.sqrt(square)
                distance = square * over
                ratio = distance * over_radius
                near = _ONE / (ratio + _VDW_SHIFT)
                third = near * near * near
                well = third * third * near * depth
                sixth = ratio * ratio * ratio
                sixth *= sixth
                wide = _ONE / (ratio * sixth + _VDW_POWER)
                wall = well * wide * (_ONE + _VDW_POWER)
                vdw = wall - _TWO * well
                close = _ONE / (distance + _CHARGE_SHIFT)
                coulomb = charge * close
                slope = ((near * vdw + wall * wide * sixth) * over_radius * -_SEVEN - coulomb * close) * over
                pair[0, k], pair[1, k], pair[2, k], pair[3, k] = dx * slope, dy * slope, dz * slope, vdw + coulomb
            for axis in range(3):
                for k in range(lanes):
                    gradient[j, axis, k] -= pair[axis, k]
            for axis in range(4):
                for k in range(lanes):
                    own[axis, k] += pair[axis, k]
        for axis in range(3):
            for k in range(lanes):
                gradient[i, axis, k] += own[axis, k]
        for k in range(lanes):
            energy[k] += own[3, k]


@_inner
def _hold_apart(terms, x, energy, gradient):
    lanes = x.shape[2]
    for h in range(terms.apart.shape[1]):
        i, j, force, rest = terms.apart[0, h], terms.apart[1, h], terms.lengths[0, h], terms.lengths[1, h]
        for k in range(lanes):
            dx, dy, dz = x[i, 0, k] - x[j, 0, k], x[i, 1, k] - x[j, 1, k], x[i, 2, k] - x[j, 2, k]
            square = dx * dx + dy * dy + dz * dz
            length = np.sqrt(square if square > _NEAREST else _NEAREST)
            pull = force * (length - rest)
            slope = pull / length
            energy[k] += _HALF * pull * (length - rest)
            gradient[i, 0, k] += dx * slope
            gradient[i, 1, k] += dy * slope
            gradient[i, 2, k] += dz * slope
            gradient[j, 0, k] -= dx * slope
            gradient[j, 1, k] -= dy * slope
            gradient[j, 2, k] -= dz * slope


@_inner
def _hold_turned(terms, x, energy, gradient):
    """Dihedral angles and their derivatives: Blondel and Karplus 1996, J. Comput. Chem. 17, 1132."""
    lanes = x.shape[2]
    for t in range(terms.turned.shape[1]):
        a, b, c, d = terms.turned[0, t], terms.turned[1, t], terms.turned[2, t], terms.turned[3, t]
        force, middle, half = terms.ranges[0, t], terms.ranges[1, t], terms.ranges[2, t]
        for k in range(lanes):
            fx, fy, fz = x[a, 0, k] - x[b, 0, k], x[a, 1, k] - x[b, 1, k], x[a, 2, k] - x[b, 2, k]
            gx, gy, gz = x[b, 0, k] - x[c, 0, k], x[b, 1, k] - x[c, 1, k], x[b, 2, k] - x[c, 2, k]
            hx, hy, hz = x[d, 0, k] - x[c, 0, k], x[d, 1, k] - x[c, 1, k], x[d, 2, k] - x[c, 2, k]
            px, py, pz = fy * gz - fz * gy, fz * gx - fx * gz, fx * gy - fy * gx
            qx, qy, qz = hy * gz - hz * gy, hz * gx - hx * gz, hx * gy - hy * gx
            axis = gx * gx + gy * gy + gz * gz
            axis = np.sqrt(axis if axis > _NEAREST else _NEAREST)
            near, far = px * px + py * py + pz * pz, qx * qx + qy * qy + qz * qz
            near, far = near if near > _STRAIGHT else _STRAIGHT, far if far > _STRAIGHT else _STRAIGHT
            sine = ((qy * pz - qz * py) * gx + (qz * px - qx * pz) * gy + (qx * py - qy * px) * gz) / axis
            away = np.arctan2(sine, px * qx + py * qy + pz * qz) - middle
            away -= _FULL * np.floor(away / _FULL + _HALF)
            outside = away - half if away > half else away + half if away < -half else _ZERO
            pull = force * outside
            energy[k] += _HALF * pull * outside
            first, last = -pull * axis / near, pull * axis / far
            left, right = (fx * gx + fy * gy + fz * gz) / axis, (hx * gx + hy * gy + hz * gz) / axis
            along, across = pull * left / near, -pull * right / far
            mx, my, mz = along * px + across * qx, along * py + across * qy, along * pz + across * qz
            gradient[a, 0, k] += first * px
            gradient[a, 1, k] += first * py
            gradient[a, 2, k] += first * pz
            gradient[b, 0, k] += mx - first * px
            gradient[b, 1, k] += my - first * py
            gradient[b, 2, k] += mz - first * pz
            gradient[c, 0, k] -= mx + last * qx
            gradient[c, 1, k] -= my + last * qy
            gradient[c, 2, k] -= mz + last * qz
            gradient[d, 0, k] += last * qx
            gradient[d, 1, k] += last * qy
            gradient[d, 2, k] += last * qz


@_inlined
def _evaluate(terms, charges, x, work, energy, gradient):
    """Energies [LANES] and gradients [n, 3, LANES] of conformers ``x``."""
    lanes = x.shape[2]
    energy[:], gradient[:], work.on_unit[:] = _ZERO, _ZERO, _ZERO
    _stretch(terms, x, work, energy)
    _bend(terms, work, energy)
    _lift(terms, work, energy)
    _turn(terms, work, energy)
    unit, on_unit, slope = work.unit, work.on_unit, work.of_pair
    for a in range(terms.angles.shape[1]):
        for k in range(lanes):
            slope[0, k] = work.by_cosine[a, k] * terms.angle_signs[a]
        _add_product(unit, on_unit, terms.angles[0, a], terms.angles[1, a], slope[0])
    for e in range(terms.vectors.shape[1]):
        i, j = terms.vectors[0, e], terms.vectors[1, e]
        for k in range(lanes):
            over = _ONE / work.length[e, k]
            ux, uy, uz = unit[e, 0, k], unit[e, 1, k], unit[e, 2, k]
            fx, fy, fz = on_unit[e, 0, k] * over, on_unit[e, 1, k] * over, on_unit[e, 2, k] * over
            along = work.by_length[e, k] - (fx * ux + fy * uy + fz * uz)
            slope[0, k], slope[1, k], slope[2, k] = fx + ux * along, fy + uy * along, fz + uz * along
        for axis in range(3):
            for k in range(lanes):
                gradient[i, axis, k] += slope[axis, k]
            for k in range(lanes):
                gradient[j, axis, k] -= slope[axis, k]
    _add_contacts(terms, charges, x, work, energy, gradient)
    _hold_apart(terms, x, energy, gradient)
    _hold_turned(terms, x, energy, gradient)


@_inner
def _apply(matrix, x, out):
    """matrix [n, n] times x [n, 3, LANES], every coordinate alike."""
    lanes = x.shape[2]
    n = x.shape[0]
    whole = n - n % 4
    for i in range(n):
        for axis in range(3):
            for k in range(lanes):
                out[i, axis, k] = _ZERO
        for j in range(0, whole, 4):
            a, b, c, d = matrix[i, j], matrix[i, j + 1], matrix[i, j + 2], matrix[i, j + 3]
            for axis in range(3):
                for k in range(lanes):
                    out[i, axis, k] += (a * x[j, axis, k] + b * x[j + 1, axis, k]) + (
                        c * x[j + 2, axis, k] + d * x[j + 3, axis, k]
                    )
        for j in range(whole, n):
            for axis in range(3):
                for k in range(lanes):
                    out[i, axis, k] += matrix[i, j] * x[j, axis, k]


@_inner
def _dot(a, b, out):
    """Inner products [LANES] of vectors [n, 3, LANES]."""
    lanes = out.shape[0]
    out[:] = _ZERO
    for i in range(a.shape[0]):
        for axis in range(3):
            for k in range(lanes):
                out[k] += a[i, axis, k] * b[i, axis, k]


@_inner
def _farthest(x, out):
    """Squares [LANES] of the longest of vectors [n, 3, LANES]."""
    lanes = out.shape[0]
    out[:] = _ZERO
    for i in range(x.shape[0]):
        for k in range(lanes):
            square = x[i, 0, k] * x[i, 0, k] + x[i, 1, k] * x[i, 1, k] + x[i, 2, k] * x[i, 2, k]
            out[k] = out[k] if square <= out[k] else square


@_inner
def _put(target, source, chosen):
    """target[..., k] = source[..., k] where ``chosen`` [LANES] is positive."""
    lanes = chosen.shape[0]
    for i in range(target.shape[0]):
        for axis in range(3):
            for k in range(lanes):
                target[i, axis, k] = source[i, axis, k] if chosen[k] > _ZERO else target[i, axis, k]


@_inlined
def _recall(state, newest, scale, start):
    """The two-loop recursion: the downhill gradient ``state.slopes`` becomes the direction."""
    rest, product, shares = state.slopes, state.product, state.shares
    lanes = rest.shape[2]
    for age in range(MEMORY):
        m = (newest - age) % MEMORY
        _dot(state.steps[m], rest, shares[m])
        _add_scaled(rest, state.changes[m], shares[m], -_ONE)
    _apply(start, rest, product)
    for i in range(rest.shape[0]):
        for axis in range(3):
            for k in range(lanes):
                rest[i, axis, k] = product[i, axis, k] * scale[k]
    for age in range(MEMORY - 1, -1, -1):
        m = (newest - age) % MEMORY
        _dot(state.changes[m], rest, shares[MEMORY])
        for k in range(lanes):
            shares[m, k] -= shares[MEMORY, k]
        _add_scaled(rest, state.steps[m], shares[m], _ONE)


@_inner
def _add_scaled(x, other, factors, sign):
    """x[..., k] += sign * factors[k] * other[..., k]."""
    lanes = factors.shape[0]
    for i in range(x.shape[0]):
        for axis in range(3):
            for k in range(lanes):
                x[i, axis, k] += sign * factors[k] * other[i, axis, k]


@_inlined
def _changed(state, newest, length, curvature, stiffness, start):
    """Put down the step and the change of the gradient, and what both are worth."""
    step, change, product = state.steps[newest], state.changes[newest], state.product
    lanes = length.shape[0]
    for i in range(step.shape[0]):
        for axis in range(3):
            for k in range(lanes):
                step[i, axis, k] = state.direction[i, axis, k] * length[k]
                change[i, axis, k] = state.slopes[i, axis, k] - state.gradient[i, axis, k]
    _dot(step, change, curvature)
    _apply(start, change, product)
    _dot(change, product, stiffness)


@_inner
def _scaled(vectors, factors):
    """vectors[..., k] *= factors[k], or 0 where that is 0."""
    lanes = factors.shape[0]
    for i in range(vectors.shape[0]):
        for axis in range(3):
            for k in range(lanes):
                vectors[i, axis, k] = vectors[i, axis, k] * factors[k] if factors[k] > _ZERO else _ZERO


@_inlined
def _iterate(terms, charges, start, work, state, newest, fresh):
    """One evaluation in every lane and what follows from it; ``fresh`` [K] is positive where it is the first."""
    numbers = state.numbers
    energy, slope, size, scale, length = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    trial_energy, curvature, other, taken, good = numbers[5], numbers[6], numbers[7], numbers[8], numbers[9]
    x, gradient, direction, slopes, product = state.x, state.gradient, state.direction, state.slopes, state.product
    lanes = fresh.shape[0]
    _farthest(direction, other)
    for k in range(lanes):
        reach = _LONGEST / np.sqrt(other[k] if other[k] > _LEAST_SQUARE else _LEAST_SQUARE)
        length[k] = size[k] * (reach if reach < _ONE else _ONE)
    for i in range(x.shape[0]):
        for axis in range(3):
            for k in range(lanes):
                state.trial[i, axis, k] = x[i, axis, k] + direction[i, axis, k] * length[k]
    _evaluate(terms, charges, state.trial, work, trial_energy, slopes)
    _changed(state, newest, length, curvature, other, start)
    for k in range(lanes):
        lower = trial_energy[k] <= energy[k] + _ARMIJO * slope[k] * length[k]
        taken[k] = _ONE if lower or fresh[k] > _ZERO else _ZERO
        worth = taken[k] > _ZERO and curvature[k] > _LEAST_CURVATURE and not fresh[k] > _ZERO
        scale[k] = curvature[k] / (other[k] if other[k] > _LEAST_CURVATURE else _LEAST_CURVATURE) if worth else scale[k]
        good[k] = _ONE / np.sqrt(curvature[k]) if worth else _ZERO
        energy[k] = trial_energy[k] if taken[k] > _ZERO else energy[k]
        size[k] = _ONE if taken[k] > _ZERO else size[k] * _SHORTENING
    _scaled(state.steps[newest], good)
    _scaled(state.changes[newest], good)
    _put(x, state.trial, taken)
    _put(gradient, slopes, taken)
    for i in range(x.shape[0]):
        for axis in range(3):
            for k in range(lanes):
                slopes[i, axis, k] = -gradient[i, axis, k]
    _recall(state, newest, scale, start)
    _dot(slopes, gradient, other)
    anew = curvature
    restarts = False
    for k in range(lanes):
        stuck = size[k] < _SHORTEST
        follows = taken[k] > _ZERO and other[k] < _ZERO
        good[k] = _ONE if follows else _ZERO
        slope[k] = other[k] if follows else slope[k]
        anew[k] = _ONE if (taken[k] > _ZERO or stuck) and not follows else _ZERO
        size[k] = _ONE if stuck else size[k]
        restarts = restarts or anew[k] > _ZERO
    _put(direction, slopes, good)
    if restarts:
        _apply(start, gradient, product)
        for i in range(x.shape[0]):
            for axis in range(3):
                for k in range(lanes):
                    product[i, axis, k] = -product[i, axis, k]
        _dot(product, gradient, other)
        _put(direction, product, anew)
        for k in range(lanes):
            slope[k] = other[k] if anew[k] > _ZERO else slope[k]


@_inlined
def _begin(state, k, source, number):
    """Let a lane begin anew with a conformer of ``source`` [n, 3, B]."""
    for i in range(source.shape[0]):
        for axis in range(3):
            state.x[i, axis, k] = source[i, axis, number]
            state.direction[i, axis, k] = _ZERO
            for m in range(MEMORY):
                state.steps[m, i, axis, k] = _ZERO
                state.changes[m, i, axis, k] = _ZERO
    state.numbers[2, k] = state.numbers[3, k] = _ONE


@compiled(*_FASTMATH)
def minimize(terms, charges, start, positions, energies, most, until, work, state, at):
    """Minimize conformers in place: preconditioned L-BFGS, see :func:`molgen.physics.lbfgs.minimize_batch`.

    Args:
        terms: of the molecule.
        charges: float32, 1 where the electrostatic term takes part, else 0.
        start: float32 [n, n], the preconditioner.
        positions: float32 [n, 3, B], Angstrom.
        energies: float32 [B], kcal/mol, written.
        most: evaluations after the first, at most.
        until: float32, kcal/mol/Angstrom, of the largest force of a conformer that has arrived.
        work, state: room for K lanes, zeros. Numbers of a lane are its energy, slope, size and scale, the length and
            the energy of the trial, curvature, any, whether the trial is taken, its worth, and whether it is the first.
        at: int64 [2, K], room for the conformer of each lane, and its evaluations after the first.
    """
    number, age = at[0], at[1]
    fresh, forces = state.numbers[10], state.numbers[7]
    lanes, count = fresh.shape[0], positions.shape[2]
    following = live = min(lanes, count)
    newest = 0
    for k in range(lanes):
        number[k] = k if k < count else -1
        _begin(state, k, positions, k if k < count else 0)
    while live:
        for k in range(lanes):
            fresh[k] = _ONE if age[k] == 0 else _ZERO
        newest = (newest + 1) % MEMORY
        _iterate(terms, charges, start, work, state, newest, fresh)
        _farthest(state.gradient, forces)
        for k in range(lanes):
            if number[k] >= 0 and (age[k] == most or (age[k] % _REVIEW == 0 and not forces[k] > until * until)):
                energies[number[k]] = state.numbers[0, k]
                for i in range(positions.shape[0]):
                    for axis in range(3):
                        positions[i, axis, number[k]] = state.x[i, axis, k]
                if following < count:
                    number[k], age[k] = following, -1
                    _begin(state, k, positions, following)
                    following += 1
                else:
                    number[k] = -1
                    live -= 1
            age[k] += 1
