"""Template conformers whose ring shapes follow their energies instead of the embedding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from molgen.chem.molecules.positions import with_conformers
from molgen.conformers.force_field import ConformerField
from molgen.conformers.templates.grafting import SubstitutedRing
from molgen.conformers.templates.ring_states import RingStates, ring_states
from molgen.metrics.stereo import stereo_mask

SCALE = 1.5
"""A shape has the weight exp(-strain / SCALE) relative to the lowest, kcal/mol."""
EMBEDDED_SHARE = 0.3
"""Share of the template conformers that have the shapes that embedding gave: what is seen in crystals, and folds that
the strain of a ring alone does not know of."""
WINDOW = 15.0
"""Template conformers are kept up to so far above the lowest, kcal/mol."""


def vary_rings(
    field: ConformerField,
    positions: NDArray[np.float64],
    rings: list[SubstitutedRing],
    count: int,
    *,
    steps: int,
    every: bool = False,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Template conformers with the shapes of their rings shared out by strain.

    Conformers with wanted shapes are kept; rings of the others, and of copies, are set to the missing shapes and
    minimized. Those with another stereo or too much strain are dropped, or kept as given.

    Args:
        field: of the molecule.
        positions: [k, atoms, 3], minimized template conformers, at least one, Angstrom.
        rings: of the molecule.
        count: template conformers to return, at most, or k if that is more.
        steps: of MMFF94s on each that is new.
        every: shapes of a ring come at least once each, the lowest first, before they are shared out.
        seed: of which shapes of different rings come together.

    Returns:
        [j, atoms, 3] with k <= j <= count.
    """
    given = len(positions)
    count = max(count, given)
    strain = field.energies(positions, electrostatics=False).values
    if not rings or not np.isfinite(strain).any():
        return positions
    lowest = int(np.nanargmin(strain))
    rng = np.random.default_rng(seed)
    moved = positions[np.arange(count) % given]
    changed = np.arange(count) >= given
    for ring in rings:
        states = ring_states(field, ring, positions, lowest)
        now = states.state_of(moved)
        wanted = _shared_out(states, now, given, every, rng)
        rows = np.flatnonzero((wanted != now) & (wanted >= 0))
        moved[rows] = states.placed(moved[rows], wanted[rows])
        changed[rows] = True
    new = np.flatnonzero(changed)
    moved[new], _ = field.minimize(moved[new], steps)
    return _kept(field, positions, moved, new)


def _shared_out(
    states: RingStates, now: NDArray[np.int64], given: int, every: bool, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The state that each template conformer is to have; -1 for as it is."""
    wanted = np.full(len(now), -1)
    if not len(states.energies):
        return wanted
    weights = np.exp(-(states.energies - states.energies.min()) / SCALE)
    embedded = np.bincount(now[:given][now[:given] >= 0], minlength=len(weights))
    shares = (1 - EMBEDDED_SHARE) * weights / weights.sum() + EMBEDDED_SHARE * embedded / max(1, embedded.sum())
    once = (np.arange(len(shares)) < len(now)).astype(np.int64) * every
    quota = once + _quota(shares / shares.sum(), len(now) - once.sum())
    for k in range(given):
        if now[k] >= 0 and quota[now[k]] > 0:
            quota[now[k]] -= 1
            wanted[k] = now[k]
    free = np.flatnonzero((wanted < 0) & (now >= 0))
    left = np.repeat(np.arange(len(quota)), quota)
    wanted[free] = rng.permutation(left)[: len(free)]
    return wanted


def _quota(shares: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Whole numbers that add up to ``count``, by the method of the largest remainder."""
    exact = shares * count
    quota = np.floor(exact).astype(np.int64)
    quota[np.argsort(quota - exact, kind="stable")[: count - quota.sum()]] += 1
    return quota


def _kept(
    field: ConformerField, given: NDArray[np.float64], moved: NDArray[np.float64], new: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Template conformers without the new ones that have another stereo or are strained."""
    good = stereo_mask(field.mol, with_conformers(field.mol, moved))
    strain = field.energies(moved, electrostatics=False).values
    good &= strain <= np.nanmin(strain[good], initial=np.inf) + WINDOW
    lost = [k for k in new if not good[k]]
    back = [k for k in lost if k < len(given)]
    moved[back] = given[back]
    return np.delete(moved, [k for k in lost if k >= len(given)], axis=0)
