"""Exponential moving average of weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MovingAverage:
    """Averaged copy of a module's parameters: a <- d a + (1 - d) w, with d growing from 0 to ``decay``.

    The warm-up d = min(decay, (1 + k) / (10 + k)) after k updates keeps early averages from remembering the
    initialization (as in TensorFlow's ExponentialMovingAverage).
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.values = {name: p.detach().clone() for name, p in module.named_parameters()}

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for name, parameter in module.named_parameters():
            self.values[name].lerp_(parameter.detach().to(self.values[name]), 1.0 - decay)

    @torch.no_grad()
    def swap(self, module: nn.Module) -> None:
        """Exchange the module's weights with the averaged ones; calling it twice restores both."""
        for name, parameter in module.named_parameters():
            saved = parameter.detach().clone()
            parameter.copy_(self.values[name])
            self.values[name] = saved

    def state_dict(self) -> dict[str, object]:
        return {"updates": self.updates, "values": self.values}

    def load_state_dict(self, state: dict[str, object]) -> None:
        self.updates = int(state["updates"])  # type: ignore[call-overload]
        values: dict[str, Tensor] = state["values"]  # type: ignore[assignment]
        self.values = {name: value.to(self.values[name]) for name, value in values.items()}
