"""The Lightning module that every molgen model trains in: a loss, Adam with warm-up and decay, averaged weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytorch_lightning as lightning
import torch
from torch import Tensor, nn

from molgen.errors import TrainingError
from molgen.training.earlier_state import upgraded
from molgen.training.ema import MovingAverage
from molgen.training.settings import TrainSettings


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

    def training_step(self, batch: Any, batch_index: int) -> Tensor | None:
        rng = torch.Generator().manual_seed(hash((self.settings.seed, self.global_step)) & 0x7FFFFFFF)
        loss = self.loss(self.model, batch, rng)
        if not torch.isfinite(loss):
            self._count_bad_batch()
            return None
        self.log("loss", loss, prog_bar=True)
        self.log("bad_batches", float(self.bad_batches))
        return loss

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        gradients = [p.grad for p in self.model.parameters() if p.grad is not None]
        if not gradients:  # the loss of this batch was not finite
            return
        if torch.isfinite(torch.nn.utils.get_total_norm(gradients)):
            self._bad_run = 0
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
