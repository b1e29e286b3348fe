"""A network and the process whose field it predicts, which are trained, stored and sampled together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from molgen.nets.protocol import FieldNetwork
from molgen.processes.base import Process, State, combine
from molgen.processes.heat_diffusion import HeatDiffusion


class FieldModel(nn.Module):
    """A process and a network for its field.

    Args:
        config: of the model; stored with its weights.
        process: defines the field, the noise and the steps.
        network: predicts the field; one that is a `torch.nn.Module` is trained and stored with the model.
        earlier_names: beginnings of parameter names in files of earlier versions -> those of today. The first that
            fits counts.

    Attributes:
        mixed: None, or in training the type of 16 bits in which the network multiplies matrices. What lies around the
            network, coordinates and noise, always has the precision of the data.
    """

    mixed: torch.dtype | None = None

    def __init__(
        self,
        config: Any,
        process: Process[Any],
        network: FieldNetwork[Any, Any, Any],
        earlier_names: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.config, self.process, self.network = config, process, network
        self.earlier_names = dict(earlier_names or {})
        self.register_load_state_dict_pre_hook(partial(_rename, self.earlier_names))

    @property
    def device(self) -> torch.device:
        """Where its parameters are; the CPU for a network without any."""
        return next((parameter.device for parameter in self.parameters()), torch.device("cpu"))

    def encode(self, batch: Any) -> Any:
        """Coordinate-independent features of the molecules; once per batch."""
        with self._precision():
            return self.network.encode(batch)

    def forward(self, batch: Any, encoding: Any, positions: Tensor, t: Tensor, *until: Tensor) -> Any:
        """The field at S sets of coordinates [B, S, n, 3] of each molecule (Angstrom) and times [B, S] in [0, 1]."""
        with self._precision():
            field = self.network(batch, encoding, positions, t, *until)
        return field if self.mixed is None else combine(lambda value: value.to(positions.dtype), field)

    def _precision(self) -> AbstractContextManager[Any]:
        return nullcontext() if self.mixed is None else torch.autocast(self.device.type, self.mixed)


def field_of_states(
    network: FieldNetwork[Any, Any, Any], batch: Any, encoding: Any, positions: Callable[[Any], Tensor]
) -> Callable[..., Any]:
    """The field as a function of the S states of one molecule, as integrators follow it.

    Args:
        batch, encoding: of one molecule (B = 1).
        positions: states [S, ...] -> coordinates [1, S, n, 3].

    Returns:
        (states [S, ...], t) -> field [S, ...]; t has no dimensions. More times are passed on.
    """

    def field(states: State, *times: Tensor) -> Any:
        at = positions(states)
        moments = [t.to(at).expand(at.shape[:2]) for t in times]
        return combine(lambda value: value[0], network(batch, encoding, at, *moments))

    return field


def score_scale(process: HeatDiffusion, t: Tensor) -> Tensor:
    """The factor from the output of a network to a score at times t, shaped like t.

    Minus the root mean square of the score: the network points along the noise, as that of a flow does. -1/sigma where
    the noise is small; where it is large, a score on a compact manifold vanishes faster (Jing et al. 2022,
    arXiv:2206.01729, app. C).
    """
    return -process.manifold.heat_score_norm(process.schedule(t).sigma).sqrt()


def present_name(name: str, earlier_names: Mapping[str, str]) -> str:
    """The present name of a parameter of an earlier version; other names are unchanged."""
    begin = next((begin for begin in earlier_names if name.startswith(begin)), "")
    return earlier_names[begin] + name.removeprefix(begin) if begin else name


def _rename(earlier_names: Mapping[str, str], module: nn.Module, weights: dict[str, Any], prefix: str, *_: Any) -> None:
    """Before weights are loaded: parameters of earlier versions get the names of today."""
    for name in [name for name in weights if name.startswith(prefix)]:
        weights[prefix + present_name(name.removeprefix(prefix), earlier_names)] = weights.pop(name)
