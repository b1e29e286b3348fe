"""Optimal rigid superposition of two point sets."""

import torch
from torch import Tensor

from molgen.geometry import rigid
from molgen.geometry.rigid import RigidMotion


def kabsch(mobile: Tensor, target: Tensor, weights: Tensor | None = None) -> RigidMotion:
    """The rigid motion of `mobile` that minimizes the weighted squared distance to `target`.

    The rotation is always proper, also for mirror images, planar, linear and single-point sets. Kabsch 1976
    (doi:10.1107/S0567739476001873) with the sign correction of Umeyama 1991 (doi:10.1109/34.88573), eq. 40.

    Args:
        mobile: [..., n, 3] Angstrom.
        target: [..., n, 3] Angstrom.
        weights: [..., n] not negative, with a positive sum; equal if None. Weight 0 masks a point.

    Returns:
        RigidMotion with rotation [..., 3, 3] and translation [..., 3]. Derivatives exist only where the optimal
        rotation is unique; `aligned_rmsd` is safe to differentiate everywhere.
    """
    share = _shares(mobile, weights)
    mobile_center = (share * mobile).sum(-2, keepdim=True)
    target_center = (share * target).sum(-2, keepdim=True)
    covariance = (share * (mobile - mobile_center)).transpose(-1, -2) @ (target - target_center)
    u, _, vh = torch.linalg.svd(covariance)
    v = vh.transpose(-1, -2)
    sign = torch.linalg.det(v @ u.transpose(-1, -2)).sign().detach()
    flip = torch.stack([torch.ones_like(sign), torch.ones_like(sign), sign], -1)
    rotation = (v * flip.unsqueeze(-2)) @ u.transpose(-1, -2)
    translation = target_center - mobile_center @ rotation.transpose(-1, -2)
    return RigidMotion(rotation, translation.squeeze(-2))


def aligned_rmsd(mobile: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Root mean square distance after optimal superposition; atoms correspond by index.

    The derivative holds the optimal motion fixed, which is exact at an optimum; it is 0 where the distance is 0.

    Args:
        mobile: [..., n, 3] Angstrom.
        target: [..., n, 3] Angstrom.
        weights: [..., n] not negative; equal if None.

    Returns:
        [...] Angstrom.
    """
    motion = kabsch(mobile.detach(), target.detach(), weights)
    square = ((rigid.apply(motion, mobile) - target) ** 2).sum(-1, keepdim=True)
    mean = (_shares(mobile, weights) * square).sum((-1, -2))
    return mean.clamp_min(torch.finfo(mean.dtype).tiny).sqrt()


def _shares(positions: Tensor, weights: Tensor | None) -> Tensor:
    if weights is None:
        return torch.full_like(positions[..., :1], 1 / positions.shape[-2])
    weights = weights.to(positions.dtype).unsqueeze(-1)
    return weights / weights.sum(-2, keepdim=True)
