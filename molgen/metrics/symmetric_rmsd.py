"""Symmetric RMSD matrices of RDKit molecules, superposed or in place, that stay affordable for any symmetry.

A molecule whose graph has many symmetries (a dendrimer, four tert-butyl groups, a polysulfonate) has more atom
correspondences than can be tried. Then the search ends at ``max_matches`` or after ``seconds``, whichever comes first,
and the result is the minimum over the correspondences that were tried: an upper bound, and ``exact`` is False.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem

from molgen.metrics.poses import pose_matches, pose_rmsd_matrix
from molgen.metrics.rmsd import rmsd_matrix
from molgen.metrics.symmetry import MAX_MATCHES, Matches, automorphisms, heavy_coordinates

_BLOCK = 200_000  # pairs times permutations between two looks at the clock
_ROWS = 128  # of a symmetric matrix that are computed together
_FIRST = 64  # matches that are always looked for


@dataclass(frozen=True)
class SymmetricRmsd:
    """Heavy-atom RMSDs that are minimal over the symmetries of the molecule.

    Attributes:
        rmsd: float64 [references, probes], Angstrom.
        exact: every symmetry was tried; False means that the values are upper bounds.
        matches: how many atom correspondences were tried.
    """

    rmsd: NDArray[np.float64]
    exact: bool
    matches: int


def symmetric_rmsds(
    probe: Chem.Mol,
    reference: Chem.Mol,
    *,
    superpose: bool = True,
    max_matches: int = MAX_MATCHES,
    seconds: float | None = None,
) -> SymmetricRmsd:
    """RMSD between all conformers of two copies of a molecule, whose atoms may stand in any order.

    Args:
        probe, reference: the same molecule, with or without hydrogens. Forms that differ in protons, charges or bond
            orders are compared by elements and connections (:func:`molgen.metrics.poses.pose_matches`).
        superpose: superpose every pair optimally (conformers); False compares them where they lie (poses).
        max_matches: cap on the correspondences.
        seconds: cap on the CPU time; None for none. When it is reached the result depends on the machine, not on what
            else it does.

    Raises:
        ValueError: the heavy-atom graphs differ or a molecule has no conformer.
    """
    deadline = None if seconds is None else time.process_time() + seconds
    coords = heavy_coordinates(reference), heavy_coordinates(probe)
    matches = _matches_until(deadline, reference, probe, max_matches)
    return _smallest(*coords, matches, superpose, deadline)


def pairwise_rmsds(
    mol: Chem.Mol, *, superpose: bool = True, max_matches: int = MAX_MATCHES, seconds: float | None = None
) -> SymmetricRmsd:
    """RMSD between every two conformers of one molecule: symmetric [s, s] with zeros on the diagonal.

    Arguments and errors are those of :func:`symmetric_rmsds`.
    """
    deadline = None if seconds is None else time.process_time() + seconds
    coords = heavy_coordinates(mol)
    matches = _matches_until(deadline, mol, None, max_matches)
    matrix = np.zeros((len(coords), len(coords)))
    exact, fewest = True, len(matches.permutations)
    for start in range(0, len(coords), _ROWS):
        # rows that are left share what is left of the time
        until = _share(deadline, start, len(coords))
        part = _smallest(coords[start : start + _ROWS], coords[start:], matches, superpose, until)
        matrix[start : start + _ROWS, start:] = part.rmsd
        exact, fewest = exact and part.exact, min(fewest, part.matches)
    upper = np.triu(matrix, 1)
    return SymmetricRmsd(upper + upper.T, exact, fewest)


def _share(deadline: float | None, start: int, total: int) -> float | None:
    """Until when a block of rows may take, so that each pair of the triangle that is left gets equal time."""
    if deadline is None:
        return None
    left = total - start
    after = max(0, left - _ROWS)
    now = time.process_time()
    return now + max(0.0, deadline - now) * (1.0 - (after / left) ** 2)


def _matches_until(deadline: float | None, first: Chem.Mol, second: Chem.Mol | None, cap: int) -> Matches:
    """Matches to ``second``, or of ``first`` with itself; the search grows fourfold while there is time."""

    def search(most: int) -> Matches:
        return automorphisms(first, most) if second is None else pose_matches(first, second, most)

    if deadline is None:
        return search(cap)
    most = min(_FIRST, cap)
    while True:
        begin = time.process_time()
        matches = search(most)
        end = time.process_time()
        if matches.complete or most >= cap or end + 4 * (end - begin) > deadline:
            return matches
        most = min(4 * most, cap)


def _smallest(
    a: NDArray[np.float64], b: NDArray[np.float64], matches: Matches, superpose: bool, deadline: float | None
) -> SymmetricRmsd:
    """Minimum over blocks of permutations until the deadline; the first block is always done."""
    measure = rmsd_matrix if superpose else pose_rmsd_matrix
    orders = matches.permutations
    step = len(orders) if deadline is None else max(1, _BLOCK // max(1, len(a) * len(b)))
    best = measure(a, b, orders[:step])
    done = min(step, len(orders))
    while done < len(orders) and (deadline is None or time.process_time() < deadline):
        best = torch.minimum(best, measure(a, b, orders[done : done + step]))
        done = min(done + step, len(orders))
    return SymmetricRmsd(best.numpy(), matches.complete and done == len(orders), done)
