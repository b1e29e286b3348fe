"""Training states of earlier versions, whose parameters had other names and another order."""

from __future__ import annotations

from typing import Any

from torch import nn

from molgen.nets.field_model import FieldModel, present_name


def upgraded(state: dict[str, Any], model: nn.Module) -> None:
    """Bring a training state, in place, to the names and the order of the model's parameters today.

    Optimizers number the parameters in their order, and the averaged weights go by their names. The weights themselves
    are left: a model knows those by their earlier names.

    Args:
        state: what Lightning saved, with the averaged weights under ``average``.
    """
    if not isinstance(model, FieldModel):
        return
    values = state["average"]["values"]  # in the order in which the parameters were numbered
    names = [present_name(name, model.earlier_names) for name in values]
    numbers = [names.index(name) for name, _ in model.named_parameters()]
    average = dict(zip(names, values.values(), strict=True))
    state["average"]["values"] = {name: average[name] for name, _ in model.named_parameters()}
    for optimizer in state["optimizer_states"]:
        slots = optimizer["state"]
        optimizer["state"] = {now: slots[then] for now, then in enumerate(numbers) if then in slots}
