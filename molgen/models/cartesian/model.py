"""The model of coordinates: a process on centered R^3n, and a network that predicts the clean state."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from molgen.graphs.stereo_batch import StereoBatch
from molgen.manifolds import CenterFree, HarmonicCenterFree, center_free, harmonic_root
from molgen.models.cartesian.config import CartesianModelConfig
from molgen.nets.field_model import FieldModel
from molgen.nets.pair_network import PairEncoding, PairNetwork
from molgen.nets.protocol import FieldNetwork
from molgen.processes import GaussianProcess
from molgen.processes.schedules import LinearPath, Schedule, VariancePreservingCosine


class CartesianModel(FieldModel):
    """Predicts the clean coordinates of heavy atoms and polar hydrogens from noised ones.

    Args:
        network: replaces :class:`CartesianNetwork`.
    """

    config: CartesianModelConfig
    process: GaussianProcess

    def __init__(
        self, config: CartesianModelConfig, network: FieldNetwork[StereoBatch, Any, Tensor] | None = None
    ) -> None:
        process = GaussianProcess(CenterFree(), cartesian_schedule(config), "x0")
        super().__init__(config, process, CartesianNetwork(config) if network is None else network)

    def process_of(self, batch: StereoBatch, root: Tensor | None = None) -> GaussianProcess:
        """The process on states [B, S, n, 3] of these molecules: the noise of a harmonic prior depends on their bonds.

        Args:
            root: [B, n, n], of :func:`harmonic_root`, where it is known already.
        """
        if self.config.prior == "gaussian":
            return self.process
        known = harmonic_root(batch.graph.bonds[..., 0] > 0) if root is None else root
        return GaussianProcess(HarmonicCenterFree(known[:, None]), self.process.schedule, "x0")


class CartesianNetwork(nn.Module):
    """The clean state as a share of the noised one and a correction (Karras et al. 2022, arXiv:2206.00364, eq. 7)."""

    def __init__(self, config: CartesianModelConfig) -> None:
        super().__init__()
        self.config, self.schedule = config, cartesian_schedule(config)
        self.network = PairNetwork(config.network)

    def encode(self, batch: StereoBatch) -> PairEncoding:
        """Coordinate-independent features; once per molecule."""
        return self.network.encode(batch)

    def forward(self, batch: StereoBatch, encoding: PairEncoding, positions: Tensor, t: Tensor) -> Tensor:
        """Clean coordinates [B, S, n, 3], centered, from noised ones [B, S, n, 3], Angstrom, at times [B, S]."""
        point, scale = self.schedule(t[..., None, None]), self.config.data_scale
        variance = (point.alpha * scale).square() + point.sigma.square()
        share = point.alpha * scale**2 / variance
        correction = self.network(batch, encoding, positions, t).to(positions.dtype)
        clean = share * positions + output_scale(self.config, point.sigma, variance) * correction
        return center_free(clean, batch.graph.atom_mask[:, None])


def output_scale(config: CartesianModelConfig, sigma: Tensor, variance: Tensor) -> Tensor:
    """The standard deviation of the residual to predict, Angstrom; the loss is in its units.

    Args:
        sigma: of the schedule; variance: of the noised state.
    """
    return sigma * config.data_scale * variance.rsqrt()


def cartesian_schedule(config: CartesianModelConfig) -> Schedule:
    """The path from the data to the prior."""
    if config.process == "flow":
        return LinearPath(config.spread)
    return VariancePreservingCosine(scale=config.spread)
