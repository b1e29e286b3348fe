"""The training module on a one-parameter model: bad batches, the moving average, the learning rate."""

import math

import pytest
import pytorch_lightning as lightning
import torch
from torch import nn

from molgen.errors import TrainingError
from molgen.training.callbacks import SampledValidation, TimeLimit
from molgen.training.module import FieldTraining
from molgen.training.settings import TrainSettings


class One(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor([5.0]))


def pull(model: nn.Module, batch: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Squared distance to the batch; a batch of nan gives a loss of nan."""
    return (model.value - batch).square().mean()  # type: ignore[operator]


def fit(module: FieldTraining, batches: list[float], callbacks: tuple = ()) -> lightning.Trainer:
    trainer = lightning.Trainer(
        max_steps=len(batches),
        accelerator="cpu",
        logger=False,
        callbacks=list(callbacks),
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
    )
    data = [torch.tensor([b]) for b in batches]
    trainer.fit(module, torch.utils.data.DataLoader(data, batch_size=None))  # type: ignore[arg-type]
    return trainer


def training(**settings) -> FieldTraining:
    return FieldTraining(One(), pull, TrainSettings(**{"learning_rate": 0.1, "warmup": 1, **settings}))


def test_training_lowers_the_loss():
    module = training(ema=0.5)
    fit(module, [1.0] * 60)
    assert module.model.value.item() == pytest.approx(1.0, abs=0.5)
    assert module.bad_batches == 0


def test_a_bad_batch_is_skipped_and_counted():
    module, clean = training(), training()
    fit(module, [1.0, 1.0, math.nan])
    fit(clean, [1.0, 1.0])
    assert module.bad_batches == 1
    assert torch.equal(module.model.value, clean.model.value)
    fit(module, [math.nan, 1.0, math.inf, 1.0])
    assert module.bad_batches == 3
    assert torch.isfinite(module.model.value).all()


def test_a_gradient_that_is_not_finite_does_not_reach_the_weights():
    def root(model: nn.Module, batch: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
        return (model.value - batch).square().sqrt().mean()  # at value = batch: loss 0, gradient nan

    module = FieldTraining(One(), root, TrainSettings(learning_rate=0.1, warmup=1))
    fit(module, [5.0])
    assert module.bad_batches == 1
    assert module.model.value.item() == 5.0
    fit(module, [5.0, 1.0])
    assert torch.isfinite(module.model.value).all()
    assert module.model.value.item() < 5.0


def test_too_many_bad_batches_in_a_row_end_the_run():
    module = training(max_bad_batches=3)
    with pytest.raises(TrainingError, match="4 batches in a row"):
        fit(module, [1.0] + [math.nan] * 10)
    assert module.bad_batches == 4


def test_bad_batches_apart_do_not_end_the_run():
    module = training(max_bad_batches=1)
    fit(module, [math.nan, 1.0] * 5)
    assert module.bad_batches == 5


def test_the_average_sees_the_weights_after_every_step():
    class Follow(lightning.Callback):
        values: list[float] = []  # noqa: RUF012  # one list for the one test

        def on_train_batch_end(self, trainer, module, *_):
            self.values.append(module.model.value.item())

    module, follow = training(ema=0.5), Follow()
    fit(module, [1.0] * 4, (follow,))
    expected = 5.0
    for k, value in enumerate(follow.values, start=1):
        decay = min(0.5, (1 + k) / (10 + k))
        expected = decay * expected + (1 - decay) * value
    assert module.average.updates == 4
    assert module.average.values["value"].item() == pytest.approx(expected, rel=1e-6)


def test_the_learning_rate_warms_up_and_decays_to_a_twentieth():
    module = training(warmup=10, steps=100)
    rates = [module._rate(step) for step in range(200)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(1.0, abs=0.05)
    assert rates[100] == pytest.approx(0.05)
    assert rates[199] == pytest.approx(0.05)
    assert rates[50] == pytest.approx(0.525, abs=0.01)


def test_the_noise_of_a_step_depends_on_seed_and_step_alone():
    def draw(model: nn.Module, batch: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
        seen.append(torch.rand(1, generator=rng).item())
        return pull(model, batch, rng)

    runs = []
    for seed in (0, 0, 1):
        seen: list[float] = []
        fit(FieldTraining(One(), draw, TrainSettings(seed=seed)), [1.0, 1.0])
        runs.append(seen)
    assert runs[0] == runs[1]
    assert runs[0][0] != runs[0][1]
    assert runs[0] != runs[2]


def test_validation_sees_the_averaged_weights_and_puts_the_others_back():
    seen = []
    module = training(ema=0.9)
    validation = SampledValidation(
        2,
        lambda model: seen.append(model.value.item()) or {"value": seen[-1]},
        lambda trained, metrics, step: steps.append((step, metrics["value"])),
    )
    steps: list[tuple[int, float]] = []
    fit(module, [1.0] * 5, (validation,))
    assert [step for step, _ in steps] == [2, 4, 5]
    assert steps[-1][1] == pytest.approx(module.average.values["value"].item())
    assert module.model.value.item() != pytest.approx(steps[-1][1])
    assert module.model.training


def test_the_time_limit_stops_after_the_step_in_hand():
    trainer = fit(training(), [1.0] * 50, (TimeLimit(0.0),))
    assert trainer.global_step == 1


def test_without_a_time_limit_all_steps_are_made():
    assert fit(training(), [1.0] * 5, (TimeLimit(None),)).global_step == 5


def test_a_model_whose_samples_are_no_structures_ends_the_training_in_one_line():
    def measure(_: nn.Module) -> dict[str, float]:
        torch.linalg.eigh(torch.full((3, 3), math.nan))
        return {}

    module = FieldTraining(One(), pull, TrainSettings(learning_rate=1e9))
    with pytest.raises(TrainingError, match=r"after step 2 are no structures: lower train\.learning_rate"):
        fit(module, [1.0, 1.0], (SampledValidation(2, measure, lambda *_: None),))
