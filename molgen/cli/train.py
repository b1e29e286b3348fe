"""The commands below `molgen train`: one for every trainable model, and the calibration of the confidence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from molgen.cli.frame.apps import Commands
from molgen.cli.frame.voice import conclude, note, say, voice
from molgen.cli.inputs.options import SettingsOption
from molgen.models import TrainableModel, trainable_models

if TYPE_CHECKING:
    from molgen.training.fit import TrainResult

Config = Annotated[Path, typer.Option("-c", "--config", help="YAML file, e.g. configs/docking.yaml.")]
Output = Annotated[Path, typer.Option("-o", "--output", help="Folder for weights, state and log.")]
Resume = Annotated[bool, typer.Option("--resume", help="Resume from the state in the folder, if there is one.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the run in the folder.")]
Start = Annotated[Path | None, typer.Option("--from", help="Weights to start from, e.g. of the pretraining.")]
Minutes = Annotated[float | None, typer.Option(min=0.0, help="Stop with a checkpoint after this many minutes.")]
Networks = Annotated[
    list[Path], typer.Argument(metavar="NETWORKS", help="Weights of the networks, in the order of their folds.")
]
Decoys = Annotated[Path, typer.Option("-d", "--decoys", help="The labeled decoys that they were trained on.")]
Weights = Annotated[Path, typer.Option("-o", "--output", help="Weights file to write.")]

train_app = Commands(no_args_is_help=True, help="Train a model.")


def _train_command(model: TrainableModel) -> Callable[..., None]:
    """The command that trains one model."""

    def train(
        config: Config,
        output: Output,
        settings: SettingsOption = None,
        resume: Resume = False,
        force: Force = False,
        start: Start = None,
        max_minutes: Minutes = None,
    ) -> None:
        from molgen.config import from_yaml, override

        task = model.task()
        chosen = override(from_yaml(task.config, config), settings or [])
        state = output / "state.ckpt"
        begin = state if resume and state.exists() else start
        result = task.train(
            chosen,
            output,
            max_minutes=max_minutes,
            resume=begin,
            force=force,
            progress=not voice().quiet,
            on_note=lambda text: note(f"note: {text}"),
        )
        if result.is_first_process:
            _print_result(result)

    train.__doc__ = f"Train {model.about[:1].lower()}{model.about[1:]}"
    return train


for _model in trainable_models().values():
    train_app.command(_model.command)(_train_command(_model))


@train_app.command("calibrate")
def calibrate(networks: Networks, decoys: Decoys, output: Weights) -> None:
    """Join networks to one calibrated confidence.

    The meta-classifier is fitted, and calibrated, on what each network was not trained on.
    """
    from molgen.models.pose_confidence.calibrate import calibrate as calibrate_networks

    scores = calibrate_networks(networks, decoys, output)
    say(f"{output}: {', '.join(f'{name} {value:.3f}' for name, value in scores.items())}")
    conclude({"scores": scores}, (output,), ("molgen", "dock", "-h"))


@train_app.command("judge", hidden=True)
def judge(networks: Networks, decoys: Decoys, output: Weights) -> None:
    """The former name of `train calibrate`."""
    note("warning: `molgen train judge` is now called `molgen train calibrate`")
    calibrate(networks, decoys, output)


def _print_result(result: TrainResult) -> None:
    scores = ", ".join(f"{name} {value:.3f}" for name, value in result.metrics.items())
    rate = f"{result.samples_per_second:.0f} samples/s"
    say(f"{result.weights}: {result.steps} steps, {rate}{', ' if scores else ''}{scores}")
    conclude({"training": result}, (result.weights,))


command = train_app
