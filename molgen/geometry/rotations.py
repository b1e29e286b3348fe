"""SO(3): rotation matrices, rotation vectors and unit quaternions.

A rotation vector is axis times angle in radian. Matrices act on column vectors: y = R x. Values and first
derivatives are finite and accurate at angle 0 and at angle pi, in float32 and float64.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

SMALL_SQUARE = 1e-3


def exp(rotvec: Tensor) -> Tensor:
    """Rotation matrix of a rotation vector (Rodrigues' formula).

    Args:
        rotvec: [..., 3] radian.

    Returns:
        [..., 3, 3], I + (sin a / a) K + ((1 - cos a) / a^2) K^2 with K the cross-product matrix of rotvec.
    """
    square = (rotvec**2).sum(-1)[..., None, None]
    is_small = square < SMALL_SQUARE
    angle = torch.where(is_small, 1.0, square).sqrt()
    series_first = 1 - square / 6 * (1 - square / 20 * (1 - square / 42))
    series_second = 0.5 - square / 24 * (1 - square / 30 * (1 - square / 56))
    first = torch.where(is_small, series_first, angle.sin() / angle)
    second = torch.where(is_small, series_second, 2 * ((0.5 * angle).sin() / angle) ** 2)
    cross = hat(rotvec)
    identity = torch.eye(3, dtype=rotvec.dtype, device=rotvec.device)
    return identity + first * cross + second * (cross @ cross)


def log(rotation: Tensor) -> Tensor:
    """Rotation vector of a rotation matrix, with angle in [0, pi].

    At angle pi one of the two opposite vectors is returned.

    Args:
        rotation: [..., 3, 3] proper rotation.

    Returns:
        [..., 3] radian.
    """
    quaternion = to_quaternion(rotation)
    real, imaginary = quaternion[..., :1], quaternion[..., 1:]
    square = (imaginary**2).sum(-1, keepdim=True)
    is_small = square < SMALL_SQUARE
    sine = torch.where(is_small, 1.0, square).sqrt()
    series = 2 * (1 + square / 6 * (1 + square * 9 / 20 * (1 + square * 25 / 42)))
    return imaginary * torch.where(is_small, series, 2 * torch.atan2(sine, real) / sine)


def hat(vector: Tensor) -> Tensor:
    """Cross-product matrix: hat(v) @ x = v x x.

    Args:
        vector: [..., 3].

    Returns:
        [..., 3, 3] antisymmetric.
    """
    x, y, z = vector.unbind(-1)
    zero = torch.zeros_like(x)
    return torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))


def angle(rotation: Tensor) -> Tensor:
    """Rotation angle in [0, pi]: the geodesic distance from the identity.

    Args:
        rotation: [..., 3, 3].

    Returns:
        [...] radian. The derivative at the identity is 0 (it has none).
    """
    return length(log(rotation))


def distance(first: Tensor, second: Tensor) -> Tensor:
    """Geodesic distance between two rotations ([..., 3, 3] each), [...] radian in [0, pi]."""
    return angle(compose(second, inverse(first)))


def compose(first: Tensor, second: Tensor) -> Tensor:
    """first @ second: apply `second`, then `first` ([..., 3, 3] each)."""
    return first @ second


def inverse(rotation: Tensor) -> Tensor:
    """Inverse rotation ([..., 3, 3]), its transpose."""
    return rotation.transpose(-1, -2)


def from_quaternion(quaternion: Tensor) -> Tensor:
    """Rotation matrix of a quaternion of any non-zero length.

    Args:
        quaternion: [..., 4], real part first.

    Returns:
        [..., 3, 3].
    """
    w, x, y, z = (quaternion / quaternion.norm(dim=-1, keepdim=True)).unbind(-1)
    rows = [
        *(1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        *(2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        *(2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    ]
    return torch.stack(rows, -1).unflatten(-1, (3, 3))


def to_quaternion(rotation: Tensor) -> Tensor:
    """Unit quaternion of a rotation matrix, real part first and not negative.

    4 q q^T is linear in the matrix; its row with the largest diagonal, normalized, is q up to sign (Bar-Itzhack 2000,
    doi:10.2514/2.4654, for exact rotations).

    Args:
        rotation: [..., 3, 3].

    Returns:
        [..., 4].
    """
    (r00, r01, r02), (r10, r11, r12), (r20, r21, r22) = (row.unbind(-1) for row in rotation.unbind(-2))
    outer = [
        *(1 + r00 + r11 + r22, r21 - r12, r02 - r20, r10 - r01),
        *(r21 - r12, 1 + r00 - r11 - r22, r10 + r01, r02 + r20),
        *(r02 - r20, r10 + r01, 1 - r00 + r11 - r22, r21 + r12),
        *(r10 - r01, r02 + r20, r21 + r12, 1 - r00 - r11 + r22),
    ]
    table = torch.stack(outer, -1).unflatten(-1, (4, 4))
    largest = table.diagonal(dim1=-2, dim2=-1).argmax(-1)[..., None, None]
    row = table.gather(-2, largest.expand(*largest.shape[:-1], 4)).squeeze(-2)
    quaternion = row / row.norm(dim=-1, keepdim=True)
    return torch.where(quaternion[..., :1] < 0, -quaternion, quaternion)


def random_rotation(
    shape: Sequence[int],
    rng: torch.Generator,
    *,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str | None = None,
) -> Tensor:
    """Uniform (Haar) rotations: normalized Gaussian quaternions (Marsaglia 1972, doi:10.1214/aoms/1177692644).

    Args:
        shape: batch shape.
        rng: drawn from on its own device.
        dtype: of the result.
        device: of the result; the generator's by default.

    Returns:
        [*shape, 3, 3].
    """
    quaternion = torch.randn((*shape, 4), generator=rng, dtype=dtype, device=rng.device)
    return from_quaternion(quaternion.to(rng.device if device is None else device))


def length(vector: Tensor) -> Tensor:
    """Euclidean length of [..., 3] as [...], with derivative 0 at the zero vector."""
    square = (vector**2).sum(-1)
    is_zero = square == 0
    return torch.where(is_zero, 0.0, torch.where(is_zero, 1.0, square).sqrt())
