"""The models, side by side: a folder each, with config, model, data, loss, sample and task. None imports another.

A folder is trainable when its package says so by ``COMMAND``, the name in `molgen train COMMAND`, and its module `task`
defines ``TASK``. Nothing else has to be told.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from molgen.training.task import Task


class Trainable(NamedTuple):
    """A model folder with a task.

    Attributes:
        command: in `molgen train COMMAND`.
        package: of the folder.
        summary: the first line of its docstring.
    """

    command: str
    package: str
    summary: str

    def task(self) -> Task[Any, Any]:
        """The task; this imports the model."""
        return importlib.import_module(f"{self.package}.task").TASK


def trainable_models() -> dict[str, Trainable]:
    """The trainable folders beside this file by their command; imports none of the models themselves."""
    found = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        package = importlib.import_module(module.name)
        command = vars(package).get("COMMAND")
        if command is not None:
            found[command] = Trainable(command, module.name, (package.__doc__ or "").partition("\n")[0])
    return found
