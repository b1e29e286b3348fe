"""Heads: from equivariant atom features to the fields of each process."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from molgen.geometry.torsions import dihedral_angles, gather_atoms
from molgen.graphs.batch import GraphBatch
from molgen.nets.config import BackboneConfig
from molgen.nets.convolution import Features
from molgen.nets.features import time_features


class VectorHead(nn.Module):
    """One polar vector per atom: the Cartesian field."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.linear = nn.Linear(config.vectors, 1, bias=False)

    def forward(self, features: Features) -> Tensor:
        """-> [B, S, n, 3]."""
        return self.linear(features["1o"]).squeeze(-1)


class RigidHead(nn.Module):
    """Net force and net torque on the whole molecule: the fields on R^3 (polar) and so(3) (axial)."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.force = VectorHead(config)
        self.spin = nn.Linear(config.pseudovectors, 1, bias=False)

    def forward(self, features: Features, positions: Tensor, atom_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Translation and rotation [B, S, 3] each, about the center of the molecule, per mean and radius of gyration.

        Args:
            positions: [B, S, n, 3]; atom_mask: bool [B, n].
        """
        mask = atom_mask[:, None, :, None].to(positions.dtype)
        count = mask.sum(-2)
        force = self.force(features) * mask
        arms = (positions - (positions * mask).sum(-2, keepdim=True) / count[..., None, :]) * mask
        inertia = arms.square().sum((-1, -2))[..., None]
        torque = torch.linalg.cross(arms, force).sum(-2) / (inertia + 1.0)
        return force.sum(-2) / count, torque + (self.spin(features["1e"]).squeeze(-1) * mask).sum(-2) / count


