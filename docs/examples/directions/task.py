"""What ties the folder together: the task."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from molgen.training import Task, TrainingData

from .config import DirectionTraining
from .data import DirectionStream, load_directions
from .loss import direction_loss
from .model import DirectionModel
from .sample import sample_directions


def training_data(config: DirectionTraining) -> TrainingData:
    """Load what the configuration names; every tenth direction is held back."""
    settings, vectors = config.train, load_directions(config.train.source)
    held_back = torch.arange(len(vectors)) % 10 == 0
    trained_on = vectors[~held_back]
    return TrainingData(
        stream=partial(DirectionStream, trained_on, settings.batch, settings.seed),
        loss=direction_loss,
        measure=lambda model: {"energy_distance": energy_distance(model, vectors[held_back])},
        samples=settings.batch,
        labels={"sources": [f"{settings.source} ({len(trained_on)})"]},
    )


def energy_distance(model: DirectionModel, vectors: Tensor) -> float:
    """Between samples and given directions: 2 E|x - y| - E|x - x'| - E|y - y'|, zero for equal distributions."""
    samples = sample_directions(model, 256, torch.Generator().manual_seed(0)).cpu()
    within = torch.pdist(samples).mean() + torch.pdist(vectors).mean()
    return float(2 * torch.cdist(samples, vectors).mean() - within)


TASK = Task("directions", DirectionTraining, DirectionModel, training_data)
