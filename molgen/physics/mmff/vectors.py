"""Vectors of many conformers at once, component by component."""

from __future__ import annotations

from torch import Tensor

_NEAREST = 0.1
"""Angstrom; two atoms count as no nearer, so that nothing is divided by zero."""


def norm(vectors: Tensor) -> Tensor:
    """[k, 3, B] -> [k, B]."""
    return dot(vectors, vectors).clamp_(min=_NEAREST**2).sqrt_()


def dot(a: Tensor, b: Tensor) -> Tensor:
    """Inner products [k, B] of vectors [k, 3, B]."""
    ax, ay, az = a.unbind(1)
    bx, by, bz = b.unbind(1)
    return (ax * bx).addcmul_(ay, by).addcmul_(az, bz)


def scale(vectors: Tensor, factors: Tensor) -> None:
    """Multiply vectors [k, 3, B] by factors [k, B], in place and component by component: a third of the time that the
    same takes as one product with an axis inserted."""
    for component in vectors.unbind(1):
        component.mul_(factors)
