"""The interface of networks for models, samplers and losses: two functions, equivariant or not."""

from __future__ import annotations

from typing import Protocol, TypeVar, runtime_checkable

from torch import Tensor

Batch = TypeVar("Batch", contravariant=True)
Encoded = TypeVar("Encoded")
Field = TypeVar("Field", covariant=True)


@runtime_checkable
class FieldNetwork(Protocol[Batch, Encoded, Field]):
    """A network that predicts the field of a process at coordinates and times.

    `TorsionModel(config, network)` and `PoseModel(config, network)` take any; training, sampling and scoring then
    work with it. For the torsional model a batch is a `GraphBatch` and the field a tensor [B, S, m]; for the model of
    poses a batch is a `ComplexBatch` and the field a mapping: translation and rotation [B, S, 3], torsion [B, S, m].
    """

    def encode(self, batch: Batch, /) -> Encoded:
        """Coordinate-independent features of the B molecules (and pockets), in any form that the network can read."""
        ...

    def __call__(self, batch: Batch, encoding: Encoded, positions: Tensor, t: Tensor, /) -> Field:
        """The field at coordinates [B, S, n, 3] in Angstrom and times [B, S] in [0, 1], in the units of the process.

        Padded torsions do not count. A flow map (`model.jumps`) gets one more argument, the times [B, S] to jump to.
        """
        ...
