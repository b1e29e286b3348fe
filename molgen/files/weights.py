"""Files of weights: seen to be there before anything that reads them is imported."""

from __future__ import annotations

from pathlib import Path

from molgen.errors import CheckpointError

WEIGHTS, STATE = "weights.safetensors", "state.ckpt"
"""What a training leaves in its folder: the model, and what it needs to go on."""


def check_weights_file(path: str | Path, kind: str = "checkpoint") -> None:
    """Raises CheckpointError unless there is such a file; near the weights of a training it says where they are."""
    path = Path(path)
    if (path / WEIGHTS).is_file():
        raise CheckpointError(f"is the folder of a training, whose weights are in {WEIGHTS}", source=path)
    if not path.is_file():
        raise CheckpointError(f"no such {kind}", source=path)
    if path.name == STATE:
        raise CheckpointError(f"is the state of a training, whose weights are in {WEIGHTS} beside it", source=path)
