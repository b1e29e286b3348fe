"""The button that sends a request on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from molgen.app.jobs.requests import Request
from molgen.app.pages.frame import show_error
from molgen.app.services import Services
from molgen.errors import MolgenError


def submit_button(label: str, services: Services, request: type[Request], values: Callable[[], dict[str, Any]]) -> None:
    """A button that queues a job and goes to its page, or says what is missing.

    Args:
        label: on the button.
        services: run the job.
        request: its class.
        values: called when the button is pressed; raises MolgenError where something is missing.
    """

    async def submit() -> None:
        try:
            job = await asyncio.to_thread(services.runner.submit, request(**values()))
        except (MolgenError, ValidationError) as error:
            show_error(error)
            return
        ui.navigate.to(f"/jobs/{job.id}")

    ui.button(label, on_click=submit).props("unelevated size=lg no-caps").classes("w-full")
