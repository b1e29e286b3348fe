"""The Lightning module that every molgen model trains in: a loss, Adam with warm-up and decay, averaged weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytorch_lightning as lightning
import torch
from torch import Tensor, nn

from molgen.errors import TrainingError
from molgen.nets.field_model import FieldModel
from molgen.training.earlier_state import upgraded
from molgen.training.ema import MovingAverage
from molgen.training.settings import TrainSettings

_MIXED = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}


class FieldTraining(lightning.LightningModule):
    """Trains ``model`` on ``loss(model, batch, rng)``.

    Batches whose loss or gradient is not finite are skipped and counted (``bad_batches``, over all pieces of a resumed
    run); too many in a row end it.

    Raises:
        TrainingError: more than ``settings.max_bad_batches`` in a row.
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Callable[[Any, Any, torch.Generator], Tensor],
        settings: TrainSettings,
    ) -> None:
        super().__init__()
        self.model = model
        self.loss = loss
        self.settings = settings
        self.average = MovingAverage(model, settings.ema)
        self.bad_batches = 0
        self._bad_run = 0
        self._batch = self._good_batches = 0  # of the step in hand

    def training_step(self, batch: Any, batch_index: int) -> Tensor | None:
        with self._loss_precision():
            loss = self.loss(self.model, batch, self._rng())
        self._batch += 1
        if not self.trainer.strategy.reduce_boolean_decision(bool(torch.isfinite(loss)), all=True):
            self._count_bad_batch()
            return None if self.trainer.world_size == 1 else self._zero()
        self._good_batches += 1
        self.log("loss", loss, prog_bar=True)
        self.log("bad_batches", float(self.bad_batches))
        return loss

    @contextmanager
    def _loss_precision(self) -> Iterator[None]:
        """Of a field model only the network is computed in mixed precision, not what the loss does to coordinates."""
        if not isinstance(self.model, FieldModel):
            yield
            return
        self.model.mixed = _MIXED.get(self.settings.precision)
        try:
            with torch.autocast(self.device.type, enabled=False):
                yield
        finally:
            self.model.mixed = None

    def _rng(self) -> torch.Generator:
        """The generator of this step, and of the rank and batch within it where there are several."""
        position = (self.global_rank, self._batch) if self.global_rank or self._batch else ()
        return torch.Generator().manual_seed(hash((self.settings.seed, self.global_step, *position)) & 0x7FFFFFFF)

    def _zero(self) -> Tensor:
        """A loss with a zero gradient: the other processes wait for the gradient of this one."""
        return 0.0 * torch.stack([parameter.sum() for parameter in self.model.parameters()]).sum()

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        gradients = [p.grad for p in self.model.parameters() if p.grad is not None]
        is_empty = not gradients or not self._good_batches  # the losses of this step were not finite
        self._batch = self._good_batches = 0
        if is_empty:
            self.optimizers().zero_grad()  # type: ignore[union-attr]
            return
        norm = torch.nn.utils.get_total_norm(gradients)
        if torch.isfinite(norm):
            self._bad_run = 0
            self.log("gradient_norm", norm)
            self.log("learning_rate", optimizer.param_groups[0]["lr"])
            return
        self._count_bad_batch()
        for parameter in self.model.parameters():
            parameter.grad = None

    def _count_bad_batch(self) -> None:
        self.bad_batches += 1
        self._bad_run += 1
        if self._bad_run > self.settings.max_bad_batches:
            raise TrainingError(f"loss or gradient was not finite for {self._bad_run} batches in a row")

    def optimizer_step(self, *args: Any, **kwargs: Any) -> None:
        super().optimizer_step(*args, **kwargs)
        if not self._bad_run:
            self.average.update(self.model)

    def transfer_batch_to_device(self, batch: Any, device: torch.device, dataloader_idx: int) -> Any:
        return batch.to(device)

    def configure_optimizers(self) -> dict[str, Any]:
        optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=self.settings.learning_rate, weight_decay=self.settings.weight_decay
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, self._rate)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _rate(self, step: int) -> float:
        warm = min(1.0, (step + 1) / max(self.settings.warmup, 1))
        progress = min(step / max(self.settings.steps, 1), 1.0)
        return warm * (0.05 + 0.95 * 0.5 * (1.0 + math.cos(math.pi * progress)))

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["average"] = self.average.state_dict()
        checkpoint["bad"] = {"batches": self.bad_batches, "run": self._bad_run}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        upgraded(checkpoint, self.model)
        self.average.load_state_dict(checkpoint["average"])
        bad = checkpoint.get("bad", {})  # states of older versions do not have it
        self.bad_batches, self._bad_run = bad.get("batches", 0), bad.get("run", 0)
        self._apply_settings(checkpoint)

    def _apply_settings(self, checkpoint: dict[str, Any]) -> None:
        """Continue optimizer and schedule with the rates of the settings, which may have changed."""
        rate = self.settings.learning_rate
        for schedule in checkpoint["lr_schedulers"]:
            now = rate * self._rate(schedule["last_epoch"])
            schedule |= {"base_lrs": [rate], "_last_lr": [now]}
            for optimizer in checkpoint["optimizer_states"]:
                for group in optimizer["param_groups"]:
                    group |= {"lr": now, "initial_lr": rate, "weight_decay": self.settings.weight_decay}
