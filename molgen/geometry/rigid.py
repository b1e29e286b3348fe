"""Rigid motions of space: rotate, then translate."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class RigidMotion:
    """x -> rotation x + translation.

    Attributes:
        rotation: [..., 3, 3] proper rotation.
        translation: [..., 3] Angstrom.
    """

    rotation: Tensor
    translation: Tensor


def apply(motion: RigidMotion, positions: Tensor) -> Tensor:
    """Move a set of points.

    Args:
        motion: batch shape [...].
        positions: [..., n, 3] Angstrom.

    Returns:
        [..., n, 3] Angstrom.
    """
    return positions @ motion.rotation.transpose(-1, -2) + motion.translation.unsqueeze(-2)


def compose(first: RigidMotion, second: RigidMotion) -> RigidMotion:
    """The motion that applies `second`, then `first` (same order as matrix products)."""
    turned = (first.rotation @ second.translation.unsqueeze(-1)).squeeze(-1)
    return RigidMotion(first.rotation @ second.rotation, turned + first.translation)


def inverse(motion: RigidMotion) -> RigidMotion:
    """The motion that undoes `motion`."""
    back = motion.rotation.transpose(-1, -2)
    return RigidMotion(back, -(back @ motion.translation.unsqueeze(-1)).squeeze(-1))
