"""The models, side by side: a folder each, with config, model, data, loss, sample and task. None imports another.

A folder is trainable when its package says so by ``COMMAND``, the name in `molgen train COMMAND`, and its module `task`
defines ``TASK``. With a module `prepare` there is `molgen prepare COMMAND` too: that module defines ``PrepareConfig``,
a frozen dataclass, and ``prepare(source, output, config, *, workers, limit, on_block)``, which returns a summary.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from molgen.training.task import Task


class TrainableModel(NamedTuple):
    """A model folder with a task.

    Attributes:
        command: in `molgen train COMMAND`.
        package: of the folder.
        about: its docstring, which is the help of the command.
        has_preparation: whether it has a `prepare` module.
    """

    command: str
    package: str
    about: str
    has_preparation: bool

    def task(self) -> Task[Any, Any]:
        """The task; this imports the model."""
        return importlib.import_module(f"{self.package}.task").TASK

    def preparation(self) -> ModuleType:
        """The module that makes training sets."""
        return importlib.import_module(f"{self.package}.prepare")


def trainable_models() -> dict[str, TrainableModel]:
    """The trainable folders beside this file by their command; imports none of the models themselves."""
    models = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        package = importlib.import_module(module.name)
        command = vars(package).get("COMMAND")
        if command is not None:
            rooms = {room.name for room in pkgutil.iter_modules(package.__path__)}
            about = package.__doc__ or ""
            models[command] = TrainableModel(command, module.name, about, "prepare" in rooms)
    return models
