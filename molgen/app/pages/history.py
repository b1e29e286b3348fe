"""The page that lists all jobs, the newest first."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial

from nicegui import ui

from molgen.app.answers import JobAnswer, job_answer
from molgen.app.jobs.store import ENDED
from molgen.app.pages.frame import frame, show_error
from molgen.app.pages.job import COLORS, duration
from molgen.app.services import Services
from molgen.errors import MolgenError

_EVERY = 2.0  # seconds


def add_history_page(services: Services) -> None:
    """Add the page."""

    @ui.page("/jobs")
    async def page() -> None:
        with frame("Jobs"), ui.card():
            if services.settings.is_local:
                ui.label(f"Kept in {services.settings.folder / 'jobs'}").classes("molgen-soft")
            shown: list[JobAnswer] = []
            listing = ui.column().classes("w-full gap-1")

            async def look() -> None:
                answers = await asyncio.to_thread(lambda: [job_answer(services, job) for job in services.store.jobs()])
                if answers != shown:
                    shown[:] = answers
                    listing.clear()
                    with listing:
                        _list(services, shown)

            await look()
            ui.timer(_EVERY, look)


def _list(services: Services, jobs: list[JobAnswer]) -> None:
    if not jobs:
        ui.label("No jobs yet.").classes("molgen-soft")
    for job in jobs:
        with ui.row().classes("items-center w-full no-wrap gap-2"):
            ui.badge(job.status).props(f"color={COLORS.get(job.status, 'warning')}").style("flex: none")
            with ui.column().classes("gap-0").style("min-width: 0"):
                ui.link(job.title, f"/jobs/{job.id}").style("overflow-wrap: anywhere")
                when = datetime.fromtimestamp(job.created).strftime("%Y-%m-%d %H:%M")
                ui.label(f"{job.kind}, {when}, {duration(job.seconds)}").classes("molgen-soft")
            ui.space()
            if job.status in ENDED:
                button = ui.button(icon="delete", on_click=partial(_delete, services, job))
                button.props("flat round dense").props["aria-label"] = f"Delete {job.title}"
        ui.separator()


async def _delete(services: Services, job: JobAnswer) -> None:
    with ui.dialog() as dialog, ui.card():
        ui.label(f"Delete {job.title} and its results?").style("overflow-wrap: anywhere")
        with ui.row():
            ui.button("Delete", on_click=lambda: dialog.submit(True)).props("color=negative no-caps unelevated")
            ui.button("Keep", on_click=lambda: dialog.submit(False)).props("flat no-caps")
    if await dialog:
        try:
            await asyncio.to_thread(services.store.delete, job.id)
        except MolgenError as error:
            show_error(error)
