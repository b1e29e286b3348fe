"""A training of one number in two processes; each notes the batches that it sees: `python two_ranks.py FOLDER`."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from molgen.datasets.batch_numbers import batch_numbers
from molgen.training import Task, TrainingData, TrainSettings

BAD = (1, 3)
"""The rank and the number of the batch whose loss is not finite."""


@dataclass(frozen=True)
class Nothing:
    """The model has no settings."""


@dataclass(frozen=True)
class Config:
    model: Nothing = field(default_factory=Nothing)
    train: TrainSettings = field(default_factory=TrainSettings)


class Number(nn.Module):
    def __init__(self, config: Nothing) -> None:
        super().__init__()
        self.config = config
        self.value, self.unused = nn.Parameter(torch.tensor(5.0)), nn.Parameter(torch.tensor(1.0))


class Numbers(torch.utils.data.IterableDataset):
    def __init__(self, folder: Path, start: int = 0, rank: int = 0, world_size: int = 1) -> None:
        self.file, self.rank = folder / f"batches-{rank}.txt", rank
        self.numbers = partial(batch_numbers, start, rank, world_size)

    def __iter__(self) -> Iterator[Tensor]:
        for number in self.numbers():
            with open(self.file, "a") as file:
                print(number, file=file)
            yield torch.tensor(float("nan") if (self.rank, number) == BAD else float(number))


def pull(model: Number, batch: Tensor, rng: torch.Generator) -> Tensor:
    return (model.value - batch - torch.rand((), generator=rng)).square()


def on_a_slow_disk(replace: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
    def slowly(source: Path, target: Path) -> Path:
        time.sleep(0.5)
        return replace(source, target)

    return slowly


def train(folder: Path) -> None:
    def data(config: Config) -> TrainingData:
        return TrainingData(partial(Numbers, folder), pull, lambda model: {"value": float(model.value)}, 1, {})

    settings = TrainSettings(steps=4, devices=2, accelerator="cpu", validate_every=2, learning_rate=0.1, warmup=1)
    result = Task("numbers", Config, Number, data).train(Config(train=settings), folder / "run")
    state = torch.load(result.state, weights_only=True)
    with open(folder / "ends.txt", "a") as file:
        value, bad = float(state["state_dict"]["model.value"]), state["bad"]["batches"]
        print(result.is_first_process, result.steps, value, bad, sorted(result.metrics), file=file)


if __name__ == "__main__":
    Path.replace = on_a_slow_disk(Path.replace)
    train(Path(sys.argv[1]))
