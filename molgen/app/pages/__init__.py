"""The pages of the app in a browser, on NiceGUI, which loads everything from the own machine."""

from __future__ import annotations

from fastapi import FastAPI
from nicegui import ui

from molgen.app.pages.analysis import add_analysis_page
from molgen.app.pages.conformers import add_conformer_page
from molgen.app.pages.docking import add_docking_page
from molgen.app.pages.editor import editor_routes, read_editor
from molgen.app.pages.endpoints import add_endpoint_page
from molgen.app.pages.history import add_history_page
from molgen.app.pages.job import add_job_page
from molgen.app.pages.structure_view import structure_routes
from molgen.app.services import Services


def add_pages(app: FastAPI, services: Services) -> None:
    """Add all pages to an application."""
    app.include_router(structure_routes(services))
    if services.settings.editor is not None:
        app.include_router(editor_routes(read_editor(services.settings.editor)))
    for add in (add_docking_page, add_conformer_page, add_analysis_page, add_history_page, add_job_page):
        add(services)
    add_endpoint_page(app)
    ui.run_with(app, title="molgen", dark=None, favicon=_ICON, reconnect_timeout=_PATIENCE, show_welcome_message=False)


_PATIENCE = 120.0  # seconds for a browser that draws without a graphics card to be heard of again

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M16 3 27 9.5v13L16 29 5 22.5v-13z" '
    'fill="none" stroke="#007a5a" stroke-width="3.4" stroke-linejoin="round"/></svg>'
)
