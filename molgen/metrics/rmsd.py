"""Root-mean-square deviation after optimal superposition, minimal over atom permutations, for many pairs at once.

The largest sum tr(R S) over rotations R needs only invariants of the 3x3 cross-covariance S. With singular values
s1 >= s2 >= s3 and d = det S it is ``s1 + s2 + sign(d) s3`` (Kabsch, Acta Cryst. A32, 922, 1976). s1^2 is the largest
root of a cubic, and ``(s2 + sign(d) s3)^2 = s2^2 + s3^2 + 2 d / s1``, where s2^2 + s3^2 comes from the cofactors of S.
No term cancels when the RMSD tends to zero or when a molecule is planar or linear.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_CHUNK, _GPU_CHUNK = 8192, 2_000_000  # pairs per block: its float64 planes stay in the cache, or keep a GPU busy
_TINY = 1e-300


def rmsd_matrix(
    coords_a: Tensor | NDArray[np.floating],
    coords_b: Tensor | NDArray[np.floating],
    permutations: Tensor | NDArray[np.integer] | None = None,
) -> Tensor:
    """Symmetric RMSD of every structure of ``a`` to every structure of ``b``; memory is bounded by blocks.

    Args:
        coords_a: [s, n, 3] in Angstrom.
        coords_b: [t, n, 3] in Angstrom.
        permutations: int [p, n]; atom ``permutations[k, i]`` of ``b`` is compared with atom ``i`` of ``a``
            (``Matches.permutations``). None compares the atoms in their order.

    Returns:
        float64 [s, t] in Angstrom on the device of ``coords_a``; exact to about 1e-6 A, also near zero.

    Raises:
        ValueError: shapes do not agree, or a row of ``permutations`` is not a permutation of ``range(n)``.
    """
    a = torch.as_tensor(coords_a).detach().to(torch.float64)
    b = torch.as_tensor(coords_b).detach().to(a)
    _check_coordinates(a, b)
    order = _checked_permutations(permutations, a.shape[1]).to(a.device)
    a = _in_principal_axes(a).permute(2, 0, 1).contiguous()  # [3, s, n]
    b = _in_principal_axes(b).permute(2, 1, 0).contiguous()  # [3, n, t]
    overlap = a.new_empty(a.shape[1], b.shape[2])
    for rows in _row_blocks(a, b.shape[2]):
        overlap[rows] = _best_overlaps(a[:, rows], b, order)
    return _from_overlap(a, b, overlap)


def rmsd_among(
    coords: Tensor | NDArray[np.floating], permutations: Tensor | NDArray[np.integer] | None = None
) -> Tensor:
    """Symmetric RMSD between all pairs of structures: half the work of :func:`rmsd_matrix` of them with themselves.

    Args:
        coords: [s, n, 3] in Angstrom.
        permutations: int [p, n], as there; their inverses count, too.

    Returns:
        float64 [s, s] in Angstrom, symmetric.

    Raises:
        ValueError: as there.
    """
    a = torch.as_tensor(coords).detach().to(torch.float64)
    _check_coordinates(a, a)
    order = _checked_permutations(permutations, a.shape[1]).to(a.device)
    a = _in_principal_axes(a).permute(2, 0, 1).contiguous()
    b = a.transpose(1, 2).contiguous()
    overlap = a.new_full((a.shape[1], a.shape[1]), -math.inf)
    for rows in _row_blocks(a, a.shape[1]):
        overlap[rows, rows.start :] = _best_overlaps(a[:, rows], b[..., rows.start :], order)
    return _from_overlap(a, b, torch.maximum(overlap, overlap.T))


def _row_blocks(a: Tensor, columns: int) -> Iterator[slice]:
    """The structures of ``a`` [3, s, n], as many at a time as are compared with so many others."""
    step = max(1, min(a.shape[1], _chunk(a) // max(1, columns)))
    yield from (slice(start, start + step) for start in range(0, a.shape[1], step))


def _chunk(a: Tensor) -> int:
    return _CHUNK if a.device.type == "cpu" else _GPU_CHUNK


def _best_overlaps(a: Tensor, b: Tensor, order: Tensor) -> Tensor:
    """The largest overlap [r, t] of structures [3, r, n] with others [3, n, t] over permutations [p, n]."""
    best = a.new_full((a.shape[1], b.shape[2]), -math.inf)
    left = a.reshape(1, -1, a.shape[2]).expand(3, -1, -1)
    for block in order.split(max(1, _chunk(a) // max(1, best.numel()))):
        permuted = b[:, block.T].flatten(2)  # [3, n, p * t]
        covariance = torch.bmm(left, permuted).unflatten(1, (3, -1))  # [3, 3, r, p * t]
        overlaps = _largest_overlap(covariance).unflatten(1, (len(block), -1))
        best = torch.maximum(best, overlaps.amax(dim=1))
    return best


def _from_overlap(a: Tensor, b: Tensor, overlap: Tensor) -> Tensor:
    """RMSDs [s, t] of structures [3, s, n] and [3, n, t]."""
    size = 0.5 * (a.square().sum(dim=(0, 2))[:, None] + b.square().sum(dim=(0, 1)))
    return (2.0 / a.shape[2] * (size - overlap)).clamp_min(0.0).sqrt()


def _in_principal_axes(coords: Tensor) -> Tensor:
    """Centered and turned, never mirrored [s, n, 3]; keeps the cofactors of thin molecules free of cancellation."""
    centered = coords - coords.mean(dim=1, keepdim=True)
    axes = torch.linalg.eigh(centered.mT @ centered).eigenvectors
    return centered @ (axes * torch.linalg.det(axes)[:, None, None])


def _largest_overlap(covariance: Tensor) -> Tensor:
    """max over rotations R of tr(R S) for covariances S [3, 3, ...] -> [...]; S and its transpose give the same."""
    s = [row.unbind(0) for row in covariance.unbind(0)]
    minors = [_minor(s, row, column) for row in range(3) for column in range(3)]
    determinant = (s[0][0] * minors[0]).addcmul_(s[0][1], minors[1]).addcmul_(s[0][2], minors[2])
    first = _sum_of_squares([*s[0], *s[1], *s[2]])  # s1^2 + s2^2 + s3^2
    second = _sum_of_squares(minors)  # s1^2 s2^2 + s1^2 s3^2 + s2^2 s3^2
    third = determinant * determinant
    spread = torch.addcmul(-3.0 * second, first, first).clamp_min_(0.0).sqrt_()
    cosine = torch.addcmul(13.5 * third, first, torch.addcmul(-4.5 * second, first, first))
    angle = cosine.div_((spread * spread).mul_(spread).clamp_min_(_TINY)).clamp_(-1.0, 1.0).acos_().div_(3.0)
    largest = torch.addcmul(first, spread, angle.cos_(), value=2.0).div_(3.0).clamp_min_(_TINY)  # s1^2
    root = largest.sqrt()
    rest = torch.addcdiv(second, third, largest, value=-1.0).div_(largest).addcdiv_(determinant, root, value=2.0)
    return root.add_(rest.clamp_min_(0.0).sqrt_())


def _minor(s: Sequence[Sequence[Tensor]], row: int, column: int) -> Tensor:
    up, down, left, right = s[(row + 1) % 3], s[(row + 2) % 3], (column + 1) % 3, (column + 2) % 3
    return (up[left] * down[right]).addcmul_(up[right], down[left], value=-1.0)


def _sum_of_squares(planes: Sequence[Tensor]) -> Tensor:
    total = planes[0] * planes[0]
    for plane in planes[1:]:
        total.addcmul_(plane, plane)
    return total


def _check_coordinates(a: Tensor, b: Tensor) -> None:
    if a.ndim != 3 or b.ndim != 3 or a.shape[1:] != b.shape[1:] or a.shape[2] != 3 or a.shape[1] == 0:
        raise ValueError(f"expected [s, n, 3] and [t, n, 3] with n > 0, got {tuple(a.shape)} and {tuple(b.shape)}")


def _checked_permutations(permutations: Tensor | NDArray[np.integer] | None, n: int) -> Tensor:
    if permutations is None:
        return torch.arange(n)[None]
    order = torch.as_tensor(permutations).to(torch.int64)
    if (
        order.ndim != 2
        or order.shape[1] != n
        or len(order) == 0
        or (order.sort(dim=1).values.cpu() != torch.arange(n)).any()
    ):
        raise ValueError(f"permutations {tuple(order.shape)} must be rows that permute range({n})")
    return order
