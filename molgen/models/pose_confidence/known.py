"""Ligands that are known to bind in a pocket: a pose of another one is likelier right where it fills the same space."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.models.pose_confidence.beside import CalibratedBeside

WIDTH = 0.7
"""Angstrom, of the Gaussians that stand for atoms."""


class KnownSupport(CalibratedBeside):
    """The weight of the overlap with known ligands in the logit, and a calibration curve of its own."""

    weight: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(()))


def overlaps(positions: Tensor, known: Tensor) -> Tensor:
    """How far poses [S, n, 3] fill the space of a known ligand [m, 3], [S].

    The sum of exp(-d^2 / 2 WIDTH^2) over all pairs of heavy atoms, by the geometric mean of their numbers: the overlap
    of two shapes made of Gaussians (Grant, Gallardo and Pickup, J. Comput. Chem. 1996, 17, 1653), to first order.

    Args:
        positions: heavy atoms, Angstrom.
        known: those of a ligand in another complex of the protein, where it lies.
    """
    apart = torch.cdist(positions.double(), known.double().expand(len(positions), -1, -1))
    pairs = (-apart.square() / (2 * WIDTH**2)).exp().sum((1, 2))
    return (pairs / (positions.shape[1] * len(known)) ** 0.5).to(positions)
