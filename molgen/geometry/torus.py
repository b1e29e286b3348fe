"""The flat torus [-pi, pi)^m: angles in radian, one coordinate per rotatable bond."""

import math

import torch
from torch import Tensor


def wrap(angle: Tensor) -> Tensor:
    """Map angles to [-pi, pi).

    Args:
        angle: [...] radian, any finite value.

    Returns:
        [...] radian. Angles already in range come back unchanged to the last bit; the derivative is 1 everywhere.
    """
    period = 2 * math.pi
    out = angle - period * torch.round(angle / period).detach()
    out = torch.where(out < -math.pi, out + period, out)
    return torch.where(out >= math.pi, out - period, out)


def log(x: Tensor, y: Tensor) -> Tensor:
    """Shortest signed way from x to y: the tangent v with exp(x, v) = y and v in [-pi, pi).

    Args:
        x: [...] radian.
        y: [...] radian, broadcastable with x.

    Returns:
        [...] radian.
    """
    return wrap(y - x)


def exp(x: Tensor, v: Tensor) -> Tensor:
    """Walk from x along the tangent v.

    Args:
        x: [...] radian.
        v: [...] radian, broadcastable with x.

    Returns:
        [...] radian in [-pi, pi).
    """
    return wrap(x + v)
