"""The page of a job: how it stands, and what came of it."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Path
from nicegui import ui

from molgen.app.answers import JobAnswer, job_answer
from molgen.app.jobs.store import ENDED, is_input
from molgen.app.pages.frame import frame, show_error, size_text
from molgen.app.services import Services
from molgen.app.uploads import FILE_ID
from molgen.errors import MolgenError

COLORS = {"queued": "grey", "running": "primary", "done": "primary", "failed": "negative"}
_EVERY = 0.7  # seconds
_MOST_NOTES = 30


def add_job_page(services: Services) -> None:
    """Add the page."""

    @ui.page("/jobs/{job_id}")
    def page(job_id: Annotated[str, Path(pattern=FILE_ID)]) -> None:
        with frame("Job"):
            try:
                job = job_answer(services, services.store.job(job_id))
            except MolgenError as error:
                ui.label(str(error))
                return
            JobView(services, job)


class JobView:
    """Shows a job, and goes on to do so until it has ended."""

    def __init__(self, services: Services, job: JobAnswer) -> None:
        self._services, self._id = services, job.id
        with ui.card(), ui.row().classes("items-center w-full"):
            ui.label(job.title).classes("text-lg").style("overflow-wrap: anywhere")
            self._badge = ui.badge(job.status).props("aria-live=polite")
            ui.space()
            self._cancel = ui.button("Cancel", icon="stop", on_click=self._stop).props("outline no-caps dense")
            with ui.column().classes("w-full gap-1") as self._going:
                self._bar = ui.linear_progress(0, show_value=False, size="10px").props("rounded instant-feedback")
                self._stage = ui.label().classes("molgen-soft").props("aria-live=polite")
        self._results = ui.column().classes("w-full")
        self._timer = ui.timer(_EVERY, self._look)
        self._show(job)

    async def _look(self) -> None:
        try:
            self._show(await asyncio.to_thread(lambda: job_answer(self._services, self._services.store.job(self._id))))
        except MolgenError as error:  # deleted meanwhile
            self._timer.deactivate()
            show_error(error)

    def _show(self, job: JobAnswer) -> None:
        ended = job.status in ENDED
        self._badge.set_text(job.status)
        self._badge.props(f"color={COLORS.get(job.status, 'warning')}")
        self._cancel.set_visibility(not ended)
        self._going.set_visibility(not ended)
        self._bar.props(remove="indeterminate") if job.share else self._bar.props("indeterminate")
        self._bar.set_value(job.share)
        self._stage.set_text(stage_text(job))
        if ended:
            self._timer.deactivate()
            self._results.clear()
            with self._results:
                _results(self._services, job)

    async def _stop(self) -> None:
        self._cancel.disable()
        await asyncio.to_thread(self._services.runner.cancel, self._id)


def stage_text(job: JobAnswer) -> str:
    """What is being done, how far it is, and how long it takes."""
    if job.status == "queued":
        return "waits for its turn"
    count = f"{job.molecules_done} of {job.molecules} molecules" if job.molecules > 1 else ""
    passed = f"{duration(job.seconds)} so far"
    left = "" if job.seconds_left is None else f"about {duration(job.seconds_left)} left"
    return "; ".join(filter(None, (job.stage, count, passed, left)))


def duration(seconds: float) -> str:
    """`42 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"


def _results(services: Services, job: JobAnswer) -> None:
    """Report, files, notes, and the command."""
    with ui.card():
        if job.error:
            ui.label(job.error).classes("text-negative").style("overflow-wrap: anywhere").props("role=alert")
        with ui.row().classes("items-center"):
            protein = services.store.request(job.id).get("protein") if job.kind == "dock" else None
            if protein and services.uploads.has(protein):
                ui.button("Dock more there", icon="replay").props(f'outline no-caps dense type=a href="/?job={job.id}"')
            if job.report:
                ui.button("Report in a tab", icon="open_in_new").props(
                    f'outline no-caps dense type=a href="{job.report}" target=_blank'
                )
            for name, path in sorted(services.store.files(job.id).items(), key=lambda item: is_input(item[0])):
                button = ui.button(f"{name} ({size_text(path.stat().st_size)})", icon="download").props(
                    f'flat no-caps dense type=a href="/api/jobs/{job.id}/files/{name}" download'
                )
                button.style("max-width: 100%; overflow-wrap: anywhere")
        if job.seconds:
            ui.label(f"{job.status} after {duration(job.seconds)}").classes("molgen-soft")
        for note in job.notes[:_MOST_NOTES]:
            ui.label(note).classes("molgen-soft")
        if len(job.notes) > _MOST_NOTES:
            ui.label(f"and {len(job.notes) - _MOST_NOTES} more").classes("molgen-soft")
        with ui.expansion("The same on the command line").classes("w-full"):
            ui.label(job.command).classes("molgen-command")
    if job.report:
        report = ui.element("iframe").props(
            f'src="{job.report}" title="Report" sandbox="allow-scripts allow-downloads"'
        )
        report.classes("molgen-report").style("height: calc(100vh - 5rem); min-height: 600px")
