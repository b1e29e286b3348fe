"""Fit the torsions of a template to a reference conformation."""

from __future__ import annotations

import torch
from torch import Tensor

from molgen.geometry import rigid
from molgen.geometry.alignment import kabsch
from molgen.geometry.internal_coordinates import internal_coordinates
from molgen.geometry.torsions import apply_torsions, dihedral_angles, gather_atoms


def fit_torsions(
    template: Tensor, reference: Tensor, torsions: Tensor, moving: Tensor, *, iterations: int = 6, damping: float = 0.05
) -> tuple[Tensor, Tensor]:
    """Set the torsions of templates so that they superpose on a reference with least RMSD.

    Starts from the reference's own dihedral angles and improves them by damped Gauss-Newton steps on the aligned
    root-mean-square deviation (conformer matching; Jing et al., Torsional Diffusion, 2022, section 4.1, there solved by
    differential evolution).

    Args:
        template: [k, n, 3], template conformers of one molecule.
        reference: [n, 3].
        torsions: integer [m, 4]; moving: bool [m, n].
        iterations: Gauss-Newton steps.
        damping: added to the diagonal of the normal equations, in A^2 (keeps undetermined torsions where they are).

    Returns:
        fitted positions [k, n, 3], aligned to the reference, and their RMSD [k], Angstrom; each template keeps the best
        iterate, so more iterations never hurt.
    """
    shape = internal_coordinates(template, torsions, moving)
    positions = _aligned(shape.positions(dihedral_angles(reference, torsions)), reference)
    best, best_rmsd = positions, _rmsd(positions, reference)
    for _ in range(iterations if torsions.shape[-2] else 0):
        step = _gauss_newton(positions, reference, torsions, moving, damping)
        positions = _aligned(apply_torsions(positions, step, torsions, moving), reference)
        rmsd = _rmsd(positions, reference)
        best = torch.where((rmsd < best_rmsd)[:, None, None], positions, best)
        best_rmsd = torch.minimum(rmsd, best_rmsd)
    return best, best_rmsd


def _gauss_newton(x: Tensor, reference: Tensor, torsions: Tensor, moving: Tensor, damping: float) -> Tensor:
    """Torsion changes [k, m] that reduce the residual to first order, rigid motion included as a nuisance."""
    k, n, _ = x.shape
    c = gather_atoms(x, torsions[:, 2])
    axis = torch.nn.functional.normalize(c - gather_atoms(x, torsions[:, 1]), dim=-1)
    arms = x[:, None] - c[:, :, None]
    turns = torch.linalg.cross(axis[:, :, None].expand_as(arms), arms) * moving[..., None]
    unit = torch.eye(3, dtype=x.dtype, device=x.device)
    shifts = unit[:, None].expand(k, 3, n, 3)
    spins = torch.linalg.cross(unit[None, :, None].expand(k, 3, n, 3), x[:, None].expand(k, 3, n, 3))
    jacobian = torch.cat([turns, shifts, spins], 1).flatten(2).transpose(1, 2)
    residual = (reference - x).flatten(1)[..., None]
    normal = jacobian.mT @ jacobian
    normal = normal + damping * torch.eye(normal.shape[-1], dtype=x.dtype, device=x.device)
    return torch.linalg.solve(normal, jacobian.mT @ residual)[:, : torsions.shape[0], 0].clamp(-1.0, 1.0)


def _aligned(x: Tensor, reference: Tensor) -> Tensor:
    return rigid.apply(kabsch(x, reference.expand_as(x)), x)


def _rmsd(x: Tensor, reference: Tensor) -> Tensor:
    return (x - reference).square().sum(-1).mean(-1).sqrt()
