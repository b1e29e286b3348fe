"""The commands that train models."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[Path, typer.Option("-c", "--config", help="YAML file, e.g. configs/docking.yaml.")]
Output = Annotated[Path, typer.Option("-o", "--output", help="Folder for weights, state and log.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the state in the folder, if any.")]
Start = Annotated[Path | None, typer.Option("--from", help="Weights to start from, e.g. of the pretraining.")]
Minutes = Annotated[float | None, typer.Option(min=0.0, help="Stop with a checkpoint after this time.")]


def train_conformers(
    config: Config,
    output: Output,
    settings: Settings = None,
    resume: Resume = False,
    start: Start = None,
    max_minutes: Minutes = None,
) -> None:
    """Train the conformer model."""
    from molgen.config import from_yaml, override
    from molgen.models.torsion_flow.config import ConformerConfig

    chosen = override(from_yaml(ConformerConfig, config), settings or [])  # a mistake shows before the long imports

    from molgen.models.torsion_flow.task import train

    _told(train(chosen, output, max_minutes=max_minutes, resume=_begin(output, resume, start), progress=_seen()))


def train_docking(
    config: Config,
    output: Output,
    settings: Settings = None,
    resume: Resume = False,
    start: Start = None,
    max_minutes: Minutes = None,
) -> None:
    """Train the model that proposes poses."""
    from molgen.config import from_yaml, override
    from molgen.models.pose_flow.config import DockingTraining

    chosen = override(from_yaml(DockingTraining, config), settings or [])

    from molgen.models.pose_flow.task import train_poses

    _told(train_poses(chosen, output, max_minutes=max_minutes, resume=_begin(output, resume, start), progress=_seen()))


def train_confidence(
    config: Config,
    output: Output,
    settings: Settings = None,
    resume: Resume = False,
    start: Start = None,
    max_minutes: Minutes = None,
) -> None:
    """Train one network of the confidence that ranks poses; `train judge` joins several."""
    from molgen.config import from_yaml, override
    from molgen.models.pose_confidence.task import ConfidenceTraining
    from molgen.models.pose_confidence.task import train_confidence as train

    chosen = override(from_yaml(ConfidenceTraining, config), settings or [])
    _told(train(chosen, output, max_minutes=max_minutes, resume=_begin(output, resume, start), progress=_seen()))


def train_judge(
    networks: Annotated[list[Path], typer.Argument(help="Weights of the networks, in the order of their folds.")],
    poses: Annotated[Path, typer.Option("-p", "--poses", help="The labeled decoys that they were trained on.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Weights file to write.")],
) -> None:
    """Make one confidence of several networks: fit the judge and calibrate it on what each had not seen."""
    from molgen.models.pose_confidence.meta_classifier import combine

    scores = combine(networks, poses, output)
    print(f"{output}: {', '.join(f'{name} {value:.3f}' for name, value in scores.items())}")


def _begin(output: Path, resume: bool, start: Path | None) -> Path | None:
    state = output / "state.ckpt"
    return state if resume and state.exists() else start


def _seen() -> bool:
    return sys.stderr.isatty()


def _told(result) -> None:
    scores = ", ".join(f"{name} {value:.3f}" for name, value in result.metrics.items())
    rate = f"{result.samples_per_second:.0f} samples/s"
    print(f"{result.weights}: {result.steps} steps, {rate}{', ' if scores else ''}{scores}")