class TorsionHead(nn.Module):
    """One pseudoscalar per rotatable bond: how fast its dihedral changes.

    The sum of three terms, each odd under reflection and independent of the direction in which the axis is written:

    - torque: per-atom vectors about the axis, per moment of inertia, far side minus near side;
    - local Fourier terms over the four-atom paths: sum_n c_n sin(n phi) + s_n cos(n phi), with c_n even (from
      invariants of the four atoms) and s_n odd (from the pseudoscalars of the axis atoms);
    - pseudoscalars of the two axis atoms.
    """

    READS = frozenset({"0e", "0o", "1o"})
    """The irreps that the head reads."""

    def __init__(self, config: BackboneConfig, harmonics: int = 6) -> None:
        super().__init__()
        c, odd = config.scalars, config.pseudoscalars
        self.order = harmonics
        self.time_channels = config.time_channels
        self.force = VectorHead(config)
        self.sine = nn.Sequential(
            nn.Linear(4 * c + config.time_channels, 2 * c), nn.SiLU(), nn.Linear(2 * c, harmonics)
        )
        self.odd_weights = nn.Sequential(nn.Linear(2 * c, c), nn.SiLU(), nn.Linear(c, odd * (harmonics + 1)))

    def forward(self, graph: GraphBatch, features: Features, positions: Tensor, t: Tensor) -> Tensor:
        """-> [B, S, m], radian per unit time; zero in padded rows.

        Args:
            positions: [B, S, n, 3]; t: [B, S].
        """
        if graph.torsions.shape[1] == 0:
            return positions.new_zeros(*positions.shape[:2], 0)
        scalars = features["0e"].squeeze(-2)
        odd = self._odd_coefficients(graph, scalars, features["0o"].squeeze(-2))
        field = self._torque(graph, self.force(features), positions) + odd[..., 0]
        field = field + self._fourier(graph, scalars, odd[..., 1:], positions, t)
        return field * graph.torsion_mask[:, None]

    def _both_ways(self, scalars: Tensor, paths: Tensor, moment: Tensor) -> tuple[Tensor, Tensor]:
        """The first layer of the local terms, of the four atoms of each path in their order and in the reverse.

        It is the sum of what each atom adds in its place, which many paths share.
        """
        layer, channels = self.sine[0], scalars.shape[-1]
        assert isinstance(layer, nn.Linear)
        *places, last = layer.weight.split([channels] * 4 + [moment.shape[-1]], dim=1)
        added = nn.functional.linear(scalars, torch.cat(places)).chunk(4, dim=-1)
        rest = nn.functional.linear(moment, last, layer.bias)
        forth, back = (
            sum(gather_atoms(added[place], paths[..., k]) for place, k in enumerate(order))
            for order in ((0, 1, 2, 3), (3, 2, 1, 0))
        )
        return forth + rest, back + rest

    def _torque(self, graph: GraphBatch, force: Tensor, positions: Tensor) -> Tensor:
        with torch.autocast(positions.device.type, enabled=False):  # differences of squares of coordinates
            return self._exact_torque(graph, force.to(positions.dtype), positions)

    def _exact_torque(self, graph: GraphBatch, force: Tensor, positions: Tensor) -> Tensor:
        near, far = (gather_atoms(positions, graph.torsions[:, None, :, k]) for k in (1, 2))
        axis = nn.functional.normalize(far - near, dim=-1)
        moving = graph.moving[:, None].to(positions.dtype)
        still = graph.atom_mask[:, None, None].to(positions.dtype) - moving
        # u . ((x - c) x f) and |u x (x - c)|^2, expanded so that no [m, n, 3] array is formed
        turn = torch.linalg.cross(positions, force)
        twist = torch.einsum("bsmk,bsnk->bsmn", axis, turn)
        twist = twist - torch.einsum("bsmk,bsnk->bsmn", torch.linalg.cross(axis, far), force)
        along = torch.einsum("bsmk,bsnk->bsmn", axis, positions) - (axis * far).sum(-1, keepdim=True)
        square = positions.square().sum(-1)[:, :, None] + far.square().sum(-1, keepdim=True)
        arm = square - 2.0 * torch.einsum("bsmk,bsnk->bsmn", far, positions) - along.square()
        arm = arm.clamp_min(0.0)
        spin = [(twist * side).sum(-1) / ((arm * side).sum(-1) + 1.0) for side in (moving, still)]
        return spin[0] - spin[1]

    def _odd_coefficients(self, graph: GraphBatch, scalars: Tensor, odd: Tensor) -> Tensor:
        index = graph.torsions[:, None]
        ends = [gather_atoms(scalars, index[..., k]) for k in (1, 2)]
        odds = [gather_atoms(odd, index[..., k]) for k in (1, 2)]
        total = 0.0
        for own, other, pseudo in ((0, 1, odds[0]), (1, 0, odds[1])):
            weights = self.odd_weights(torch.cat([ends[own], ends[other]], -1)).unflatten(-1, (-1, self.order + 1))
            total = total + (weights * pseudo[..., None]).sum(-2)
        return total  # type: ignore[return-value]

    def _fourier(self, graph: GraphBatch, scalars: Tensor, odd: Tensor, positions: Tensor, t: Tensor) -> Tensor:
        paths = graph.paths[:, None]
        phi = dihedral_angles(positions, paths)
        moment = time_features(t, self.time_channels)[:, :, None]
        sine = sum(self.sine[1:](hidden) for hidden in self._both_ways(scalars, paths, moment))
        n = torch.arange(1, self.order + 1, dtype=phi.dtype, device=phi.device)
        owner = graph.path_torsion[:, None, :, None].expand(*phi.shape, self.order)
        cosine = torch.take_along_dim(odd, owner, dim=2)
        angle = phi[..., None] * n
        terms = ((sine * angle.sin() + cosine * angle.cos()).sum(-1)) * graph.path_mask[:, None]
        field = phi.new_zeros(*phi.shape[:2], graph.torsions.shape[1])
        return field.scatter_add(2, graph.path_torsion[:, None].expand_as(phi), terms)
