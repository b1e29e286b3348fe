"""Candidate rotamers of every residue, from the distributions of the side-chain model."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from molgen.chem.side_chains.geometry import set_chi, table
from molgen.chem.side_chains.residues import CHIS, HAS_CHI, SYMMETRIC
from molgen.models.side_chains.bins import refined
from molgen.models.side_chains.model import SideChainModel

_REACH = 2  # bins on both sides of a peak that count with it
_NONE = -1e4


@dataclass(frozen=True)
class Rotamers:
    """Rotamers of R residues, the likeliest first.

    Attributes:
        chi: [R, B, 4], radian.
        log_probability: [R, B]; very low where a residue has fewer rotamers.
        atoms: [R, B, 14, 3], Angstrom.
    """

    chi: Tensor
    log_probability: Tensor
    atoms: Tensor

    def pick(self, choice: Tensor) -> tuple[Tensor, Tensor]:
        """Chi angles [R, 4] and atoms [R, 14, 3] of one rotamer of each residue, int64 [R]."""
        rows = torch.arange(len(choice), device=choice.device)
        return self.chi[rows, choice], self.atoms[rows, choice]


def likely_rotamers(model: SideChainModel, node: Tensor, types: Tensor, ideal: Tensor, most: int) -> Rotamers:
    """The peaks of the joint distribution, found chi by chi, the ``most`` likeliest of each residue.

    Args:
        node: [R, H], features of the residues.
        ideal: [R, 14, 3], ideal residues on their backbones.
    """
    count = len(node)
    chi = node.new_zeros(count, 1, CHIS)
    score = node.new_zeros(count, 1)
    has, symmetric = table(HAS_CHI, types), table(SYMMETRIC, types)
    for k in range(CHIS):
        peaks, angles = _peaks(model.chi_logits(node[:, None].expand(-1, chi.shape[1], -1), chi, k), symmetric[:, k])
        total = torch.where(has[:, k, None, None], score[..., None] + peaks, _first_only(score, peaks))
        best = total.flatten(1).topk(min(most, total[0].numel()), dim=1)
        parent, bin_index = best.indices // peaks.shape[-1], best.indices % peaks.shape[-1]
        chosen = torch.take_along_dim(angles.flatten(1), parent * peaks.shape[-1] + bin_index, 1)
        chi = torch.take_along_dim(chi, parent[..., None], 1).clone()
        chi[..., k] = torch.where(has[:, k, None], chosen, 0.0)
        score = best.values
    score = score.clamp(min=_NONE)
    return Rotamers(chi, score, set_chi(types[:, None], ideal[:, None].expand(-1, chi.shape[1], -1, -1), chi))


def log_mass(model: SideChainModel, node: Tensor, types: Tensor, chi: Tensor) -> Tensor:
    """Log of the probability [R] about given chi angles [R, 4], counted as that of a peak."""
    total = node.new_zeros(len(node))
    has, symmetric = table(HAS_CHI, types), table(SYMMETRIC, types)
    for k in range(CHIS):
        mass = _around(_folded(model.chi_logits(node, chi, k).softmax(-1), symmetric[:, k, None]))
        bins = mass.shape[-1]
        index = ((chi[:, k] + torch.pi) * (bins / (2 * torch.pi))).long() % bins
        here = mass.gather(1, index[:, None])[:, 0].clamp(min=1e-9).log()
        total = total + torch.where(has[:, k], here, 0.0)
    return total


def _folded(p: Tensor, symmetric: Tensor) -> Tensor:
    """Probabilities [..., bins]; where ``symmetric`` [..., 1] with those half a turn away."""
    return torch.where(symmetric, p + p.roll(p.shape[-1] // 2, -1), p)


def _around(p: Tensor) -> Tensor:
    """Probability in every bin and those beside it, [..., bins]."""
    return torch.stack([p.roll(shift, -1) for shift in range(-_REACH, _REACH + 1)]).sum(0)


def _peaks(logits: Tensor, symmetric: Tensor) -> tuple[Tensor, Tensor]:
    """Log of the probability about every bin [R, B, bins], very low where there is no peak, and angles there."""
    bins = logits.shape[-1]
    p = _folded(logits.log_softmax(-1).exp(), symmetric[:, None, None])
    is_peak = (p > p.roll(1, -1)) & (p >= p.roll(-1, -1))
    half = torch.arange(bins, device=p.device) < bins // 2
    is_peak &= ~symmetric[:, None, None] | half
    mass = _around(p)
    index = torch.arange(bins, device=p.device).expand(p.shape)
    angles = refined(p.clamp(min=1e-9).log()[..., None, :].expand(*p.shape, bins), index, bins)
    return torch.where(is_peak, mass.clamp(min=1e-9).log(), _NONE), angles


def _first_only(score: Tensor, peaks: Tensor) -> Tensor:
    """Residues without this chi angle keep their rotamers as they are."""
    kept = torch.full_like(peaks, _NONE)
    kept[..., 0] = 0.0
    return score[..., None] + kept
