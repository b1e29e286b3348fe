"""The stream of a training as the loader of one of its processes."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as lightning
import torch

from molgen.training.settings import TrainSettings
from molgen.training.task import TrainingData


class Batches(lightning.LightningDataModule):
    """The batches of this process, from the first step on; asked for when the process knows its rank.

    Args:
        first_step: optimizer steps behind the run.
    """

    def __init__(self, data: TrainingData, settings: TrainSettings, first_step: int) -> None:
        super().__init__()
        self.data, self.settings, self.first_step = data, settings, first_step

    def train_dataloader(self) -> torch.utils.data.DataLoader[Any]:
        trainer, workers = self.trainer, self.settings.workers
        assert trainer is not None
        several = {"rank": trainer.global_rank, "world_size": trainer.world_size} if trainer.world_size > 1 else {}
        stream = self.data.stream(start=self.first_step * self.settings.accumulate, **several)
        context = "fork" if workers and "fork" in torch.multiprocessing.get_all_start_methods() else None
        return torch.utils.data.DataLoader(
            stream, batch_size=None, num_workers=workers, multiprocessing_context=context
        )
