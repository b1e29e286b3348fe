"""Low-discrepancy points: starts that cover a box or a torus more evenly than independent ones."""

import math

import torch
from torch import Tensor
from torch.quasirandom import SobolEngine

from molgen.geometry.torus import wrap


def low_discrepancy(n: int, dim: int, seed: int) -> Tensor:
    """Scrambled Sobol points (Owen 1998, doi:10.1006/jcom.1998.0487).

    Args:
        n: number of points, any; powers of two are the most even.
        dim: number of dimensions, any; beyond 21,201 independently scrambled blocks stand side by side.
        seed: same seed, same points; the first k of n points do not depend on n.

    Returns:
        [n, dim] float64 in [0, 1).
    """
    limit = SobolEngine.MAXDIM
    blocks = [_block(n, min(limit, dim - start), seed + start) for start in range(0, dim, limit)]
    return torch.cat(blocks, -1) if blocks else torch.zeros(n, 0, dtype=torch.float64)


def torus_points(n: int, m: int, seed: int) -> Tensor:
    """Low-discrepancy points on the torus.

    Args:
        n: number of points.
        m: number of torsions.
        seed: same seed, same points.

    Returns:
        [n, m] float64 radian in [-pi, pi).
    """
    return wrap(2 * math.pi * low_discrepancy(n, m, seed) - math.pi)


def _block(n: int, dim: int, seed: int) -> Tensor:
    if n == 0:
        return torch.zeros(0, dim, dtype=torch.float64)
    return SobolEngine(dim, scramble=True, seed=seed).draw(n, dtype=torch.float64)
