"""Training that every model shares: a model brings a `Task`, and gets training, resuming, checkpoints and loading."""

from molgen.training.settings import TrainSettings
from molgen.training.task import Task, TrainingData

__all__ = ["Task", "TrainSettings", "TrainingData"]
