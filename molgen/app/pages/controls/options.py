"""Controls for the options of a request, made from its fields: what they are called, take and mean."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

from nicegui import ui
from pydantic.fields import FieldInfo

from molgen.app.jobs.requests import Request


class Options:
    """The controls of some fields.

    Args:
        request: the class of the request.
        labels: name of a field -> what it is called, in the order in which they stand.
    """

    def __init__(self, request: type[Request], labels: Mapping[str, str]) -> None:
        self._fields = {name: request.model_fields[name] for name in labels}
        self._controls: dict[str, Any] = {}
        with (
            ui.element("div")
            .classes("grid w-full gap-x-4 gap-y-1")
            .style("grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); align-items: end")
        ):
            for name, label in labels.items():
                self._controls[name] = control = _control(self._fields[name], label)
                if description := self._fields[name].description:
                    control.tooltip(description)

    def values(self) -> dict[str, Any]:
        """Field -> value, of those that were changed."""
        values = {name: _value(self._fields[name], control.value) for name, control in self._controls.items()}
        return {name: value for name, value in values.items() if value != self._fields[name].default}


def _control(field: FieldInfo, label: str) -> Any:
    kinds, default = _kinds(field.annotation), field.default
    choices = [choice for kind in kinds if get_origin(kind) is Literal for choice in get_args(kind)]
    if bool in kinds:
        return ui.switch(label, value=default)
    if choices and float not in kinds:
        optional = {None: "by the file"} if default is None else {}
        return ui.select(optional | {choice: choice for choice in choices}, label=label, value=default)
    if kinds & {int, float} and not choices:
        limits = {type(limit).__name__: limit for limit in field.metadata}
        least, most = getattr(limits.get("Ge"), "ge", None), getattr(limits.get("Le"), "le", None)
        return ui.number(label, value=default, min=least, max=most, step=1 if int in kinds else None)
    return ui.input(label, value=", ".join(default) if isinstance(default, list) else default or "")


def _kinds(annotation: Any) -> set[Any]:
    """The types that a field takes, out of unions and annotations."""
    if get_origin(annotation) in (Union, types.UnionType):
        return {kind for part in get_args(annotation) for kind in _kinds(part)}
    if hasattr(annotation, "__metadata__"):
        return _kinds(annotation.__origin__)
    return {list} if get_origin(annotation) is list else {annotation}


def _value(field: FieldInfo, value: Any) -> Any:
    """What a control shows as the field takes it."""
    kinds = _kinds(field.annotation)
    if isinstance(value, str):
        text = value.strip()
        if list in kinds:
            return [part.strip() for part in text.split(",") if part.strip()]
        if float in kinds and text.replace(".", "", 1).isdigit():
            return float(text)
        return text or field.default
    if int in kinds and isinstance(value, float) and value.is_integer():
        return int(value)
    return field.default if value is None else value
